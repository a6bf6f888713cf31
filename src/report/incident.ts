import type { Report } from '../outcome.ts';
import { aligned } from './aligned.ts';
import { KiB, bytesOf } from './budget.ts';
import { code, link, text } from './escape.ts';
import { headline } from './headline.ts';
import { runSeconds } from './impact.ts';
import { count, duration, moment } from './quantity.ts';
import { describe, destination } from './release.ts';
import { arrow, commits, migrations, restoredData } from './sections/changes.ts';
import { checks } from './sections/checks.ts';
import { cost, course, failedRequests } from './sections/cost.ts';
import { events } from './sections/events.ts';
import { failures } from './sections/failures.ts';
import { targetTable } from './sections/goals.ts';
import { hosts } from './sections/hosts.ts';
import { backups, lostRows, notes } from './sections/kept.ts';
import { prevention } from './sections/prevention.ts';
import { files, logs } from './sections/raw.ts';
import { standing } from './standing.ts';

const limit = 256 * KiB;

/** The incident report, Markdown ready to be committed: filled from what was recorded; what only people know is left to them, and says so. */
export function incidentReport(report: Report): string {
  const { run } = report;
  const parts = [
    `# ${run.drill === true ? 'Drill' : 'Incident'}: rollback of ${text(run.environment, 60)} on ${moment(run.startedAt).slice(0, 10)}`,
    section('Summary', text(headline(report), 600), facts(report)),
    section('Timeline', events(report)),
    section('Root cause', rootCause(report)),
    section('Impact', cost(report), course(report), failedRequests(report), lostRows(report), failedChecks(report)),
    section('Actions taken', actions(report), restoredData(report), failures(report), hosts(report), titled('Saved', backups(report)), titled('Worth knowing', notes(report))),
    section('Against the targets', targetTable(report)),
    section('Prevention', prevention(report)),
    section('Appendix: logs', logs(report)),
  ].filter((part) => part !== '');
  const kept = parts.filter((_part, index) => bytesOf(parts.slice(0, index + 1).join('\n\n')) < limit);
  // Hosts print blanks at the ends of lines, of which every diff of the file would complain.
  const whole = `${kept.join('\n\n').split('\n').map((line) => line.trimEnd()).join('\n')}\n`;
  const read = aligned(whole);
  return bytesOf(read) <= limit ? read : whole;
}

function section(title: string, ...bodies: readonly string[]): string {
  const filled = bodies.filter((body) => body !== '');
  return filled.length === 0 ? '' : [`## ${title}`, ...filled].join('\n\n');
}

function titled(title: string, body: string): string {
  return body === '' ? '' : `**${title}**\n\n${body}`;
}

function facts(report: Report): string {
  const { run, from } = report;
  const rows: readonly (readonly [string, string])[] = [
    ...(run.drill === true ? [['Drill', 'nothing was wrong; production was to go back, and forward again'] as const] : []),
    ['Result', code(report.result) + (report.reasonCode === '' ? '' : ` (${code(report.reasonCode)})`)],
    ['Environment', code(run.environment, 60)],
    ['Found', from === undefined ? 'unknown' : text(describe(from))],
    ['Target', text(destination(report, 'unknown'))],
    ['Method', code(run.method, 40)],
    ['Started by', `${text(run.actor, 60)} (${code(run.trigger, 60)})`],
    ['Reason', run.reason === '' ? 'none was given' : text(run.reason)],
    ['Run', `${code(run.id, 60)} (${link('log', run.url)})`],
  ];
  return rows.map(([what, value]) => `- ${what}: ${value}`).join('\n');
}

function rootCause(report: Report): string {
  const { run, result } = report;
  const drilled = run.drill === true && result === 'rolled-back';
  const which = drilled ? 'What went back, and forward again' : `The suspects are what ${result === 'rolled-back' ? 'went back' : 'should have gone back'}`;
  const suspects = [commits(report), files(report, 3 * KiB), migrations(report)].filter((part) => part !== '');
  return [
    drilled ? 'None is to be found: this was a drill.' : 'To be found by a person.',
    ...(suspects.length === 0 ? [] : [`${which} (${arrow(report)}):`, ...suspects]),
  ].join('\n\n');
}

function failedChecks(report: Report): string {
  return checks({ ...report, checks: report.checks.filter(({ verdict }) => verdict !== 'passed') });
}

function actions(report: Report): string {
  const done = report.timeline.filter(({ result }) => result === 'done').length;
  const undone = report.timeline.filter(({ result }) => result === 'undone').length;
  const failed = report.timeline.filter(({ result }) => result === 'failed').length;
  const stands = standing(report);
  return [
    `The run took ${duration(runSeconds(report))}: ${count(done, 'step')} done, ${String(failed)} failed, ${String(undone)} undone; the timeline has each.`,
    ...(stands === '' ? [] : [`At its end: ${text(stands, 600)}.`]),
  ].join(' ');
}
