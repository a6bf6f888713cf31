import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Counted, fisher, isWorse, wilson } from '../../src/triggers/statistics.ts';

const of = (errors: number, requests: number): Counted => ({ errors, requests });

describe("Fisher's exact test", () => {
  test.each<[one: Counted, other: Counted, chance: number]>([
    // The lady tasting tea: 17/70.
    [of(3, 4), of(1, 4), 17 / 70],
    [of(4, 4), of(0, 4), 1 / 70],
    [of(0, 4), of(4, 4), 1],
    [of(0, 10), of(0, 10), 1],
    [of(1, 1), of(0, 0), 1],
    // Ten of ten against none of ten: 1 / choose(20, 10).
    [of(10, 10), of(0, 10), 1 / 184_756],
    // By hand: (choose(5,2) choose(5,0) + 0) / choose(10,2) = 10/45.
    [of(2, 5), of(0, 5), 10 / 45],
  ])('%o against %o: %f', (one, other, chance) => {
    expect(fisher(one, other)).toBeCloseTo(chance, 9);
  });

  const counted = fc.integer({ min: 1, max: 300 }).chain((requests) => fc.record({ requests: fc.constant(requests), errors: fc.integer({ min: 0, max: requests }) }));

  test('is a chance, and both sides together come to one and the middle', () => {
    fc.assert(fc.property(counted, counted, (one, other) => {
      const [above, below] = [fisher(one, other), fisher(other, one)];
      for (const chance of [above, below]) {
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
      }
      expect(above + below).toBeGreaterThanOrEqual(1 - 1e-6);
    }));
  });

  test('of a million requests is quick and right', () => {
    expect(fisher(of(50_000, 1_000_000), of(50_000, 1_000_000))).toBeCloseTo(0.5, 2);
    expect(fisher(of(60_000, 1_000_000), of(50_000, 1_000_000))).toBeLessThan(1e-100);
  });
});

test.each<[counted: Counted, low: number, high: number]>([
  [of(0, 0), 0, 1],
  [of(0, 10), 0, 0.2775],
  [of(1, 10), 0.0179, 0.4042],
  [of(5, 10), 0.2366, 0.7634],
  [of(10, 10), 0.7225, 1],
])('Wilson: %o lies between %f and %f', (counted, low, high) => {
  expect(wilson(counted).low).toBeCloseTo(low, 3);
  expect(wilson(counted).high).toBeCloseTo(high, 3);
});

test.each<[what: string, one: Counted, other: Counted, worse: boolean]>([
  ['one of three is chance', of(1, 3), of(0, 3), false],
  ['three of ten against none of a hundred is not', of(3, 10), of(0, 100), true],
  ['half of twenty against one in a hundred', of(10, 20), of(1, 100), true],
  ['the same rate', of(100, 1000), of(100, 1000), false],
  ['all fail alike', of(50, 100), of(55, 100), false],
  ['many requests, hardly more errors', of(1100, 100_000), of(900, 100_000), false],
  ['twice as many, below a percent more', of(1000, 100_000), of(400, 100_000), false],
  ['better than the others', of(0, 100), of(50, 100), false],
  ['nothing to compare with', of(10, 10), of(0, 0), false],
])('%s', (_what, one, other, worse) => {
  expect(isWorse(one, other)).toBe(worse);
});
