/** What was saved, what left live use, and what else a person should know. */
import type { Report } from '../../outcome.ts';
import { KiB, fitting } from '../budget.ts';
import { code, prose } from '../escape.ts';
import { count, size } from '../quantity.ts';
import { table } from '../table.ts';

export function backups({ backups: all }: Pick<Report, 'backups'>): string {
  const lines = fitting(all.map(({ kind, host, location, bytes, sha256 }) =>
    `- **${kind}** of ${code(host, 80)}, ${size(bytes)}: ${code(location, 200)}${sha256 === '' ? '' : `<br>SHA-256 ${code(sha256, 64)}`}`), 7 * KiB);
  const left = all.length - lines.length;
  return [...lines, ...(left > 0 ? [`- … and ${count(left, 'more backup')}.`] : [])].join('\n');
}

/** Empty when nothing was lost, or not measured. */
export function lostRows({ lostRows: all = [] }: Report): string {
  const lost = all.filter(({ rows }) => rows > 0).toSorted((one, other) => other.rows - one.rows);
  return table({ head: ['Table', 'Rows no longer in live use'], rows: lost.map(({ table: name, rows }) => [code(name, 80), rows.toLocaleString('en-US')]), noun: 'table', most: 50, limit: 8 * KiB });
}

export function notes({ notes: all }: Pick<Report, 'notes'>): string {
  const lines = fitting(all.map((note) => `- ${prose(note, 500)}`), 7 * KiB);
  const left = all.length - lines.length;
  return [...lines, ...(left > 0 ? [`- … and ${count(left, 'more note')}, in the log of this run.`] : [])].join('\n');
}
