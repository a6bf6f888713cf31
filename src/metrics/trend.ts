/** How it went month by month. Pure. */
import type { Milliseconds } from '../ports.ts';
import { figuresOf, type Figures } from './figures.ts';
import { monthOf, monthsUntil, startOf } from './months.ts';
import type { Rollback } from './rollback.ts';

export type Month = { readonly month: string; readonly rollbacks: Figures; readonly drills: Figures };

const months = 12;

/** From when on records are needed for a trend that ends now. */
export function trendStart(now: Milliseconds): Milliseconds {
  return startOf(monthsUntil(now, months)[0] ?? monthOf(now));
}

/** The last twelve months, this one among them, oldest first. One of which not all records were read is left out: it would look too good. */
export function trendOf(rollbacks: readonly Rollback[], now: Milliseconds, since: Milliseconds): readonly Month[] {
  const byMonth = Map.groupBy(rollbacks, ({ time }) => monthOf(time));
  return monthsUntil(now, months).filter((month) => startOf(month) >= since).map((month) => {
    const all = byMonth.get(month) ?? [];
    return { month, rollbacks: figuresOf(all.filter(({ drill }) => !drill)), drills: figuresOf(all.filter(({ drill }) => drill)) };
  });
}
