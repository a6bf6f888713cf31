import type { Notifier } from './notifier.ts';

/** Of what was asked for, though what it takes is not there: that is said once, at the end. @param why ends "… was not told: " */
export function missing(name: string, why: string): Notifier {
  return {
    name,
    async tell({ kind }) {
      if (kind === 'ended') throw new Error(why);
    },
  };
}

export const noToken = 'the input "github-token" is empty, or the run belongs to no repository';
