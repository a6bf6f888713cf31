/** How long AWS will take, as far as it can be said beforehand: from the size of the storage. Pure. */
import { flag, number, parts, text, type Description } from './description.ts';
import type { Source } from './commands.ts';

/** Seconds of each step. */
export type Estimate = { readonly snapshot: number; readonly restore: number; readonly match: number; readonly rename: number; readonly basis: string };

const minute = 60;

/**
 * AWS promises no times. These are on the long side of what is usual: making an instance takes some ten minutes whatever its size (its blocks
 * are fetched when they are first read), a second one for Multi-AZ about as long again, going to a point in time replays up to five
 * minutes of log a backup; a snapshot copies what changed since the last one.
 */
export function estimate(source: Description, from: Source | undefined, hasEarlierSnapshot: boolean): Estimate {
  const gib = number(source, 'AllocatedStorage') ?? 0;
  const cluster = text(source, 'DBClusterIdentifier') !== undefined && text(source, 'DBInstanceIdentifier') === undefined;
  const members = parts(source, 'DBClusterMembers').length;
  const snapshot = cluster ? 3 * minute : (hasEarlierSnapshot ? 3 * minute + gib * 0.2 : 5 * minute + gib * 3);
  const restore = (cluster ? 10 * minute + (members > 0 ? 8 * minute : 0) + (members > 1 ? 8 * minute : 0) : 12 * minute + gib * 0.3 + (flag(source, 'MultiAZ') === true ? 10 * minute : 0))
    + (from?.kind === 'time' ? 10 * minute : 0);
  return {
    snapshot: Math.round(snapshot), restore: Math.round(restore), match: 5 * minute, rename: 20 * minute,
    basis: `not measured: from ${cluster ? `${members} instances` : `${gib} GiB of storage`}${flag(source, 'MultiAZ') === true ? ', Multi-AZ' : ''}${hasEarlierSnapshot || cluster ? '' : ', no earlier snapshot'}; AWS promises no times`,
  };
}
