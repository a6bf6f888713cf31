import type { Notifier } from '../notifier.ts';

/** Of what was asked for, though there is nobody to ask: that is said once, at the end. */
export function withoutToken(name: string): Notifier {
  return {
    name,
    async tell({ kind }) {
      if (kind === 'ended') throw new Error('the input "github-token" is empty, or the run belongs to no repository');
    },
  };
}
