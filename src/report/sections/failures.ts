import type { Failure } from '../../errors.ts';
import type { Report } from '../../outcome.ts';
import { KiB, bytesOf, tail } from '../budget.ts';
import { clean, code, fence, prose } from '../escape.ts';
import { count } from '../quantity.ts';

/** What went wrong, where, why and what to do about it, one after the other. */
export function failures({ failures: all }: Pick<Report, 'failures'>): string {
  const told: string[] = [];
  let room = 22 * KiB;
  for (const [index, failure] of all.entries()) {
    const next = one(failure, all.length > 1 ? `${String(index + 1)}. ` : '');
    room -= bytesOf(next);
    if (room < 0) return [...told, `… and ${count(all.length - index, 'more problem')}, in the log of this run.`].join('\n\n');
    told.push(next);
  }
  return told.join('\n\n');
}

function one({ what, code: reason, host, step, why, fix }: Failure, number: string): string {
  const where = host === undefined || what.startsWith(host) ? '' : `${code(host, 80)}: `;
  const during = step === undefined ? '' : `, in step ${code(step, 80)}`;
  return [
    `**${number}${where}${prose(what)}** (${code(reason)}${during})`,
    `What to do: ${prose(fix, 600)}`,
    ...(why === undefined || why.trim() === '' ? [] : [fence(tail(clean(why.slice(-64 * KiB)), 3 * KiB), 'text')]),
  ].join('\n\n');
}
