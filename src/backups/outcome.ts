/** What became of a backup: what its outputs and its summary are made from. Pure data, without secrets. */
import type { Failure, ReasonCode } from '../errors.ts';
import type { Manifest } from '../databases/manifest.ts';
import type { Backup, RunFacts, Span } from '../outcome.ts';
import type { RunStart } from '../recording.ts';

/** What a run writes down of itself while it happens. Plain data, so that `post` can take it up from a file. */
export type BackupRecording = {
  readonly run: RunStart;
  /** Full SHA of what was saved; empty while it is not known. */
  release: string;
  /** The dump's, once there is one. */
  manifest?: Manifest;
  /** How the dump was verified; absent where none was made. */
  verified?: 'quick' | 'full';
  /** Seconds that its restore took. */
  restoreSeconds?: number;
  /** Verified ones only. */
  backups: readonly Backup[];
  readonly timeline: Span[];
  readonly notes: string[];
};

export type BackupReport = Omit<Readonly<BackupRecording>, 'run'> & {
  readonly run: RunFacts;
  /** Empty when everything that was asked for is saved and verified. */
  readonly failures: readonly Failure[];
  readonly reasonCode: ReasonCode | '';
};

export function backupReportOf({ run, ...recorded }: BackupRecording, failures: readonly Failure[], at: number): BackupReport {
  return { ...recorded, run: { ...run, endedAt: at }, failures, reasonCode: failures[0]?.code ?? '' };
}
