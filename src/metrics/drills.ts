/** Drills: rollbacks that were made to know that they work. Counted apart. Pure. */
import type { Milliseconds } from '../ports.ts';
import { figuresOf, type Figures } from './figures.ts';
import type { Rollback } from './rollback.ts';

export type Drills = {
  /** Of those in the period. */
  readonly figures: Figures;
  /** Whether any has ended, as far back as records were read. */
  readonly ever: boolean;
  /** When the last one that passed was made, in the period or before it. */
  readonly lastPassed: Milliseconds | undefined;
  /** Whole days since then. */
  readonly ageDays: number | undefined;
};

const day = 86_400_000;

/** @param rollbacks all that were read, oldest first */
export function drillsOf(rollbacks: readonly Rollback[], now: Milliseconds, isInPeriod: (time: Milliseconds) => boolean): Drills {
  const drills = rollbacks.filter(({ drill }) => drill);
  const lastPassed = drills.findLast(({ result }) => result === 'rolled-back')?.time;
  return {
    figures: figuresOf(drills.filter(({ time }) => isInPeriod(time))),
    ever: figuresOf(drills).count > 0,
    lastPassed,
    ageDays: lastPassed === undefined ? undefined : Math.max(0, Math.floor((now - lastPassed) / day)),
  };
}
