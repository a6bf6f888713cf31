/** What rollbacks have in common: how many succeeded, how long they took, what they cost. Pure. */
import type { Rollback } from './rollback.ts';

/** Of what was measured, and for how many it was: what was not is left out, never taken as 0. */
export type Figures = {
  /** Those that have ended, without those that were refused. */
  readonly count: number;
  readonly rolledBack: number;
  readonly failed: number;
  /** Undone, cancelled, or died. */
  readonly notDone: number;
  /** Not counted anywhere else: it has not ended, or its run died. */
  readonly underWay: number;
  /** 0 to 1; undefined without any. */
  readonly successRate: number | undefined;
  /** Seconds from detection to done, of those that succeeded. */
  readonly recovery: { readonly median: number | undefined; readonly longest: number | undefined; readonly measured: number };
  /** Seconds without a good answer. Undefined when it was measured for none of them. */
  readonly downtime: { readonly total: number | undefined; readonly longest: number | undefined; readonly caused: number | undefined; readonly measured: number };
  readonly rowsLost: { readonly total: number | undefined; readonly measured: number };
};

export function figuresOf(rollbacks: readonly Rollback[]): Figures {
  const ended = rollbacks.filter(({ result }) => result !== 'under-way' && result !== 'refused');
  const of = (result: Rollback['result']): number => rollbacks.filter((each) => each.result === result).length;
  const known = (name: 'recovery' | 'down' | 'caused' | 'rows'): readonly number[] => ended.flatMap((each) => each[name] ?? []);
  const [recovery, down, rows] = [known('recovery'), known('down'), known('rows')];
  const total = (numbers: readonly number[]): number | undefined => (numbers.length === 0 && ended.length > 0 ? undefined : rounded(numbers.reduce((sum, number) => sum + number, 0)));
  return {
    count: ended.length, rolledBack: of('rolled-back'), failed: of('failed'), notDone: ended.length - of('rolled-back') - of('failed'), underWay: of('under-way'),
    successRate: ended.length === 0 ? undefined : of('rolled-back') / ended.length,
    recovery: { median: median(recovery), longest: largest(recovery), measured: recovery.length },
    downtime: { total: total(down), longest: largest(down), caused: total(known('caused')), measured: down.length },
    rowsLost: { total: total(rows), measured: rows.length },
  };
}

/** Of an even number the mean of the middle two; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((one, other) => one - other);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : rounded((low + high) / 2);
}

function largest(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((most, number) => Math.max(most, number), 0);
}

/** To a thousandth: tenths do not add up exactly. */
function rounded(number: number): number {
  return Math.round(number * 1000) / 1000;
}
