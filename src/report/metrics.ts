/** What the report tells: a sentence, a summary, outputs. Pure. */
import type { Metrics } from '../metrics/metrics.ts';
import type { MetricsReport } from '../metrics/outcome.ts';
import type { Rollback } from '../metrics/rollback.ts';
import type { Annotation } from './annotations.ts';
import { code, line, link, text } from './escape.ts';
import { capitalised } from './headline.ts';
import { measuresOf, percent } from './measures.ts';
import { count, duration, listed, moment } from './quantity.ts';
import { rendered, type Section } from './summary.ts';
import { table } from './table.ts';
import { trendChart, trendTable } from './trend.ts';

const day = 86_400_000;

/** One sentence, plain text. */
export function metricsHeadline({ metrics, run, period }: MetricsReport): string {
  const place = line(run.environment, 40) || 'production';
  if (metrics === undefined) return line(`How the rollbacks of ${place} went is not known.`);
  const { rollbacks, drills, goals } = metrics;
  const median = rollbacks.recovery.median === undefined ? '' : `, back in ${duration(rollbacks.recovery.median)} at the median`;
  const missed = goals.filter(({ met }) => met === 'no').map(({ name }) => name);
  const often = rollbacks.count === 0 ? 'no rollback' : count(rollbacks.count, 'rollback');
  const drilled = drills.figures.count === 0 ? '' : `, ${count(drills.figures.count, 'drill')}`;
  return line(capitalised(`${often} of ${place} in ${count(days(period), 'day')}${median}${drilled}; ${missed.length === 0 ? 'no target is missed' : `${count(missed.length, 'target')} missed: ${listed(missed, 12)}`}.`), 600);
}

/** Markdown for the job's summary. */
export function metricsSummary(report: MetricsReport): string {
  const { metrics, notes, run } = report;
  const mark = metrics === undefined ? '❔' : metrics.goals.some(({ met }) => met === 'no') ? '⚠️' : '✅';
  const span = metrics === undefined ? [] : [`${moment(metrics.start)} to ${moment(metrics.end)}`];
  const first = `### ${mark} ${text(metricsHeadline(report), 600)}\n\n${[`environment ${code(run.environment, 60)}`, ...span, link('this run', run.url)].join(' · ')}`;
  const told: Section = { title: 'Worth knowing', body: notes.map((note) => `- ${text(note, 600)}`).join('\n') };
  const sections = metrics === undefined ? [told] : sectionsOf(metrics, told);
  return `${[first, ...sections.filter(({ body }) => body !== '').map(rendered)].join('\n\n')}\n`;
}

function sectionsOf(metrics: Metrics, told: Section): readonly Section[] {
  const [rollbacks, drills] = [metrics.list.filter(({ drill }) => !drill), metrics.list.filter(({ drill }) => drill)];
  return [
    { title: 'Targets', body: table({ head: ['What', 'Target', 'Measured', ''], rows: measuresOf(metrics).map(({ title, target, value, met }) => [title, target, value, words[met]]), noun: 'target' }) },
    { title: 'Deployments', body: changes(metrics) },
    told,
    { title: 'Rollbacks month by month', body: trendChart(metrics.months) },
    { title: 'Rollbacks', body: listOf(rollbacks) },
    { title: 'Drills', body: listOf(drills) },
    { title: 'The months in figures', body: trendTable(metrics.months), folded: true },
  ];
}

const words = { yes: '✅ met', no: '❌ missed', unknown: 'not measured' };
const results: Readonly<Record<Rollback['result'], string>> = {
  'rolled-back': '✅ rolled back', failed: '❌ failed', undone: '↩️ undone', cancelled: '⏹️ cancelled', unsuccessful: 'did not succeed', refused: '⛔ refused', 'under-way': 'not ended',
};

function changes({ changes: { deployments, failed, failureRate, recoverySeconds } }: Metrics): string {
  return table({
    head: ['What', 'Measured'], noun: 'measure',
    rows: [
      ['Change failure rate', failureRate === undefined ? 'no deployment on record' : `${percent(failureRate)} (${failed} of ${count(deployments, 'deployment')} rolled back)`],
      ['Failed deployment recovery time, median', recoverySeconds === undefined ? (failed === 0 ? 'no failed deployment' : 'not measured') : duration(recoverySeconds)],
    ],
  });
}

function listOf(rollbacks: readonly Rollback[]): string {
  const rows = rollbacks.map(({ time, from, to, result, recovery, down, rows: lost, actor, reason, url }) => [
    link(moment(time).slice(0, 16), url), `${release(from)} → ${release(to)}`, results[result],
    recovery === undefined ? '' : duration(recovery), down === undefined ? '' : duration(down), lost === undefined ? '' : lost.toLocaleString('en-US'),
    text(actor, 60), text(reason, 160),
  ]);
  return table({ head: ['When (UTC)', 'From → to', 'Result', 'Detected to done', 'Downtime', 'Rows lost', 'Who', 'Why'], rows, noun: 'rollback', most: 20, limit: 48 * 1024 });
}

function release(name: string): string {
  return name === '' ? '?' : code(/^[0-9a-f]{40,64}$/.test(name) ? name.slice(0, 7) : name, 40);
}

/** The outputs, by their names in report/action.yml: empty where nothing was measured. */
export function metricsOutputs({ metrics }: Pick<MetricsReport, 'metrics'>): Readonly<Record<string, string>> {
  const { rollbacks, changes: made, drills, goals } = metrics ?? {};
  return {
    rollbacks: figure(rollbacks?.count),
    'success-rate': share(rollbacks?.successRate),
    'median-recovery-seconds': figure(rollbacks?.recovery.median),
    'downtime-seconds': figure(rollbacks?.downtime.total),
    'data-loss-rows': figure(rollbacks?.rowsLost.total),
    'change-failure-rate': share(made?.failureRate),
    'failed-deployment-recovery-seconds': figure(made?.recoverySeconds),
    'drill-age-days': figure(drills?.ageDays),
    'targets-missed': (goals ?? []).filter(({ met }) => met === 'no').map(({ name }) => name).join('\n'),
  };
}

function figure(number: number | undefined): string {
  return number === undefined ? '' : String(Math.round(number * 10) / 10);
}

/** In percent. */
function share(rate: number | undefined): string {
  return rate === undefined ? '' : percent(rate).replace(' %', '');
}

/** What GitHub shows beside the job, which never fails. */
export function metricsAnnotations(report: MetricsReport): readonly Annotation[] {
  const missed = report.metrics?.goals.some(({ met }) => met === 'no') ?? true;
  const notes = report.notes.slice(0, 9).map((note): Annotation => ({ level: 'warning', title: 'Worth knowing', message: line(note, 1000) }));
  return [{ level: missed ? 'warning' : 'notice', title: 'Rollback metrics', message: metricsHeadline(report) }, ...notes];
}

export function days(period: number): number {
  return Math.round(period / day);
}
