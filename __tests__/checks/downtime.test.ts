import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { downtime, thinned } from '../../src/checks/downtime.ts';
import type { Sample, Verdict } from '../../src/outcome.ts';

/** `p`assed, `f`ailed, `u`nknown, four a second. */
function samplesOf(letters: string, start = 0): Sample[] {
  const verdicts: Readonly<Record<string, Verdict>> = { p: 'passed', f: 'failed' };
  return letters.split('').map((letter, index) => ({ time: start + index * 250, verdict: verdicts[letter] ?? 'unknown', milliseconds: 5 }));
}

describe('downtime', () => {
  test.each<[string, number, number | undefined, number, number]>([
    ['pppppppp', 2000, 0, 0, 0],
    ['ffffffff', 2000, 0, 2, 2],
    ['ffffffff', 2000, undefined, 2, 0],
    ['ffffpppp', 2000, 1000, 1, 0],
    ['fffffppp', 2000, 1100, 1.3, 0.2],
    ['ppffffpp', 2000, 400, 1, 1],
    ['ppuuuupp', 2000, 0, 0, 0],
    ['pppppppf', 2000, 0, 0.3, 0.3],
    ['pppppppf', 5000, 0, 3.3, 3.3],
    ['pfpfpfpf', 2000, 1000, 1, 0.5],
    ['', 2000, 0, 0, 0],
  ])('%s until %i, first change at %s', (letters, end, firstChange, total, caused) => {
    expect(downtime(samplesOf(letters), 0, end, firstChange)).toMatchObject({ total, caused });
  });

  test('what was asked before the start or answered after the end is cut', () => {
    expect(downtime(samplesOf('ffff', 1000), 1600, 1700, 1650)).toMatchObject({ total: 0.1, caused: 0.1 });
    expect(downtime(samplesOf('ffff', 1000), 0, 900)).toMatchObject({ total: 0 });
  });
});

const arbitrarySamples = fc.array(fc.record({
  time: fc.integer({ min: -1000, max: 100_000 }),
  verdict: fc.constantFrom<Verdict>('passed', 'failed', 'unknown'),
  milliseconds: fc.integer({ min: 0, max: 2000 }),
}), { maxLength: 50 }).map((samples) => samples.toSorted((one, other) => one.time - other.time));

test('0 <= caused <= total <= the whole time', () => {
  const times = fc.tuple(fc.nat(100_000), fc.nat(100_000)).map((pair) => pair.toSorted((one, other) => one - other));
  fc.assert(fc.property(arbitrarySamples, times, fc.option(fc.nat(120_000), { nil: undefined }), (samples, [start = 0, end = 0], firstChange) => {
    const { total, caused } = downtime(samples, start, end, firstChange);
    expect(caused).toBeGreaterThanOrEqual(0);
    expect(caused).toBeLessThanOrEqual(total);
    expect(total).toBeLessThanOrEqual(Math.round((end - start) / 100) / 10);
  }));
});

describe('thinned', () => {
  test('has the same downtime, however often it is done', () => {
    const runs = fc.array(fc.tuple(fc.constantFrom('p', 'f', 'u'), fc.integer({ min: 4, max: 60 })), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(runs, fc.nat(60_000), (all, firstChange) => {
      const samples = samplesOf(all.map(([letter, count]) => letter.repeat(count)).join(''));
      const end = samples.length * 250;
      const once = thinned(samples);
      const { samples: _, ...found } = downtime(samples, 0, end, firstChange);
      expect(once.length).toBeLessThanOrEqual(samples.length * 0.75);
      expect(downtime(once, 0, end, firstChange)).toMatchObject(found);
    }));
  });

  test('is at most three quarters, and near the truth, for a service that changes all the time', () => {
    const samples = samplesOf('ppfpffpfpp'.repeat(100));
    const few = thinned(samples);
    expect(few.length).toBeLessThanOrEqual(750);
    expect(downtime(few, 0, 250_000).total).toBeGreaterThan(60);
    expect(downtime(few, 0, 250_000).total).toBeLessThan(140);
  });
});
