import type { NotifierOf } from './notifier.ts';

/** Everyone that can be told of a run, in the order in which their warnings are listed. */
export const notifiers: readonly NotifierOf[] = [];
