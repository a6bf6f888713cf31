import { expect, test } from 'vitest';
import type { Sample, Verdict } from '../../src/outcome.ts';
import { aligned } from '../../src/report/aligned.ts';
import { availabilityChart, buckets } from '../../src/report/chart.ts';
import { exampleOf, exampleReport } from './example.ts';

const { run } = exampleReport();

function asked(seconds: number, ...verdicts: readonly Verdict[]) {
  const each = (seconds * 1000) / verdicts.length;
  const samples = verdicts.map((verdict, index): Sample => ({ verdict, time: run.startedAt + index * each, milliseconds: 1 }));
  return exampleReport({ run: { ...run, endedAt: run.startedAt + seconds * 1000 }, downtime: { total: 0, caused: 0, samples } });
}

test('a bar a question, when they are few', () => {
  expect(buckets(asked(4, 'passed', 'failed', 'unknown', 'passed')).map(({ good }) => good)).toEqual([100, 0, undefined, 100]);
});

test('the share of good answers, when they are many', () => {
  const shares = buckets(asked(60, ...Array.from({ length: 240 }, (_none, index) => (index % 4 === 0 ? 'failed' : 'passed') satisfies Verdict)));
  expect(shares).toHaveLength(60);
  expect(new Set(shares.map(({ good }) => good))).toEqual(new Set([75]));
});

test('no answer lasts until the next one', () => {
  const { run: long, downtime } = asked(100, ...Array.from({ length: 100 }, () => 'passed' as const));
  const samples = downtime?.samples.filter((_sample, index) => index < 20 || index >= 60).map((sample, index) => (index === 19 ? { ...sample, verdict: 'failed' as const } : sample)) ?? [];
  const shares = buckets({ run: long, downtime: { total: 40, caused: 40, samples } }).map(({ good }) => good);
  expect(shares.filter((good) => good === 0).length).toBeGreaterThan(20);
  expect(shares.at(-1)).toBe(100);
});

test('nothing was asked, or no time went by: no chart', () => {
  expect(availabilityChart(exampleReport({ downtime: { total: 0, caused: 0, samples: [] } }))).toBe('');
  expect(availabilityChart(exampleReport({ run: { ...run, endedAt: run.startedAt } }))).toBe('');
});

test('red is drawn behind green, and neither where nobody could ask', () => {
  expect(availabilityChart(asked(4, 'passed', 'failed', 'unknown', 'passed')).split('\n').slice(1)).toEqual([
    'xychart-beta',
    '    x-axis "12:00:31 to 12:00:35 UTC, a bar is 1 s" [1, 2, 3, 4]',
    '    y-axis "Answers" 0 --> 100',
    '    bar [0, 0, 100, 0]',
    '    bar [0, 100, 0, 0]',
    '    bar [100, 0, 0, 100]',
  ]);
});

test('each series has a value for each bar', () => {
  const [axis = [], ...series] = [...availabilityChart(exampleOf('undone')).matchAll(/\[([\d, ]+)\]$/gm)].map(([, values = '']) => values.split(', '));
  expect(axis).toHaveLength(60);
  expect(series.map(({ length }) => length)).toEqual([60, 60, 60]);
});

test('tables are padded, and code is left as it is', () => {
  const fenced = '````text\n| a | b |\n```\n| c | d |\n````';
  expect(aligned(`| a | bcd |\n| --- | --- |\n| efgh |  |\n\n${fenced}\n| x | y |`)).toBe(
    `| a    | bcd |\n| ---- | --- |\n| efgh |     |\n\n${fenced}\n| x   | y   |`,
  );
});
