/** What a run cost: time without an answer, rows. Measured or said not to be. */
import type { Downtime, Report } from '../outcome.ts';
import { count, duration, sum } from './quantity.ts';

/** The downtime, if the service was really asked: without a single clear answer nothing was measured. */
export function measuredDowntime({ downtime }: Report): Downtime | undefined {
  return downtime?.samples.some(({ verdict }) => verdict !== 'unknown') === true ? downtime : undefined;
}

/** `the service did not answer for 6.2 s` */
export function downtimeInWords(report: Report): string {
  const downtime = measuredDowntime(report);
  if (downtime === undefined) return 'how long the service did not answer was not measured';
  if (downtime.total === 0) return 'the service answered throughout';
  const before = downtime.total - downtime.caused;
  const share = before < 0.05 ? '' : downtime.caused < 0.05 ? ', all of it before the first change' : `, ${duration(before)} of it before the first change`;
  return `the service did not answer for ${duration(downtime.total)}${share}${stillDown(report) ? ', and was not answering at the end' : ''}`;
}

/** Whether the last clear answer was a bad one: the time without an answer goes on after the run. */
export function stillDown(report: Report): boolean {
  return measuredDowntime(report)?.samples.findLast(({ verdict }) => verdict !== 'unknown')?.verdict === 'failed';
}

/** Undefined when not measured. */
export function lostRowCount({ lostRows }: Report): number | undefined {
  return lostRows === undefined ? undefined : sum(lostRows.map(({ rows }) => rows));
}

/** A run that ended so has changed nothing. */
const untouched: ReadonlySet<Report['result']> = new Set(['planned', 'refused', 'unchanged']);

/** `nothing was lost` */
export function lossInWords(report: Report): string {
  const lost = lostRowCount(report);
  if (lost === undefined && untouched.has(report.result)) return 'the database was not touched';
  if (lost === undefined) return changesDatabase(report) ? 'whether rows were lost was not measured' : 'the database was not changed';
  if (lost === 0) return 'nothing was lost';
  const tables = report.lostRows?.filter(({ rows }) => rows > 0).length ?? 0;
  const kept = report.backups.some(({ kind }) => kind === 'database') ? ', and kept in the backup' : '';
  return `${count(lost, 'row')} of ${count(tables, 'table')} ${lost === 1 ? 'is' : 'are'} no longer in live use${kept}`;
}

/** `12 of 480 requests were answered with a 5xx, to 3 clients`; a client that several hosts saw is counted on each. */
export function accessInWords({ access }: Report): string {
  const [requests, errors, clients] = [sum(access.map((each) => each.requests)), sum(access.map((each) => each.errors)), sum(access.map((each) => each.clients))];
  return `${errors} of ${count(requests, 'request')} ${errors === 1 ? 'was' : 'were'} answered with a 5xx${errors === 0 ? '' : `, to ${count(clients, 'client')}`}`;
}

/** Whether the plan has a step that can change the database. */
export function changesDatabase({ migrations, plan }: Report): boolean {
  const steps = plan.stages.filter(({ touches }) => touches).flatMap((stage) => stage.steps);
  return migrations.length > 0 || steps.some(({ id, needsDatabase }) => needsDatabase === true || id.startsWith('migrate'));
}

/** Seconds from the start to the end of the run. */
export function runSeconds({ run }: Pick<Report, 'run'>): number {
  return Math.max(0, run.endedAt - run.startedAt) / 1000;
}

/** Seconds from the detection of the trouble to the end of the run; undefined when nobody told when that was. */
export function recoverySeconds({ run }: Report): number | undefined {
  return run.detectedAt === undefined ? undefined : Math.max(0, run.endedAt - run.detectedAt) / 1000;
}
