/** What a backup tells: a sentence, a summary, outputs. Pure. */
import type { BackupReport } from '../backups/outcome.ts';
import { code, line, text } from './escape.ts';
import { capitalised, cause } from './headline.ts';
import { runSeconds } from './impact.ts';
import { backupOutput } from './outputs.ts';
import { count, duration, listed, size, sum } from './quantity.ts';
import { commitLink, short } from './release.ts';
import { failures } from './sections/failures.ts';
import { backups, notes } from './sections/kept.ts';
import { timeline } from './sections/timeline.ts';
import { facts, rendered } from './summary.ts';
import { table } from './table.ts';

/** One sentence, plain text: is there something to go back to. */
export function backupHeadline(report: BackupReport): string {
  const place = line(report.run.environment, 40) || 'production';
  if (report.failures.length > 0) return line(capitalised(`${place} has no verified backup of this moment, so nothing should be deployed: ${cause(report, 'the backup failed')}.`), 600);
  return line(capitalised(`${place} is backed up: ${saved(report)} of release ${short(report.release)}${proof(report)}, in ${duration(runSeconds(report))}.`), 600);
}

/** Markdown for the job's summary. */
export function backupSummary(report: BackupReport): string {
  const good = report.failures.length === 0;
  const sections = [
    { title: 'What to do now', body: failures(report) },
    { title: 'Backups', body: backups(report) },
    { title: 'What is in the dump', body: content(report) },
    { title: 'Worth knowing', body: notes(report) },
    { title: 'Timeline', body: timeline(report) },
  ];
  return `${[`### ${good ? '💾' : '⛔'} ${text(backupHeadline(report), 600)}\n\n${facts(report)}`, ...sections.filter(({ body }) => body !== '').map(rendered)].join('\n\n')}\n`;
}

/** The outputs, by their names in backup/action.yml. */
export function backupOutputs(report: BackupReport): Readonly<Record<string, string>> {
  return { backup: backupOutput(report.backups), release: report.release, revision: report.manifest?.revision ?? '', 'reason-code': report.reasonCode };
}

/** `database (48.2 MB) and app (3.1 MB, 3 hosts)` */
function saved({ backups: all }: BackupReport): string {
  return listed([...Map.groupBy(all, ({ kind }) => kind)].map(([kind, each]) => `${kind} (${size(sum(each.map(({ bytes }) => bytes)))}${each.length > 1 ? `, ${count(each.length, 'host')}` : ''})`));
}

function proof({ verified, restoreSeconds = 0 }: BackupReport): string {
  if (verified === 'full') return `, restored in ${duration(restoreSeconds)} and compared`;
  return verified === 'quick' ? ', verified' : '';
}

function content({ run, manifest, verified, restoreSeconds }: BackupReport): string {
  if (manifest === undefined) return '';
  const { release, revision = '', server = '', position = '', rows, tables } = manifest;
  const all = Object.values(rows ?? {});
  const lines: readonly (readonly [string, string])[] = [
    ['Release', commitLink(run, release)],
    ['Migration revision', code(revision, 200)],
    ['Server', text(server, 120)],
    ['Position in its log', code(position, 120)],
    ['Tables', tables === undefined ? '' : String(tables)],
    ['Rows', rows === undefined ? '' : sum(all).toLocaleString('en-US')],
    ['Verified', verified === undefined ? '' : verified === 'quick' ? 'exit status, last line, tables, SHA-256' : 'restored into a scratch database and compared: rows of each table, revisions, schema'],
    ['Restored in', restoreSeconds === undefined ? '' : duration(restoreSeconds)],
  ];
  return table({ head: ['', ''], rows: lines.filter(([, value]) => value !== ''), noun: 'line' });
}
