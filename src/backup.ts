/** The door of the backup action, for `main` and for `post`. */
import { setFailed } from '@actions/core';
import { actionsLog, tellDebuggers } from './adapters/actions/log.ts';
import { annotate, writeOutputs, writeSummary } from './adapters/actions/results.ts';
import { runIdentity } from './adapters/actions/run.ts';
import { checkpointFile, readCheckpoint } from './adapters/checkpoint.ts';
import { systemClock } from './adapters/clock.ts';
import { endWhenCancelled, openDoor, settledByPost, takeRaw, withConfig, type Raw } from './adapters/door.ts';
import { realWorld } from './adapters/world.ts';
import { backUp, endBackup, startBackup, type BackupCheckpoint } from './back-up.ts';
import { backupReportOf, type BackupReport } from './backups/outcome.ts';
import { failuresIn } from './errors.ts';
import { readBackupInputs, type BackupInputs } from './inputs/backup.ts';
import type { RunStart } from './recording.ts';
import { annotationsOf } from './report/annotations.ts';
import { backupHeadline, backupOutputs, backupSummary } from './report/backup.ts';

const startedAt = systemClock.now();

async function main(): Promise<void> {
  const raw = takeRaw();
  const checkpoint = checkpointFile();
  const ending = endWhenCancelled({ backup: '[]', 'reason-code': 'cancelled' }, settledByPost);
  try {
    const inputs = await withConfig(raw, (config) => readBackupInputs(raw, config));
    const run = startOf(raw, inputs);
    const report = await backUp(inputs, run, realWorld(inputs, run, { checkpoint: checkpoint.save }));
    ending.settled();
    checkpoint.clear();
    tell(report);
  } catch (thrown) {
    ending.settled();
    tellDebuggers(thrown);
    tell(backupReportOf(startBackup(startOf(raw)), failuresIn(thrown), systemClock.now()));
  }
}

async function post(): Promise<void> {
  const left = readCheckpoint<BackupCheckpoint>();
  if (left === undefined) return;
  const raw = takeRaw();
  try {
    const inputs = await withConfig(raw, (config) => readBackupInputs(raw, config));
    tell(await endBackup(inputs, left, realWorld(inputs, left.recording.run)));
  } catch (thrown) {
    // A later step may have taken away a "config" file that was too large to be kept.
    tell(backupReportOf(left.recording, failuresIn(thrown), systemClock.now()));
  }
}

function startOf(raw: Raw, inputs?: BackupInputs): RunStart {
  return {
    ...runIdentity(process.env), startedAt, method: 'backup', dryRun: false,
    environment: inputs?.environment ?? (raw['environment'] || 'production'), reason: inputs?.reason ?? '',
  };
}

/** Outputs, summary, annotations, the job's end. Nothing of it can change the result. */
function tell(report: BackupReport): void {
  writeOutputs(backupOutputs(report));
  const page = backupSummary(report);
  if (!writeSummary(page)) actionsLog.group('Summary', page);
  annotate(annotationsOf(report));
  if (report.failures.length === 0) actionsLog.info(backupHeadline(report));
  else setFailed(backupHeadline(report));
}

await openDoor(main, post);
