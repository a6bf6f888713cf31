/** What is remembered of rollbacks: by GitHub's deployment records and by the hosts' own journals. Pure. */
import type { BegunRun, EndedRun } from '../hosts/history.ts';
import type { Milliseconds } from '../ports.ts';

export type RollbackRecord = {
  /** The release that was taken back, and the one that was returned to. Full SHAs. */
  readonly from: string;
  readonly to: string;
  readonly time: Milliseconds;
  /** `failed`: it needs a person. `good`: the release `to` was watched and found well. `undone`: as it was before, or nothing was touched. */
  readonly outcome: 'rolled-back' | 'failed' | 'under-way' | 'undone' | 'good';
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
  return 'undone';
}

/** The rollback that left the environment as nobody has settled it since: it failed, or it has not ended. */
export function lockedBy(records: readonly RollbackRecord[]): RollbackRecord | undefined {
  const settled = records.filter(({ outcome }) => outcome !== 'failed' && outcome !== 'under-way').map(({ time }) => time);
  const last = Math.max(Number.NEGATIVE_INFINITY, ...settled);
  return records.find(({ outcome, time }) => (outcome === 'failed' || outcome === 'under-way') && time > last);
}

/** The releases that were taken back and not found well since, newest first, each with its last rollback. */
export function badReleases(records: readonly RollbackRecord[]): readonly RollbackRecord[] {
  const newest = records.toSorted((one, other) => other.time - one.time);
  const bad = newest.filter(({ outcome, from, to, time }) => outcome === 'rolled-back' && from !== to
    && !newest.some((later) => later.outcome === 'good' && later.to === from && later.time > time));
  // GitHub's record says who and why, and where to read on: it comes before a host's of the same release.
  return [...Map.groupBy(bad, ({ from }) => from).values()].flatMap((each) => each.find(({ by }) => by === 'GitHub') ?? each[0] ?? []);
}
