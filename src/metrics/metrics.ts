/** Rollback metrics of a period: plain data, from which the summary, the outputs, the JSON file and the badge are made. Pure. */
import type { Milliseconds } from '../ports.ts';
import { changesOf, type Changes } from './changes.ts';
import { drillsOf, type Drills } from './drills.ts';
import { figuresOf, type Figures } from './figures.ts';
import { goalsOf, type Goal } from './goals.ts';
import type { History } from './history.ts';
import { rollbackOf, type Rollback } from './rollback.ts';
import { trendOf, trendStart, type Month } from './trend.ts';

export type Metrics = {
  /** What was looked at: later than asked for when older records were not read. */
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  readonly whole: boolean;
  /** Without drills. */
  readonly rollbacks: Figures;
  readonly perMonth: number;
  readonly drills: Drills;
  readonly changes: Changes;
  readonly goals: readonly Goal[];
  readonly months: readonly Month[];
  /** Those of the period, drills and what is under way among them, newest first. */
  readonly list: readonly Rollback[];
};

/** A twelfth of 365.25 days. */
const month: Milliseconds = 30.4375 * 86_400_000;

/** From when on records are needed for the metrics of a period that ends now. */
export function neededSince(now: Milliseconds, period: Milliseconds): Milliseconds {
  return Math.min(now - period, trendStart(now));
}

export function metricsOf({ deployments, since }: History, now: Milliseconds, period: Milliseconds): Metrics {
  const start = Math.max(now - period, since);
  // No end: GitHub's clock may be ahead of this one.
  const isInPeriod = (time: Milliseconds): boolean => time >= start;
  const all = deployments.flatMap((deployment) => rollbackOf(deployment) ?? []);
  const list = all.filter(({ time }) => isInPeriod(time));
  const rollbacks = figuresOf(list.filter(({ drill }) => !drill));
  const perMonth = rollbacks.count === 0 ? 0 : rollbacks.count / (Math.max(1, now - start) / month);
  const drills = drillsOf(all, now, isInPeriod);
  return {
    start, end: now, whole: start === now - period, rollbacks, perMonth, drills,
    changes: changesOf(deployments, all, isInPeriod),
    goals: goalsOf(rollbacks, perMonth, drills),
    months: trendOf(all, now, since),
    list: list.toReversed(),
  };
}
