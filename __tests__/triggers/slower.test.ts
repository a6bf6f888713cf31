import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSlower, mannWhitney, middle, type Times } from '../../src/triggers/slower.ts';

const times = (...all: readonly number[]): Times => new Map([...Map.groupBy(all, (each) => each)].map(([time, each]) => [time, each.length]));

describe('Mann and Whitney', () => {
  test.each<[one: Times, other: Times, z: number]>([
    [times(), times(1), 0],
    [times(1, 2, 3), times(1, 2, 3), 0],
    [times(5, 5), times(5, 5), 0],
    // By hand: U = 9 of 9, mean 4.5, variance 9 * 7 / 12 = 5.25.
    [times(4, 5, 6), times(1, 2, 3), 4.5 / Math.sqrt(5.25)],
    // With a tie: U = 2 * 2 - 0.5 = 3.5, mean 2, variance 4/12 * (5 - 6/12) = 1.5.
    [times(2, 3), times(1, 2), 1.5 / Math.sqrt(1.5)],
  ])('%o against %o: %f', (one, other, z) => expect(mannWhitney(one, other)).toBeCloseTo(z, 9));

  test('turned around it is the opposite', () => {
    const some = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 });
    fc.assert(fc.property(some, some, (one, other) => { expect(mannWhitney(times(...one), times(...other)) + mannWhitney(times(...other), times(...one))).toBeCloseTo(0, 6); }));
  });
});

const around = (center: number, count: number): readonly number[] => Array.from({ length: count }, (_, index) => center + (index % 11) - 5);

test.each<[what: string, one: Times, other: Times, slower: boolean]>([
  ['twice as slow', times(...around(100, 40)), times(...around(50, 400)), true],
  ['twice as slow, of too few', times(...around(100, 19)), times(...around(50, 400)), false],
  ['a fifth slower', times(...around(60, 400)), times(...around(50, 400)), false],
  ['alike', times(...around(50, 40)), times(...around(50, 400)), false],
  ['quicker', times(...around(20, 40)), times(...around(50, 400)), false],
  ['a few very slow ones', times(...around(50, 40), 9000, 9000), times(...around(50, 400)), false],
  ['nothing to compare with', times(...around(50, 40)), times(), false],
])('%s', (_what, one, other, slower) => expect(isSlower(one, other)).toBe(slower));

test.each<[all: Times, half: number | undefined]>([[times(), undefined], [times(3), 3], [times(1, 2, 3), 2], [times(1, 2, 3, 4), 2]])('the middle of %o is %s', (all, half) => expect(middle(all)).toBe(half));
