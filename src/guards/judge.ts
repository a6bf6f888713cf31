/** May this commit be deployed? Pure, but for the comparisons that it asks for. */
import type { Comparison } from './revert.ts';
import { isReverted } from './revert.ts';
import { badReleases, lockedBy, type RollbackRecord } from './memory.ts';

export type GuardVerdict = {
  readonly allowed: boolean;
  /** The `reason-code` output. */
  readonly code: '' | 'rolled-back-before' | 'environment-locked' | 'unknown';
  /** One sentence for a person: who, why, when. */
  readonly reason: string;
  /** How to lift it; empty where nothing is to be lifted. */
  readonly fix: string;
};

/** What `head` has that `base` has not; undefined when one of them is not known. Never throws. */
export type Compare = (base: string, head: string) => Promise<Comparison | undefined>;

/** So many releases that were taken back are looked at: older ones are long below whatever is deployed. */
const most = 10;

const toLift = 'Deploy a commit that reverts it, or set "unlock: true" with a "reason" once it is known that this one is well.';

/** @param records undefined when nobody could be asked */
export async function judgeCommit(commit: string, records: readonly RollbackRecord[] | undefined, compare: Compare): Promise<GuardVerdict> {
  if (records === undefined) {
    return unknown('neither GitHub\'s deployment records nor the journal of any host could be read', 'Give the job "deployments: read" and this action its "github-token", or name "hosts"; or set "unlock: true" with a "reason".');
  }
  const lock = lockedBy(records);
  if (lock !== undefined) {
    const what = lock.outcome === 'failed' ? 'failed and needs a person' : 'has not ended';
    return { allowed: false, code: 'environment-locked', reason: `the rollback from ${short(lock.from)} to ${short(lock.to)} ${what}: ${told(lock)}`, fix: 'Bring that rollback to its end (run it again). Where it finds nothing left to do the lock stays: set "unlock: true" with a "reason" once production is known to be as it should.' };
  }
  for (const bad of badReleases(records).slice(0, most)) {
    const what = `${bad.from === commit ? 'this commit' : `${short(bad.from)}, which this commit contains,`} was rolled back`;
    if (bad.from === commit) return refused(what, bad);
    const since = await compare(bad.from, commit);
    if (since === undefined) return unknown(`whether this commit contains ${short(bad.from)}, which was rolled back (${told(bad)}), could not be found out`, 'Give the job "contents: read" and this action its "github-token", or check the repository out whole ("fetch-depth: 0"); or set "unlock: true" with a "reason".');
    if (!since.contains) continue;
    const taken = await compare(bad.to, bad.from);
    if (!isReverted([...(taken?.commits ?? []), { sha: bad.from, message: '' }], since.commits)) return refused(what, bad);
  }
  return { allowed: true, code: '', reason: records.length === 0 ? 'no rollback is on record' : 'nothing that was rolled back is in this commit', fix: '' };
}

function refused(what: string, bad: RollbackRecord): GuardVerdict {
  return { allowed: false, code: 'rolled-back-before', reason: `${what}: ${told(bad)}`, fix: toLift };
}

function unknown(reason: string, fix: string): GuardVerdict {
  return { allowed: false, code: 'unknown', reason, fix };
}

/** `by octocat at 2025-11-23T12:00:00.000Z, because "…" (https://…)` */
function told({ actor, time, reason, url, by }: RollbackRecord): string {
  return `${actor === '' ? '' : `by ${actor} `}at ${new Date(time).toISOString()}${reason === '' ? '' : `, because "${reason}"`} (${url === '' ? `remembered by ${by}` : url})`;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
