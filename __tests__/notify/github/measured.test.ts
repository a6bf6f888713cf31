import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reasonCodes } from '../../../src/errors.ts';
import { measured, measuredInWords, measuredOf } from '../../../src/notify/github/measured.ts';
import type { Report, Result } from '../../../src/outcome.ts';
import { exampleOf, exampleReport } from '../../report/example.ts';

const start = exampleReport().run.startedAt;
const plain = exampleReport({ migrations: [], plan: { stages: [] } });
const took = (milliseconds: number, more: Partial<Report['run']> = {}): Report['run'] => ({ ...plain.run, endedAt: start + milliseconds, ...more });
const answered = [{ time: start, verdict: 'failed' as const, milliseconds: 3 }];

test.each<[words: string, report: Report]>([
  ['rolled-back in 41.2 s, 95.0 s after detection; down 3.1 s (2.0 s caused); 0 rows lost', { ...plain, run: took(41_230, { detectedAt: start - 53_770 }), downtime: { total: 3.14, caused: 2, samples: answered }, lostRows: [] }],
  ['rolled-back in 41.2 s; down 0.0 s (0.0 s caused); 1 row lost', { ...plain, run: took(41_230), downtime: { total: 0, caused: 0, samples: answered }, lostRows: [{ table: 'careers', rows: 1 }] }],
  ['rolled-back in 80.0 s; back 41.1 s, forward 38.9 s; down 0.0 s (0.0 s caused); 0 rows lost', { ...plain, run: took(80_000, { drill: true }), drill: { backSeconds: 41.1, forwardSeconds: 38.9 }, downtime: { total: 0, caused: 0, samples: answered }, lostRows: [] }],
])('%s', (words, report) => {
  expect(measuredInWords(report)).toBe(words);
});

test('what was not measured is left out; a database that was not changed lost nothing', () => {
  const { downtime: _downtime, lostRows: _lost, ...unmeasured } = { ...plain, run: took(5_000) };
  expect(measuredInWords(unmeasured)).toBe('rolled-back in 5.0 s; 0 rows lost');
  expect(measuredInWords({ ...unmeasured, migrations: [{ revision: 'c3', title: 'add salary' }] })).toBe('rolled-back in 5.0 s');
  expect(measuredInWords({ ...unmeasured, downtime: { total: 0, caused: 0, samples: [] } })).toBe('rolled-back in 5.0 s; 0 rows lost');
});

test('why a run did not succeed is said', () => {
  expect(measuredInWords(exampleOf('undone'))).toMatch(/^undone \([a-z-]+\) in /);
});

test.each(['', 'Rolling back from c3d4e5f to a1b2c3d', 'rolled-back', 'rolled back in 5.0 s', 'rolled-back in 5.0 s; and more', 'Deployment finished successfully.', 'rolled-back in 5 s'])('%o is none of these', (description) => {
  expect(measuredOf(description)).toBeUndefined();
});

const results: readonly Result[] = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'];
// Up to sixty days: 140 characters hold no more of everything at once.
const time = fc.double({ min: 0, max: 5_000_000, noNaN: true });

test('what is written is read back, whatever was measured, and fits', () => {
  const report = fc.record({
    result: fc.constantFrom(...results), reasonCode: fc.constantFrom('' as const, ...reasonCodes),
    run: fc.record({ seconds: time, before: fc.option(time, { nil: undefined }) }).map(({ seconds, before }) => took(seconds * 1000, before === undefined ? {} : { detectedAt: start - before * 1000 })),
    downtime: fc.option(fc.record({ total: time, caused: time, samples: fc.constant(answered) }), { nil: undefined }),
    drill: fc.option(fc.record({ backSeconds: time, forwardSeconds: time }), { nil: undefined }),
    lostRows: fc.option(fc.array(fc.record({ table: fc.string(), rows: fc.nat() }), { maxLength: 4 }), { nil: undefined }),
    migrations: fc.constantFrom([], [{ revision: 'c3', title: 'add salary' }]),
  }).map(({ downtime, drill, lostRows, result, reasonCode, ...rest }): Report => {
    const { downtime: _downtime, lostRows: _lost, ...bare } = plain;
    // Only a run that passed is a drill, and nobody detected trouble before one.
    const passed = result === 'rolled-back' && rest.run.detectedAt === undefined ? drill : undefined;
    return {
      ...bare, ...rest, result, reasonCode: result === 'rolled-back' ? '' : reasonCode,
      ...(downtime === undefined ? {} : { downtime }), ...(passed === undefined ? {} : { drill: passed }), ...(lostRows === undefined ? {} : { lostRows }),
    };
  });
  fc.assert(fc.property(report, (each) => {
    const words = measuredInWords(each);
    expect(words.length).toBeLessThanOrEqual(140);
    expect(measuredOf(words)).toEqual(measured(each));
  }), { numRuns: 500 });
});
