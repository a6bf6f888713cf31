/** A restore of the `database` method, as it is planned: plain data, kept for `post` and for the run that takes this one up. */
import { createHash } from 'node:crypto';
import type { Admin, EngineName, Names } from './engine.ts';
import type { Manifest } from './manifest.ts';

/** A backup on the database host. */
export type BackupFile = {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Absent for a dump that was not made by this action. */
  readonly manifest?: Manifest;
};

export type Restoring = {
  readonly engine: EngineName;
  readonly backup: BackupFile;
  readonly names: Names;
  readonly cutover: 'swap' | 'repoint';
  readonly admin: Admin;
};

/** Both names that a run may add to a database's, and that a later run takes off again. */
const added = /_(?:rb|was)_[0-9a-f]{8}$/;

/** The databases of a run: the same whenever it is asked. `live` stays what it is; the others are named for it and for the run. */
export function namesFor(live: string, run: string): Names {
  const mark = createHash('sha256').update(run).digest('hex').slice(0, 8);
  const stem = live.replace(added, '').slice(0, 50);
  return { live, restored: `${stem}_rb_${mark}`, kept: `${stem}_was_${mark}` };
}

/** Where the replaced data is when the run is over. */
export function keptIn({ names, cutover }: Restoring): string {
  return cutover === 'swap' ? names.kept : names.live;
}

/** What the application uses when the run is over. */
export function usedAfter({ names, cutover }: Restoring): string {
  return cutover === 'swap' ? names.live : names.restored;
}
