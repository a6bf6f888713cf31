import type { Downtime, Sample } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';

/**
 * The time in which the service did not answer well: a failed sample covers the time from its own question to the next one's. What
 * could not be asked is not counted as down. Without a first change nothing was caused.
 * @param samples in the order of their questions
 */
export function downtime(samples: readonly Sample[], start: Milliseconds, end: Milliseconds, firstChange?: Milliseconds): Downtime {
  const downAfter = (from: Milliseconds): number => {
    const down = samples.map(({ time, verdict }, index) => {
      const until = Math.min(samples[index + 1]?.time ?? end, end);
      return verdict === 'failed' ? Math.max(0, until - Math.max(time, from)) : 0;
    });
    return seconds(down.reduce((sum, one) => sum + one, 0));
  };
  return { total: downAfter(start), caused: firstChange === undefined ? 0 : downAfter(Math.max(start, firstChange)), samples };
}

/**
 * Half as many samples, or few more, with the same downtime: what repeats the verdict before it can go, because the one before then
 * covers its time. Only a service that changes all the time loses accuracy.
 */
export function thinned(samples: readonly Sample[]): Sample[] {
  const kept: Sample[] = [];
  for (const [index, sample] of samples.entries()) {
    if (index % 2 === 0 || sample.verdict !== kept.at(-1)?.verdict) kept.push(sample);
  }
  return kept.length <= samples.length * 0.75 ? kept : samples.filter((_, index) => index % 2 === 0);
}

function seconds(duration: Milliseconds): number {
  return Math.round(duration / 100) / 10;
}
