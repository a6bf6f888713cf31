/** The story of the report: the records of an environment are read, and say how its rollbacks went. */
import type { ReportInputs } from './inputs/report.ts';
import type { ReadHistory } from './metrics/history.ts';
import { metricsOf, neededSince, type Metrics } from './metrics/metrics.ts';
import type { MetricsReport } from './metrics/outcome.ts';
import type { RunStart } from './recording.ts';
import { count, moment } from './report/quantity.ts';

export async function report({ period }: ReportInputs, run: RunStart, read: ReadHistory): Promise<MetricsReport> {
  const history = await read(neededSince(run.startedAt, period));
  if ('why' in history) {
    const fix = 'Give the job "deployments: read" and this action its "github-token".';
    return { run, period, metrics: undefined, notes: [`GitHub's deployment records could not be read: ${history.why}. ${fix}`] };
  }
  const metrics = metricsOf(history, run.startedAt, period);
  return { run, period, metrics, notes: notesOf(metrics) };
}

/** What these metrics leave out. */
function notesOf({ whole, start, months, rollbacks, drills, changes, list }: Metrics): readonly string[] {
  const underWay = rollbacks.underWay + drills.figures.underWay;
  const nameless = list.filter(({ from }) => from === '').length;
  return [
    ...(whole ? [] : [`There are more deployments than are read: the metrics begin at ${moment(start)}.`]),
    ...(whole && months.length < 12 ? [`There are more deployments than are read: the trend begins with ${months[0]?.month ?? 'no month'}.`] : []),
    ...(underWay === 0 ? [] : [`${count(underWay, 'rollback')} ${underWay === 1 ? 'has' : 'have'} not ended, or died: not counted.`]),
    ...(nameless === 0 ? [] : [`${count(nameless, 'record')} of a rollback ${nameless === 1 ? 'does' : 'do'} not say from which release it went back.`]),
    ...(changes.unmatched === 0 ? [] : [`${count(changes.unmatched, 'rollback')} took back a release of which no deployment is on record: not in the change failure rate.`]),
  ];
}
