/** Calendar months in UTC. Pure. */
import type { Milliseconds } from '../ports.ts';

/** `2025-11` of a time. */
export function monthOf(time: Milliseconds): string {
  return new Date(time).toISOString().slice(0, 7);
}

/** The last months up to that of `time`, oldest first. Counted in months: no length of a month comes into it. */
export function monthsUntil(time: Milliseconds, count: number): readonly string[] {
  const last = new Date(time);
  return Array.from({ length: count }, (_none, index) => monthOf(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - (count - 1 - index), 1)));
}

/** The first moment of a month. */
export function startOf(month: string): Milliseconds {
  return Date.parse(`${month}-01T00:00:00Z`);
}
