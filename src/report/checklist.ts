import type { CheckResult, Report } from '../outcome.ts';
import { changesDatabase, lossInWords, lostRowCount, measuredDowntime } from './impact.ts';
import { count, duration } from './quantity.ts';
import { cameBack } from './standing.ts';

export type Item = {
  readonly done: boolean;
  readonly task: string;
  /** What was done, or why it was not. Plain text. */
  readonly detail: string;
};

const person = 'for a person';

/** What is to be done during a rollback, ticked only where the run recorded that it was done. */
export function duringRollback(report: Report): readonly Item[] {
  const { result, hosts, timeline, health, run } = report;
  const done = result === 'rolled-back';
  const assessed = hosts.length > 0 && (timeline.length > 0 || report.plan.stages.length > 0 || result === 'unchanged');
  const lost = lostRowCount(report);
  const collected = report.logs.length + report.found.length;
  const downtime = measuredDowntime(report);
  return [
    { done: assessed, task: 'Every host assessed before anything was touched', detail: assessed ? count(hosts.length, 'host') : 'the assessment did not come to an end' },
    { done: report.backups.length > 0, task: 'Backup made and verified', detail: backups(report) },
    { done, task: 'Rolled back', detail: done ? count(hosts.filter((host) => host.result === 'rolled-back' || cameBack(host, report)).length, 'host') : notDone(report) },
    ...(report.migrations.length === 0 ? [] : [{ done, task: 'Database at the target\'s revision', detail: done ? `${count(report.migrations.length, 'migration')} undone` : notDone(report) }]),
    ...(run.drill === true ? [{ done: report.drill !== undefined, task: 'Taken forward again, and compared with how it was found', detail: report.drill === undefined ? 'not finished' : duration(report.drill.forwardSeconds) }] : []),
    { ...checked(report, 'health'), done: health === 'healthy' && checked(report, 'health').done, task: 'Health checks passed' },
    { ...checked(report, 'smoke'), task: 'Smoke tests passed' },
    ...(lost === undefined && !changesDatabase(report) ? [] : [{ done: lost !== undefined, task: 'Rows compared with the backup', detail: lost === undefined ? 'not measured' : lossInWords(report) }]),
    ...(report.untouchedTables === undefined ? [] : [{ done: true, task: 'Rows of tables that no migration touched compared', detail: compared(report.untouchedTables) }]),
    { done: downtime !== undefined, task: 'Downtime measured', detail: downtime === undefined ? 'not measured' : duration(downtime.total) },
    { done: collected > 0, task: 'Logs collected', detail: collected > 0 ? `${count(collected, 'file')}, below` : 'none were kept' },
    { done: false, task: 'Team and users told', detail: person },
  ];
}

/** What is left to do after it. `incidentReport` is the path where one was written. */
export function afterRollback({ result, run }: Report, incidentReport: string): readonly Item[] {
  if (run.drill === true && result === 'rolled-back') return afterDrill(incidentReport);
  return [
    { done: incidentReport !== '', task: 'Incident report written', detail: incidentReport === '' ? person : `${incidentReport}, to be completed by a person` },
    ...(result === 'undone' || result === 'failed' || result === 'cancelled' ? [{ done: false, task: 'Production brought back to a good release', detail: person }] : []),
    { done: false, task: 'Root cause found and mended, with a test', detail: person },
    { done: false, task: 'Status page and stakeholders told that it is over', detail: person },
    { done: false, task: 'Incident reviewed, with what will prevent it', detail: person },
  ];
}

function afterDrill(incidentReport: string): readonly Item[] {
  return [
    { done: incidentReport !== '', task: 'Report written', detail: incidentReport === '' ? person : `${incidentReport}, to be completed by a person` },
    { done: false, task: 'What was slower or otherwise than expected mended', detail: person },
  ];
}

function compared({ same, written }: { readonly same: number; readonly written: number }): string {
  return `${count(same, 'table')} as found${written === 0 ? '' : `, ${count(written, 'table')} written to by the application`}`;
}

function backups({ backups: made }: Report): string {
  return made.length === 0 ? 'none was made' : made.map(({ kind, host }) => `${kind} on ${host}`).join(', ');
}

function notDone({ result }: Report): string {
  switch (result) {
    case 'unchanged': return 'there was nothing to do';
    case 'planned': return 'a dry run changes nothing';
    case 'refused': return 'refused before anything was touched';
    case 'undone': return 'tried, and undone';
    case 'rolled-back':
    case 'failed':
    case 'cancelled': return 'not finished';
  }
}

function checked({ checks }: Report, kind: CheckResult['kind']): { readonly done: boolean; readonly detail: string } {
  const all = checks.filter((check) => check.kind === kind);
  if (all.length === 0) return { done: false, detail: 'none were made' };
  const of = (verdict: CheckResult['verdict']): number => all.filter((check) => check.verdict === verdict).length;
  const rest = [...(of('failed') > 0 ? [`${String(of('failed'))} failed`] : []), ...(of('unknown') > 0 ? [`${String(of('unknown'))} could not be measured`] : [])];
  return { done: rest.length === 0, detail: [`${String(of('passed'))} of ${String(all.length)} passed`, ...rest].join(', ') };
}
