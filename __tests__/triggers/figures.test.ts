import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/outcome.ts';
import { decide } from '../../src/triggers/decide.ts';
import { type Figures, isThin, judgeErrors, judgeTimes, shared, statisticOf } from '../../src/triggers/figures.ts';

const limits = { limit: 10, least: 20 };

describe('errors', () => {
  test.each<[figures: Omit<Figures, 'time'>, verdict: Verdict, message: string]>([
    [{ requests: 100, errors: 0 }, 'passed', '0 % of 100 requests failed, the limit is 10 %'],
    [{ requests: 100, errors: 10 }, 'passed', '10 % of 100 requests failed, the limit is 10 %'],
    [{ requests: 100, errors: 11 }, 'failed', '11 % of 100 requests failed, the limit is 10 %'],
    [{ requests: 20, errors: 3 }, 'failed', '15 % of 20 requests failed, the limit is 10 %'],
    [{ requests: 19, errors: 19 }, 'unknown', '100 % of 19 requests failed, the limit is 10 %, but 20 requests are needed to judge'],
    [{ requests: 3, errors: 1 }, 'unknown', '33.3 % of 3 requests failed, the limit is 10 %, but 20 requests are needed to judge'],
    // Few and good ones are no reason to doubt.
    [{ requests: 5, errors: 0 }, 'passed', '0 % of 5 requests failed, the limit is 10 %'],
    [{ requests: 1, errors: 0 }, 'passed', '0 % of 1 request failed, the limit is 10 %'],
    [{ requests: 0, errors: 0 }, 'unknown', 'there were no requests'],
    [{}, 'unknown', 'there was no data'],
    [{ requests: 50 }, 'unknown', 'there was no data'],
    [{ rate: Number.NaN }, 'unknown', 'there was no data'],
    [{ rate: 12.5 }, 'failed', '12.5 % of the requests failed, the limit is 10 %'],
    [{ rate: 2 }, 'passed', '2 % of the requests failed, the limit is 10 %'],
    [{ requests: 100, errors: 50, unknown: 'Throttling: Rate exceeded' }, 'unknown', 'Throttling: Rate exceeded'],
  ])('%o: %s', (figures, verdict, message) => {
    expect(judgeErrors({ time: 1, ...figures }, limits)).toMatchObject({ time: 1, verdict, message });
  });

  const rule = { failures: 3, of: 3 };
  const series = (rate: fc.Arbitrary<number>) => fc.array(fc.record({ requests: fc.integer({ min: 20, max: 5000 }), share: rate }), { minLength: 3, maxLength: 30 });
  const judged = (all: readonly { readonly requests: number; readonly errors: number }[]) =>
    decide(all.map((each, time) => judgeErrors({ time, ...each }, limits).verdict), rule).kind;

  test('a rate that is never above the limit never asks for a rollback: 1,000 series', () => {
    const quiet = fc.array(fc.integer({ min: 0, max: 5000 }).chain((requests) => fc.record({ requests: fc.constant(requests), errors: fc.integer({ min: 0, max: Math.floor(requests / 10) }) })), { maxLength: 30 });
    fc.assert(fc.property(quiet, (all) => { expect(judged(all)).not.toMatch(/^fail/); }), { numRuns: 1000 });
  });

  test('a rate that is always above it, of enough requests, always does: 1,000 series', () => {
    fc.assert(fc.property(series(fc.double({ min: 0, max: 1, noNaN: true })), (all) => {
      const bad = all.map(({ requests, share }) => ({ requests, errors: Math.floor(requests / 10) + 1 + Math.floor(share * (requests - Math.floor(requests / 10) - 1)) }));
      expect(judged(bad)).toBe('failed');
    }), { numRuns: 1000 });
  });
});

test.each<[figures: Omit<Figures, 'time'>, verdict: Verdict, message: string]>([
  [{ requests: 40, seconds: 2 }, 'passed', '2 s (p95 of 40 requests), the limit is 2 s'],
  [{ requests: 40, seconds: 2.001 }, 'failed', '2.001 s (p95 of 40 requests), the limit is 2 s'],
  [{ requests: 5, seconds: 9 }, 'unknown', '9 s (p95 of 5 requests), the limit is 2 s, but 20 requests are needed to judge'],
  [{ seconds: 3.14159 }, 'failed', '3.142 s (p95), the limit is 2 s'],
  [{ requests: 40 }, 'unknown', 'there was no data'],
  [{ requests: 0, seconds: 0 }, 'unknown', 'there were no requests'],
  [{ unknown: 'web-1 could not be asked' }, 'unknown', 'web-1 could not be asked'],
])('response times %o: %s', (figures, verdict, message) => {
  expect(judgeTimes({ time: 1, ...figures }, { limit: 2000, least: 20, statistic: 'p95' })).toMatchObject({ verdict, message });
});

test.each<[figures: Omit<Figures, 'time'>, thin: boolean]>([
  [{}, true],
  [{ requests: 0 }, true],
  [{ requests: 19, errors: 3 }, true],
  [{ requests: 20 }, false],
  [{ rate: 3 }, false],
  [{ unknown: 'throttled' }, false],
])('%o is too little to judge by: %s', (figures, thin) => {
  expect(isThin({ time: 1, ...figures }, 20)).toBe(thin);
});

test.each<[times: readonly number[], statistic: string, value: number | undefined]>([
  [[1, 2, 3], 'average', 2],
  [[], 'average', undefined],
  [Array.from({ length: 100 }, (_, index) => index + 1), 'p95', 95],
  [Array.from({ length: 100 }, (_, index) => index + 1), 'p99.9', 100],
  [[3, 1, 2], 'p50', 2],
  [[7], 'p1', 7],
])('%o: %s is %d', (times, statistic, value) => {
  expect(statisticOf(times, statistic)).toBe(value);
});

test('a source that several triggers share is asked once for a window', async () => {
  let asked = 0;
  const source = shared({ name: 's', tells: ['errors'], before: () => Promise.resolve([]), measure: ({ to }) => Promise.resolve([{ time: to, requests: ++asked, errors: 0 }]) });
  const { signal } = new AbortController();
  const [one, same, next] = await Promise.all([source.measure({ from: 0, to: 1 }, signal), source.measure({ from: 0, to: 1 }, signal), source.measure({ from: 1, to: 2 }, signal)]);
  expect(one).toBe(same);
  expect(next[0]?.requests).toBe(2);
});
