/** The door of the watch action. */
import { setFailed } from '@actions/core';
import { actionsLog, tellDebuggers } from './adapters/actions/log.ts';
import { annotate, writeOutputs, writeSummary } from './adapters/actions/results.ts';
import { runIdentity } from './adapters/actions/run.ts';
import { systemClock } from './adapters/clock.ts';
import { configFileOf, endWhenCancelled, openDoor, takeRaw } from './adapters/door.ts';
import { httpOver } from './adapters/http.ts';
import { reachOne } from './adapters/reach.ts';
import { failuresIn, sentence } from './errors.ts';
import { readWatchInputs, type WatchInputs } from './inputs/watch.ts';
import type { RunStart } from './recording.ts';
import { annotationsOf } from './report/annotations.ts';
import { watchAnnotations, watchHeadline, watchOutputs, watchSummary } from './report/watch.ts';
import type { CloudWatch } from './triggers/cloudwatch.ts';
import type { WatchReport } from './triggers/outcome.ts';
import { watch, type WatchWorld } from './watching.ts';

const startedAt = systemClock.now();
const notKnown = { 'rollback-needed': 'unknown', trigger: '', 'detected-at': '', samples: '[]', 'likely-to-help': 'unknown' };

async function main(): Promise<void> {
  const raw = takeRaw();
  const ending = endWhenCancelled({ ...notKnown, reason: 'the watch was cancelled' }, 'nothing was changed on any host.');
  try {
    const inputs = readWatchInputs(raw, await configFileOf(raw));
    const run: RunStart = { ...runIdentity(process.env), startedAt, method: 'watch', dryRun: false, environment: inputs.environment, reason: '' };
    const commit = inputs.commit ?? (process.env['GITHUB_SHA'] || undefined);
    const names = inputs.commit === undefined && process.env['GITHUB_REF_TYPE'] === 'tag' ? [process.env['GITHUB_REF_NAME'] ?? ''] : [];
    const report = await watch(inputs, run, { commit, names }, worldOf(inputs, run));
    ending.settled();
    tell(report, inputs);
  } catch (thrown) {
    ending.settled();
    tellDebuggers(thrown);
    const failures = failuresIn(thrown);
    writeOutputs({ ...notKnown, reason: failures.map(sentence).join(' ') });
    annotate(annotationsOf({ failures, notes: [] }));
    setFailed(`The release was not watched: ${failures.map(sentence).join('\n')}`);
  }
}

function worldOf(inputs: WatchInputs, run: RunStart): WatchWorld {
  let cloudWatch: CloudWatch | undefined;
  return {
    clock: systemClock, log: actionsLog, http: httpOver(),
    // The SDK is large: only who asks for metrics or alarms waits for it.
    cloudWatch: async () => (cloudWatch ??= (await import('./adapters/cloudwatch.ts')).cloudWatchIn(inputs.awsRegion)),
    connect: reachOne(inputs, run),
  };
}

/** Outputs, summary, annotations, the job's end. */
function tell(report: WatchReport, { failOn }: WatchInputs): void {
  writeOutputs(watchOutputs(report));
  const page = watchSummary(report);
  if (!writeSummary(page)) actionsLog.group('Summary', page);
  annotate(watchAnnotations(report));
  const { needed } = report.verdict;
  if (needed !== 'no' && failOn.includes(needed)) setFailed(watchHeadline(report));
  else actionsLog.info(watchHeadline(report));
}

// Nothing on hosts is changed while it watches, so that nothing is left for `post`.
await openDoor(main, () => Promise.resolve());
