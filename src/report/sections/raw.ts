/** What machines wrote: SQL and logs, in fences, cut to a size. */
import type { LogExcerpt, Report } from '../../outcome.ts';
import { KiB, head, tail } from '../budget.ts';
import { clean, code, fence, line } from '../escape.ts';
import { count } from '../quantity.ts';

export function sql({ migrationSql }: Report): string {
  return migrationSql.trim() === '' ? '' : fence(head(clean(migrationSql.trim()), 30 * KiB), 'sql');
}

/** The paths of the files that change. */
export function files({ files: known = [], filesChanged }: Report, limit = 12 * KiB): string {
  if (known.length === 0) return '';
  const shown = known.map((path) => line(path, 400));
  const left = filesChanged - shown.length;
  return fence(head([...shown, ...(left > 0 ? [`… and ${count(left, 'more file')}`] : [])].join('\n'), limit), 'text');
}

/** The ends of the log files; the room is shared by all of them. */
export function logs({ logs: all }: Report, limit = 40 * KiB): string {
  const shown = all.slice(0, 20);
  const share = Math.floor(limit / Math.max(1, shown.length)) - 512;
  const left = all.length - shown.length;
  return [...shown.map((log) => excerpt(log, share)), ...(left > 0 ? [`… and ${count(left, 'more file')}.`] : [])].join('\n\n');
}

/** What was looked at before anything was touched. */
export function found({ found: all }: Report, limit = 24 * KiB): string {
  const filled = all.filter(({ text }) => text.trim() !== '').slice(0, 20);
  const share = Math.floor(limit / Math.max(1, filled.length)) - 512;
  return filled.map((each) => excerpt(each, share)).join('\n\n');
}

function excerpt({ host, file, text }: LogExcerpt, limit: number): string {
  const lines = clean(text).trimEnd();
  return `${code(host, 80)} ${code(file, 160)}\n\n${lines === '' ? 'Nothing was written.' : fence(tail(lines, limit), 'text')}`;
}
