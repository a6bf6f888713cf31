/** What is remembered of rollbacks: by GitHub's deployment records and by the hosts' own journals. Pure. */
import type { BegunRun, EndedRun } from '../hosts/history.ts';
import type { Milliseconds } from '../ports.ts';

export type RollbackRecord = {
  /** The release that was taken back, and the one that was returned to. Full SHAs. */
  readonly from: string;
  readonly to: string;
  readonly time: Milliseconds;
  /**
   * `failed`: it needs a person. `good`: the release `to` was watched and found well. `undone`: as it was before. `unsettled`: refused or cancelled;
   * what an earlier run left is as that one left it.
   */
  readonly outcome: 'rolled-back' | 'failed' | 'under-way' | 'undone' | 'unsettled' | 'good';
  /** Empty where the record does not say. */
  readonly actor: string;
  readonly reason: string;
  readonly url: string;
  /** Who remembers it: `GitHub`, or a host. */
  readonly by: string;
};

/** A host's journal. A restore that left the code alone says nothing of a release. @param app the checkout: applications share the journal */
export function recordsOf(host: string, app: string, ended: readonly EndedRun[], unfinished: BegunRun | undefined): readonly RollbackRecord[] {
  const records = ended.filter((each) => (each.app === undefined || each.app === app) && (each.backup === undefined || each.from !== each.to))
    .map(({ from, to, time, result, actor = '', reason = '' }): RollbackRecord => ({ from, to, time, actor, reason, url: '', by: host, outcome: outcomeOf(result) }));
  if (unfinished === undefined) return records;
  const { from, to, startedAt: time, actor } = unfinished;
  return [...records, { from, to, time, actor, reason: '', url: '', by: host, outcome: 'under-way' }];
}

function outcomeOf(result: string): RollbackRecord['outcome'] {
  if (result === 'rolled-back' || result === 'good' || result === 'failed') return result;
  return result === 'undone' ? 'undone' : 'unsettled';
}

/** The rollback that left the environment as nobody has settled it since: it failed, or it has not ended. */
export function lockedBy(records: readonly RollbackRecord[]): RollbackRecord | undefined {
  // Whoever came later held the lock, so that the one before had ended; but that it touched nothing mends nothing.
  const ended = lastOf(records, ['rolled-back', 'good', 'undone', 'unsettled']);
  const settled = lastOf(records, ['rolled-back', 'good', 'undone']);
  return records.find(({ outcome, time }) => (outcome === 'failed' && time > settled) || (outcome === 'under-way' && time > ended));
}

function lastOf(records: readonly RollbackRecord[], outcomes: readonly RollbackRecord['outcome'][]): Milliseconds {
  return records.filter(({ outcome }) => outcomes.includes(outcome)).reduce((last, { time }) => Math.max(last, time), Number.NEGATIVE_INFINITY);
}

/** The releases that were taken back and not found well since, newest first, each with its last rollback. */
export function badReleases(records: readonly RollbackRecord[]): readonly RollbackRecord[] {
  const newest = records.toSorted((one, other) => other.time - one.time);
  const bad = newest.filter(({ outcome, from, to, time }) => outcome === 'rolled-back' && from !== to
    && !newest.some((later) => later.outcome === 'good' && later.to === from && later.time > time));
  // GitHub's record says who and why, and where to read on: it comes before a host's of the same release.
  return [...Map.groupBy(bad, ({ from }) => from).values()].flatMap((each) => each.find(({ by }) => by === 'GitHub') ?? each[0] ?? []);
}
