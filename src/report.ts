/** The door of the report action. It never fails: what went wrong is told, and the outputs are then empty. */
import { actionsLog, tellDebuggers } from './adapters/actions/log.ts';
import { annotate, writeOutputs, writeSummary } from './adapters/actions/results.ts';
import { runIdentity } from './adapters/actions/run.ts';
import { systemClock } from './adapters/clock.ts';
import { deploymentHistory } from './adapters/deployment-history.ts';
import { configFileOf, endWhenCancelled, openDoor, takeRaw, workspace } from './adapters/door.ts';
import { writeTextFile } from './adapters/files.ts';
import { failuresIn } from './errors.ts';
import { readReportInputs, type ReportInputs } from './inputs/report.ts';
import type { MetricsReport } from './metrics/outcome.ts';
import type { RunStart } from './recording.ts';
import { annotationsOf } from './report/annotations.ts';
import { badge } from './report/badge.ts';
import { metricsJson } from './report/metrics-json.ts';
import { metricsAnnotations, metricsHeadline, metricsOutputs, metricsSummary } from './report/metrics.ts';
import { report } from './reporting.ts';

const startedAt = systemClock.now();
const notKnown = metricsOutputs({ metrics: undefined });

async function main(): Promise<void> {
  const raw = takeRaw();
  const ending = endWhenCancelled(notKnown, 'nothing was changed; the report was not made.');
  try {
    const inputs = readReportInputs(raw, await configFileOf(raw));
    const run: RunStart = { ...runIdentity(process.env), startedAt, method: 'report', dryRun: false, environment: inputs.environment, reason: '' };
    const made = await report(inputs, run, (since) => deploymentHistory(since, {
      token: inputs.githubToken, repository: run.repository, environment: run.environment, apiUrl: process.env['GITHUB_API_URL'],
    }));
    ending.settled();
    tell(made, inputs);
  } catch (thrown) {
    ending.settled();
    tellDebuggers(thrown);
    writeOutputs(notKnown);
    annotate(annotationsOf({ failures: failuresIn(thrown), notes: [] }));
  }
}

/** Outputs, files, summary, annotations. */
function tell(made: MetricsReport, { badge: badgePath, json }: ReportInputs): void {
  writeOutputs(metricsOutputs(made));
  write('badge', badgePath, badge(made));
  if (made.metrics !== undefined) write('JSON file', json, metricsJson(made, made.metrics));
  const page = metricsSummary(made);
  if (!writeSummary(page)) actionsLog.group('Summary', page);
  annotate(metricsAnnotations(made));
  actionsLog.info(metricsHeadline(made));
}

function write(what: string, path: string | undefined, content: string): void {
  const problem = path === undefined ? undefined : writeTextFile(workspace, path, content);
  if (problem !== undefined) actionsLog.warning(`The ${what} could not be written to ${path}: ${problem}`);
}

// It only asks: nothing is left for `post`.
await openDoor(main, () => Promise.resolve());
