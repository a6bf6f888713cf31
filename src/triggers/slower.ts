/** Comparing response times, of whatever distribution. Pure. */
import type { Milliseconds } from '../ports.ts';

/** How many requests took so long. */
export type Times = ReadonlyMap<Milliseconds, number>;

/** One chance in a thousand, because it is looked at in every period of the watch and not once. */
const significant = 3.09;
/** The normal distribution that the test uses is near enough from so many on. */
const least = 20;

/** Whether the middle of `one` is half as long again as that of `other` at least, and not by chance. */
export function isSlower(one: Times, other: Times): boolean {
  const [mine, theirs] = [middle(one), middle(other)];
  return mine !== undefined && theirs !== undefined && countOf(one) >= least && countOf(other) >= least && mine >= 1.5 * theirs && mannWhitney(one, other) > significant;
}

/**
 * By how many standard deviations `one` ranks above `other` (Mann and Whitney's U, with ties): no shape is assumed, and a few very slow requests weigh
 * no more than their number. https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test
 */
export function mannWhitney(one: Times, other: Times): number {
  const [n, m] = [countOf(one), countOf(other)];
  const all = n + m;
  if (n === 0 || m === 0) return 0;
  const values = [...new Set([...one.keys(), ...other.keys()])].toSorted((a, b) => a - b);
  let below = 0;
  let u = 0;
  let ties = 0;
  for (const value of values) {
    const [mine, theirs] = [one.get(value) ?? 0, other.get(value) ?? 0];
    u += mine * (below + theirs / 2);
    below += theirs;
    ties += (mine + theirs) ** 3 - (mine + theirs);
  }
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  return variance <= 0 ? 0 : (u - (n * m) / 2) / Math.sqrt(variance);
}

/** The median. */
export function middle(times: Times): Milliseconds | undefined {
  const rank = Math.ceil(countOf(times) / 2);
  let passed = 0;
  for (const [time, count] of [...times].toSorted(([a], [b]) => a - b)) {
    passed += count;
    if (passed >= rank) return time;
  }
  return undefined;
}

export function countOf(times: Times): number {
  return [...times.values()].reduce((sum, count) => sum + count, 0);
}
