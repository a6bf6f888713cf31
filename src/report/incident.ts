import type { Report, Span } from '../outcome.ts';
import { KiB, bytesOf } from './budget.ts';
import { code, link, text } from './escape.ts';
import { headline } from './headline.ts';
import { accessInWords, downtimeInWords, lossInWords, measuredDowntime, runSeconds } from './impact.ts';
import { foldHosts } from './gantt.ts';
import { count, duration, moment } from './quantity.ts';
import { describe, destination } from './release.ts';
import { arrow, commits, migrations } from './sections/changes.ts';
import { checks } from './sections/checks.ts';
import { failures } from './sections/failures.ts';
import { targetTable } from './sections/goals.ts';
import { hosts } from './sections/hosts.ts';
import { backups, lostRows, notes } from './sections/kept.ts';
import { logs } from './sections/raw.ts';
import { standing } from './standing.ts';
import { table } from './table.ts';

const limit = 256 * KiB;

/** The incident report, Markdown ready to be committed: filled from what was recorded; what only people know is left to them, and says so. */
export function incidentReport(report: Report): string {
  const { run } = report;
  const parts = [
    `# Incident: rollback of ${text(run.environment, 60)} on ${moment(run.startedAt).slice(0, 10)}`,
    section('Summary', text(headline(report), 600), facts(report)),
    section('Timeline', timeline(report)),
    section('Root cause', rootCause(report)),
    section('Impact', impact(report), lostRows(report), failedChecks(report)),
    section('Actions taken', actions(report), failures(report), hosts(report), titled('Saved', backups(report)), titled('Worth knowing', notes(report))),
    section('Against the targets', targetTable(report)),
    section('Prevention', prevention(report)),
    section('Appendix: logs', logs(report)),
  ].filter((part) => part !== '');
  const kept = parts.filter((_part, index) => bytesOf(parts.slice(0, index + 1).join('\n\n')) < limit);
  return `${kept.join('\n\n')}\n`;
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

function timeline({ run, timeline: spans, downtime }: Report): string {
  const first = downtime?.samples.find(({ verdict }) => verdict === 'failed');
  const events: readonly (readonly [number, string])[] = [
    ...(run.detectedAt === undefined ? [] : [[run.detectedAt, 'The trouble was detected'] as const]),
    [run.startedAt, 'The run started'],
    ...(first === undefined ? [] : [[first.time, 'The health URL did not pass for the first time'] as const]),
    ...foldHosts(spans).map((span) => [span.start, told(span)] as const),
    [run.endedAt, 'The run ended'],
  ];
  const rows = events.toSorted(([one], [other]) => one - other).map(([time, what]) => [moment(time), what]);
  return table({ head: ['Time', 'What'], rows, noun: 'event', limit: 24 * KiB });
}

function told({ stage, title, host, start, end, result }: Span): string {
  const where = host === undefined ? '' : ` on ${code(host, 80)}`;
  const became = result === 'done' ? '' : result === 'failed' ? ': **failed**' : ': undone';
  return `${text(stage, 60)}: ${text(title, 120)}${where} (${duration((end - start) / 1000)})${became}`;
}

function rootCause(report: Report): string {
  const suspects = commits(report);
  return [
    'To be found by a person.',
    ...(suspects === '' ? [] : [`The suspects are what ${report.result === 'rolled-back' ? 'went back' : 'should have gone back'} (${arrow(report)}):`, suspects, migrations(report)]),
  ].filter((part) => part !== '').join('\n\n');
}

function impact(report: Report): string {
  const failed = report.checks.filter(({ verdict }) => verdict === 'failed').length;
  const unknown = report.checks.filter(({ verdict }) => verdict === 'unknown').length;
  const caused = measuredDowntime(report)?.caused;
  return [
    `- Availability during the run: ${downtimeInWords(report)}${caused === undefined ? '' : ` (${duration(caused)} from the first change on)`}.`,
    `- Data: ${lossInWords(report)}.`,
    ...(report.access.length === 0 ? [] : [`- Requests during the run: ${accessInWords(report)}.`]),
    `- Checks: ${String(report.checks.length)} made, ${String(failed)} failed, ${String(unknown)} could not be measured.`,
    '- Before the run, and for users: to be told by a person.',
  ].join('\n');
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

function prevention({ result }: Report): string {
  return [
    ...(result === 'rolled-back' || result === 'unchanged' ? [] : ['Production brought to a good release']),
    'Root cause found, and written down above',
    'Cause mended, with a test that fails without the mending',
    'Looked at why it was not found before it reached production',
    'Alarms and smoke tests completed so that it would be found sooner',
    'Procedure and documentation brought up to date',
    'Reviewed by the team, with names and dates for what is left',
  ].map((task) => `- [ ] ${task}`).join('\n');
}
