/** How long a restore will take on this data, said before it begins. Pure. */
import type { Milliseconds } from '../ports.ts';
import type { Manifest } from './manifest.ts';

/** Bytes of SQL a second. */
export type Speeds = { readonly dump: number; readonly restore: number; readonly basis: 'measured' | 'assumed' };

/** What a small server does, where nothing was measured yet. */
const assumed = { dump: 40e6, restore: 12e6 };

/** How fast the latest backups with a measured time were. */
export function speedsFrom(manifests: readonly Manifest[]): Speeds {
  const latest = manifests.toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time));
  const of = (field: 'seconds' | 'restore-seconds'): number | undefined => latest.map((each) => speed(each['sql-bytes'] ?? each.bytes, each[field])).find((found) => found !== undefined);
  const [dump, restore] = [of('seconds'), of('restore-seconds')];
  return { dump: dump ?? assumed.dump, restore: restore ?? (dump === undefined ? assumed.restore : Math.min(assumed.restore, dump)), basis: dump === undefined && restore === undefined ? 'assumed' : 'measured' };
}

function speed(bytes: number, seconds: number | undefined): number | undefined {
  // What takes less than a second says nothing of the speed.
  return seconds === undefined || seconds < 1 ? undefined : bytes / seconds;
}

export type Durations = { readonly dump: Milliseconds; readonly restore: Milliseconds; readonly compare: Milliseconds };

/** @param liveBytes data and indexes of the live database; @param backupBytes SQL of the backup that is restored */
export function durationsOf(liveBytes: number, backupBytes: number, { dump, restore }: Speeds): Durations {
  const time = (bytes: number, bytesASecond: number): Milliseconds => Math.round((bytes / bytesASecond) * 1000) + 1000;
  return { dump: time(liveBytes, dump), restore: time(backupBytes, restore), compare: time(liveBytes + backupBytes, dump) };
}
