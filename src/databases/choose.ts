/** Which backup is restored. Pure. */
import type { EngineName } from './engine.ts';
import type { Manifest } from './manifest.ts';
import type { BackupFile } from './restoring.ts';

/** A backup with its manifest. */
export type Made = BackupFile & { readonly manifest: Manifest };

export type Wanted = {
  readonly environment: string;
  readonly app: string;
  readonly engine: EngineName;
  /** This run makes a backup as well, which is never the one to restore. */
  readonly run: string;
  /** Full SHA of the release whose data is wanted; absent: whatever is newest. */
  readonly release?: string;
};

export type Choice =
  | { readonly kind: 'chosen'; readonly backup: Made; /** Newer ones that are not as long as their manifest says. */ readonly damaged: readonly Made[] }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The newest backup of the release; without one the newest that was made before a deployment, and only where there is none of those the newest
 * that a rollback made: such a one holds what was wrong.
 */
export function chooseBackup(all: readonly Made[], wanted: Wanted): Choice {
  const ours = all.filter(({ manifest }) => manifest.kind === 'database' && manifest.environment === wanted.environment && manifest.app === wanted.app && manifest.run !== wanted.run);
  const usable = ours.filter(({ manifest }) => (manifest.engine ?? 'mysql') === wanted.engine);
  const fitting = usable.filter(({ manifest }) => wanted.release === undefined || manifest.release === wanted.release);
  const newest = fitting.toSorted((one, other) => rank(other, wanted) - rank(one, wanted) || Date.parse(other.manifest.time) - Date.parse(one.manifest.time));
  const chosen = newest.find(isWhole);
  if (chosen !== undefined) return { kind: 'chosen', backup: chosen, damaged: newest.slice(0, newest.indexOf(chosen)) };
  if (fitting.length > 0) return { kind: 'none', why: `${fitting.map(({ path }) => path).join(', ')}: not as long as when it was made` };
  if (usable.length === 0) return { kind: 'none', why: ours.length === 0 ? 'there is no backup of this application and environment' : 'every backup is of another kind of database' };
  return { kind: 'none', why: `there are backups of ${[...new Set(usable.map(({ manifest }) => manifest.release.slice(0, 7)))].join(', ')}, and none of ${wanted.release?.slice(0, 7)}` };
}

function rank({ manifest }: Made, { release }: Wanted): number {
  return release === undefined && manifest.by !== 'backup' ? 0 : 1;
}

function isWhole({ bytes, manifest }: Made): boolean {
  return bytes === manifest.bytes;
}
