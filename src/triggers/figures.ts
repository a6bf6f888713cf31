/** What a source measured over a time, and what a limit makes of it. Pure, besides the source itself. */
import type { Milliseconds } from '../ports.ts';
import type { Reading, Window } from './reading.ts';

/** What is known of a period; what a source cannot tell is left out. */
export type Figures = {
  /** The end of the period. */
  readonly time: Milliseconds;
  readonly requests?: number;
  readonly errors?: number;
  /** Percent, of a source that tells a rate and no counts. */
  readonly rate?: number;
  /** Seconds, by the `statistic` that was asked for. */
  readonly seconds?: number;
  /** Why nothing could be measured. */
  readonly unknown?: string;
};

/** Something that measures requests: a load balancer's metrics, access logs, Prometheus, probes of our own. */
export type Source = {
  readonly name: string;
  /** What of requests it can tell. */
  readonly tells: readonly ('errors' | 'seconds')[];
  /** The periods before the deployment, oldest first. */
  before(): Promise<readonly Figures[]>;
  /** The periods that became known with this window; none when it is too early for any. */
  measure(window: Window, signal: AbortSignal): Promise<readonly Figures[]>;
};

/** The same source for several triggers: whoever asks first for a window asks for all. */
export function shared(source: Source): Source {
  const windows = new Map<Milliseconds, Promise<readonly Figures[]>>();
  let before: Promise<readonly Figures[]> | undefined;
  return {
    ...source,
    before: () => (before ??= source.before()),
    measure(window, signal) {
      const known = windows.get(window.from);
      if (known !== undefined) return known;
      const measured = source.measure(window, signal);
      windows.set(window.from, measured);
      return measured;
    },
  };
}

/** Whether too many requests of a period failed. Too few of them are no reason to go back, and good ones no reason to doubt. */
export function judgeErrors(figures: Figures, { limit, least }: { readonly limit: number; readonly least: number }): Reading {
  const { time, requests, errors, unknown } = figures;
  if (unknown !== undefined) return { time, verdict: 'unknown', message: unknown };
  if (requests === 0) return { time, verdict: 'unknown', requests, errors: 0, message: 'there were no requests' };
  const rate = figures.rate ?? (requests === undefined || errors === undefined ? undefined : (100 * errors) / requests);
  if (rate === undefined || !Number.isFinite(rate)) return { time, verdict: 'unknown', message: 'there was no data' };
  const told = { time, value: round(rate), ...(requests === undefined ? {} : { requests }), ...(errors === undefined ? {} : { errors }) };
  const what = `${percent(rate)}${requests === undefined ? ' of the requests' : ` of ${requests} ${requests === 1 ? 'request' : 'requests'}`} failed, the limit is ${percent(limit)}`;
  if (rate <= limit) return { ...told, verdict: 'passed', message: what };
  if (requests !== undefined && requests < least) return { ...told, verdict: 'unknown', message: `${what}, but ${least} requests are needed to judge` };
  return { ...told, verdict: 'failed', message: what };
}

/** Whether requests of a period took too long. */
export function judgeTimes(figures: Figures, { limit, least, statistic }: { readonly limit: Milliseconds; readonly least: number; readonly statistic: string }): Reading {
  const { time, requests, seconds, unknown } = figures;
  if (unknown !== undefined) return { time, verdict: 'unknown', message: unknown };
  if (requests === 0) return { time, verdict: 'unknown', requests, message: 'there were no requests' };
  if (seconds === undefined || !Number.isFinite(seconds)) return { time, verdict: 'unknown', message: 'there was no data' };
  const told = { time, value: round(seconds, 4), ...(requests === undefined ? {} : { requests }) };
  const what = `${round(seconds, 4)} s (${statistic}${requests === undefined ? '' : ` of ${requests} ${requests === 1 ? 'request' : 'requests'}`}), the limit is ${limit / 1000} s`;
  if (seconds * 1000 <= limit) return { ...told, verdict: 'passed', message: what };
  if (requests !== undefined && requests < least) return { ...told, verdict: 'unknown', message: `${what}, but ${least} requests are needed to judge` };
  return { ...told, verdict: 'failed', message: what };
}

/** Too few requests to judge by, as far as the source answered at all: then probes of our own can tell more. */
export function isThin({ requests, unknown, rate, seconds }: Figures, least: number): boolean {
  if (unknown !== undefined) return false;
  return requests === undefined ? rate === undefined && seconds === undefined : requests < least;
}

/** @param times in seconds @param statistic `average` or `p95` … (nearest rank) */
export function statisticOf(times: readonly number[], statistic: string): number | undefined {
  if (times.length === 0) return undefined;
  if (statistic === 'average') return times.reduce((sum, one) => sum + one, 0) / times.length;
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((Number(statistic.slice(1)) / 100) * sorted.length) - 1)];
}

export function percent(rate: number): string {
  return `${round(rate)} %`;
}

/** So many digits say all that a person or a log needs. */
function round(number: number, digits = 3): number {
  return Number(number.toPrecision(digits));
}
