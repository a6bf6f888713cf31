import { git } from './git.ts';
import type { Method } from './method.ts';

/** The values of the input `method`. */
export const methods: Readonly<Record<string, Method>> = { git };

export const methodNames: readonly string[] = Object.keys(methods);
