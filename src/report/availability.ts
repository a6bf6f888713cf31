/** What the downtime prober saw, drawn. */
import type { Report, Sample, Verdict } from '../outcome.ts';
import { duration } from './quantity.ts';

export type Outage = {
  readonly start: number;
  readonly end: number;
  readonly verdict: 'failed' | 'unknown';
  /** Milliseconds of it without a good answer: less than all of it when there were some in between. */
  readonly without: number;
};

/**
 * The stretches in which the service did not pass, in their order; of many, the longest eight. Behind a load balancer with one bad server every other
 * question fails: such stretches are one, though there were good answers in between.
 */
export function outages({ downtime, run }: Pick<Report, 'downtime' | 'run'>): readonly Outage[] {
  const stretches: Outage[] = [];
  const short = Math.max(1_000, (run.endedAt - run.startedAt) / 30);
  const samples = downtime?.samples ?? [];
  for (const [index, { time, verdict }] of samples.entries()) {
    if (verdict === 'passed') continue;
    const end = samples[index + 1]?.time ?? Math.max(time, run.endedAt);
    const last = stretches.at(-1);
    const near = last !== undefined && last.verdict === verdict && time - last.end <= (verdict === 'failed' ? short : 0);
    if (near) stretches[stretches.length - 1] = { ...last, end, without: last.without + end - time };
    else stretches.push({ start: time, end, verdict, without: end - time });
  }
  return stretches.toSorted((one, other) => other.end - other.start - (one.end - one.start)).slice(0, 8).toSorted((one, other) => one.start - other.start);
}

/** One line of blocks from the start to the end of the run: `█` answered, `▁` did not, `?` could not be asked. Empty without samples. */
export function strip({ downtime, run }: Report, width = 80): string {
  const samples = downtime?.samples ?? [];
  const length = run.endedAt - run.startedAt;
  if (samples.length === 0 || length <= 0) return '';
  const cells: Verdict[][] = Array.from({ length: width }, () => []);
  for (const { time, verdict } of samples) cells[cellOf(time - run.startedAt)]?.push(verdict);
  const drawn = cells.map(worst);
  const known = drawn.map((cell, index) => cell ?? drawn.slice(0, index).findLast((before) => before !== undefined));
  const end = duration(length / 1000);
  return `${known.map(block).join('')}\n0${end.padStart(width - 1)}`;

  function cellOf(since: number): number {
    return Math.min(width - 1, Math.max(0, Math.floor((since / length) * width)));
  }
}

function worst(cell: readonly Verdict[]): Verdict | undefined {
  return (['failed', 'unknown', 'passed'] as const).find((verdict) => cell.includes(verdict));
}

function block(verdict: Verdict | undefined): string {
  switch (verdict) {
    case 'passed': return '█';
    case 'failed': return '▁';
    case 'unknown': return '?';
    case undefined: return ' ';
  }
}

/** `148 of 152 questions were answered well, in 12 ms at the median.` */
export function answers(samples: readonly Sample[]): string {
  const good = samples.filter(({ verdict }) => verdict === 'passed').map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
  const median = good[Math.floor(good.length / 2)];
  const speed = median === undefined ? '' : `, half of them within ${String(Math.ceil(median))} ms`;
  return `The health URL was asked ${String(samples.length)} times; ${String(good.length)} answers were good${speed}.`;
}
