import type { Report } from '../outcome.ts';
import { KiB, bytesOf } from './budget.ts';
import { afterRollback, duringRollback } from './checklist.ts';
import { code, link, text } from './escape.ts';
import { headline, marks } from './headline.ts';
import { measuredDowntime, runSeconds } from './impact.ts';
import { clock, duration, moment } from './quantity.ts';
import { changes } from './sections/changes.ts';
import { checks } from './sections/checks.ts';
import { failures } from './sections/failures.ts';
import { targetTable, taskList } from './sections/goals.ts';
import { backups, lostRows, notes } from './sections/kept.ts';
import { plan } from './sections/plan.ts';
import { files, found, logs, sql } from './sections/raw.ts';
import { state } from './sections/state.ts';
import { availability, timeline } from './sections/timeline.ts';

/** GitHub drops a summary above 1 MiB whole; a person reads none of this size. */
export const summaryLimit = 256 * KiB;

export type Section = { readonly title: string; readonly body: string; readonly folded?: true };

/**
 * The job summary, Markdown of at most 256 KiB: what a person has to know first comes first, details are folded.
 * @param incidentReport path of the incident report, empty if none was written
 */
export function summary(report: Report, incidentReport = ''): string {
  const first = `### ${marks[report.result]} ${text(headline(report), 600)}\n\n${facts(report)}`;
  const parts = [first];
  let used = bytesOf(first);
  for (const section of sections(report, incidentReport)) {
    if (section.body === '') continue;
    const part = rendered(section);
    const fits = used + bytesOf(part) < summaryLimit - 4 * KiB;
    parts.push(fits ? part : `*${section.title}: left out, there was no room.*`);
    used += bytesOf(parts.at(-1) ?? '') + 2;
  }
  return `${parts.join('\n\n')}\n`;
}

function sections(report: Report, incidentReport: string): readonly Section[] {
  const { result } = report;
  const stands: Section = { title: report.run.environment === 'production' ? 'State of production' : 'State of the environment', body: state(report) };
  const told: Section = { title: 'Worth knowing', body: notes(report) };
  const course: readonly Section[] = [
    { title: 'Timeline', body: timeline(report) },
    { title: 'Availability', body: availability(report), ...(measuredDowntime(report)?.total === 0 ? { folded: true } : {}) },
  ];
  const went = (title: string): readonly Section[] => [{ title, body: changes(report) }, { title: 'Rows no longer in live use', body: lostRows(report) }];
  const evidence: readonly Section[] = [
    { title: 'Checks', body: checks(report) },
    { title: 'Backups', body: backups(report) },
    { title: 'Targets', body: targetTable(report) },
  ];
  const lists: readonly Section[] = [
    { title: 'Checklist: during the rollback', body: taskList(duringRollback(report)) },
    { title: 'Checklist: after the rollback', body: taskList(afterRollback(report, incidentReport)) },
  ];
  const details: readonly Section[] = [
    { title: 'Plan', body: plan(report), folded: true },
    { title: 'Files', body: files(report), folded: true },
    { title: 'SQL of the downgrade', body: sql(report), folded: true },
    { title: 'Logs', body: logs(report), folded: true },
    { title: 'As it was found', body: found(report), folded: true },
  ];
  switch (result) {
    case 'planned':
      return [
        { title: 'What would change', body: changes(report) },
        { title: 'Files', body: files(report), folded: true },
        { title: 'SQL of the downgrade', body: sql(report) },
        { title: 'What would be done', body: plan(report) },
        told,
        { ...stands, folded: true },
        { title: 'Checks', body: checks(report) },
        { title: 'As it was found', body: found(report), folded: true },
      ];
    case 'unchanged':
      return [stands, told, ...course, { title: 'Release', body: changes({ ...report, commits: [], migrations: [] }) }, ...evidence, ...details];
    case 'rolled-back':
      return [stands, told, ...course, ...went(report.drill === undefined ? 'What went back' : 'What went back, and forward again'), ...evidence, ...lists, ...details];
    case 'refused':
      return [{ title: 'What to do now', body: failures(report) }, stands, told, ...course, ...went('What was asked for'), ...evidence, ...details];
    case 'undone':
    case 'failed':
    case 'cancelled':
      return [stands, { title: 'What to do now', body: failures(report) || carryOn(report) }, told, ...course, ...went('What was tried'), ...evidence, ...lists, ...details];
  }
}

function carryOn({ result }: Report): string {
  return result === 'cancelled' ? 'Run it again when it is wanted: a release that is already where it should be is left alone.' : '';
}

/** Who, why, where, when: the line below the headline. */
export function facts(report: Pick<Report, 'run'>): string {
  const { run } = report;
  return [
    ...(run.drill === true ? ['**a drill**'] : []),
    ...(run.actor === '' ? [] : [`by ${text(run.actor, 60)}${run.trigger === '' ? '' : ` (${code(run.trigger, 60)})`}`]),
    ...(run.reason === '' ? [] : [`reason: ${text(run.reason, 200)}`]),
    `environment ${code(run.environment, 60)}`,
    `method ${code(run.method, 40)}`,
    `${moment(run.startedAt).slice(0, 19)} to ${clock(run.endedAt)} UTC (${duration(runSeconds(report))})`,
    link('this run', run.url),
  ].join(' · ');
}

export function rendered({ title, body, folded }: Section): string {
  return folded === true ? `<details><summary>${title}</summary>\n\n${body}\n\n</details>` : `#### ${title}\n\n${body}`;
}
