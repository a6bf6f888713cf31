import { KiB, fitting } from './budget.ts';
import { count } from './quantity.ts';

export type Table = {
  readonly head: readonly string[];
  /** Cells are Markdown in one line, already made safe by the functions of `escape.ts`. */
  readonly rows: readonly (readonly string[])[];
  /** What a row is, for the count of those left out: `commit`. */
  readonly noun: string;
  readonly most?: number;
  /** Bytes. */
  readonly limit?: number;
};

/** A Markdown table; empty without rows. Rows that do not fit are counted below it. */
export function table({ head, rows, noun, most = 100, limit = 16 * KiB }: Table): string {
  if (rows.length === 0) return '';
  // A column in which nobody has anything to say only takes room.
  const told = head.map((_title, column) => rows.some((cells) => cells[column] !== ''));
  const row = (cells: readonly string[]): string => `| ${cells.filter((_cell, column) => told[column] === true).join(' | ')} |`;
  const lines = rows.slice(0, most).map(row);
  const kept = fitting(lines, limit - 512);
  const left = rows.length - kept.length;
  const more = left === 0 ? [] : ['', `… and ${count(left, `more ${noun}`)}.`];
  return [row(head), row(head.map(() => '---')), ...kept, ...more].join('\n');
}
