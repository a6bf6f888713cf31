import type { CheckResult, Report, Verdict } from '../../outcome.ts';
import { code, line, text } from '../escape.ts';
import { count, listed } from '../quantity.ts';
import { table } from '../table.ts';

const words: Readonly<Record<Verdict, string>> = { passed: 'passed', failed: '**failed**', unknown: '**unknown**' };
const order: readonly Verdict[] = ['failed', 'unknown', 'passed'];

/** Health checks and smoke tests, those that did not pass first; a check that came out the same on many hosts is one row. */
export function checks({ checks: all }: Report): string {
  const rows = order.flatMap((verdict) => grouped(all.filter((check) => check.verdict === verdict)).map(row));
  return table({ head: ['Check', 'Asked from', 'Verdict', 'Status', 'Time', 'Tries', 'What came'], rows, noun: 'check', most: 60, limit: 20 * 1024 });
}

function grouped(checked: readonly CheckResult[]): readonly (readonly [CheckResult, ...CheckResult[]])[] {
  const groups = Map.groupBy(checked, ({ kind, name, host, verdict, url, message }) => JSON.stringify([kind, line(name, 120), host === undefined ? line(url) : 'hosts', verdict, verdict === 'passed' ? '' : line(message)]));
  return [...groups.values()].flatMap((group) => {
    const [first, ...rest] = group;
    if (first === undefined) return [];
    const foldable = group.length > 3;
    return foldable ? [[first, ...rest] as const] : group.map((check) => [check] as const);
  });
}

function row([first, ...rest]: readonly [CheckResult, ...CheckResult[]]): readonly string[] {
  const group = [first, ...rest];
  const times = group.flatMap(({ milliseconds }) => (milliseconds === undefined ? [] : [milliseconds]));
  const slowest = times.reduce((most, time) => Math.max(most, time), 0);
  return [
    `${first.kind === 'health' ? 'health' : 'smoke'} ${code(first.name, 120)}`,
    askedFrom(group),
    first.wrongRelease === true ? `${words[first.verdict]}, wrong release` : words[first.verdict],
    first.status === undefined ? '' : String(first.status),
    times.length === 0 ? '' : `${rest.length > 0 ? 'up to ' : ''}${String(Math.round(slowest))} ms`,
    String(group.reduce((most, { tries }) => Math.max(most, tries), 0)),
    new Set(group.map(({ message }) => line(message))).size > 1 ? '' : text(first.message),
  ];
}

/** Of many hosts their number; of those on which it did not pass, also their names. */
function askedFrom(group: readonly CheckResult[]): string {
  const hosts = group.flatMap(({ host }) => (host === undefined ? [] : [host]));
  if (hosts.length === 0) return 'the runner';
  if (group.length > 1 && group.every(({ verdict }) => verdict === 'passed')) return count(group.length, 'host');
  return hosts.length === 1 ? code(hosts.join(''), 80) : `${count(hosts.length, 'host')}: ${text(listed(hosts.map((host) => line(host, 80))), 500)}`;
}
