/** When readings mean that a release has to go back: m of the last n that were measured. Pure. */
import type { Verdict } from '../outcome.ts';

export type Rule = {
  /** So many failures … */
  readonly failures: number;
  /** … among the last so many readings that were measured. */
  readonly of: number;
};

/**
 * So many readings in a row may stay unknown; one more, and the question has no answer. (Argo Rollouts bears as many:
 * `consecutiveErrorLimit`, https://argo-rollouts.readthedocs.io/en/stable/features/analysis/.)
 */
export const borne = 4;

/** What all readings of one question say so far. */
export type Standing =
  /** The release has to go back. `row` is the index of the first failure that counts. */
  | { readonly kind: 'failed'; readonly row: number }
  /** The last reading failed, and there are not enough failures yet. */
  | { readonly kind: 'failing'; readonly failures: number }
  | { readonly kind: 'passed' }
  /** Too many in a row could not be measured, or nothing ever was. */
  | { readonly kind: 'unknown' };

/**
 * Readings that could not be measured are passed over: they are no failure, and no proof that a failure is over. A question that was without an
 * answer for too long stays so, unless it fails later: part of the watch was not seen.
 */
export function decide(verdicts: readonly Verdict[], { failures, of }: Rule): Standing {
  let unknown = 0;
  let blind = false;
  let measured: { readonly verdict: Verdict; readonly index: number }[] = [];
  for (const [index, verdict] of verdicts.entries()) {
    unknown = verdict === 'unknown' ? unknown + 1 : 0;
    if (unknown > borne) {
      blind = true;
      // What was measured before so long a gap says nothing of what is after it.
      measured = [];
    }
    if (verdict === 'unknown') continue;
    measured = [...measured, { verdict, index }].slice(-of);
    const failed = measured.filter((one) => one.verdict === 'failed');
    const [first] = failed;
    if (first !== undefined && failed.length >= failures) return { kind: 'failed', row: first.index };
  }
  if (measured.at(-1)?.verdict === 'failed') return { kind: 'failing', failures: measured.filter(({ verdict }) => verdict === 'failed').length };
  return blind || measured.length === 0 ? { kind: 'unknown' } : { kind: 'passed' };
}
