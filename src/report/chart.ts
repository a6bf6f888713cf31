/** The availability during a run, as a Mermaid chart. */
import type { Report, Sample } from '../outcome.ts';
import { barsLook, diagram } from './diagram.ts';
import { clock, duration } from './quantity.ts';

const most = 60;

/** A stretch of the run: the share of good answers among the clear ones, in percent; undefined when none was clear. */
export type Bucket = { readonly good: number | undefined };

/** The run in at most sixty stretches of the same length, each with at least one question in it or the answer before it. Empty without samples. */
export function buckets({ downtime, run }: Pick<Report, 'downtime' | 'run'>): readonly Bucket[] {
  const samples = downtime?.samples ?? [];
  const length = run.endedAt - run.startedAt;
  if (samples.length === 0 || length <= 0) return [];
  const number = Math.min(most, samples.length);
  const parts = Array.from({ length: number }, (): Sample[] => []);
  for (const sample of samples) parts[Math.min(number - 1, Math.max(0, Math.floor(((sample.time - run.startedAt) / length) * number)))]?.push(sample);
  const drawn: Bucket[] = [];
  for (const part of parts) drawn.push(part.length === 0 ? { good: settled(drawn.at(-1)) } : shareOf(part));
  return drawn;
}

/** What the last answer was goes on until the next: a stretch that was half good is not half good for ever. */
function settled(before: Bucket | undefined): number | undefined {
  return before?.good === undefined || before.good === 100 ? before?.good : 0;
}

function shareOf(samples: readonly Sample[]): Bucket {
  const good = samples.filter(({ verdict }) => verdict === 'passed').length;
  const bad = samples.filter(({ verdict }) => verdict === 'failed').length;
  return { good: good + bad === 0 ? undefined : Math.round((good / (good + bad)) * 100) };
}

/** A bar a stretch: green as far as answers were good, red above; grey where it could not be asked. Empty without samples. */
export function availabilityChart(report: Pick<Report, 'downtime' | 'run'>): string {
  const all = buckets(report);
  if (all.length === 0) return '';
  const { startedAt, endedAt } = report.run;
  const bars = (height: (bucket: Bucket) => number): string => `    bar [${all.map(height).join(', ')}]`;
  return diagram(barsLook, [
    'xychart-beta',
    `    x-axis "${clock(startedAt)} to ${clock(endedAt)} UTC, a bar is ${duration((endedAt - startedAt) / 1000 / all.length)}" [${all.map((_bucket, index) => index + 1).join(', ')}]`,
    '    y-axis "Answers" 0 --> 100',
    // Each is drawn over the one before it.
    bars(({ good }) => (good === undefined ? 100 : 0)),
    bars(({ good }) => (good === undefined || good === 100 ? 0 : 100)),
    bars(({ good }) => good ?? 0),
  ]);
}
