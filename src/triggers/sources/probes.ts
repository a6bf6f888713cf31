/** Requests of our own, for a service that has too few, or that nothing else measures. */
import { askHealth, longestTry } from '../../checks/health.ts';
import type { Finding } from '../../checks/verdict.ts';
import type { Clock, Http, Milliseconds } from '../../ports.ts';
import { type Figures, type Source, statisticOf } from '../figures.ts';

export type ProbeOptions = {
  readonly urls: readonly URL[];
  readonly http: Http;
  readonly clock: Clock;
  /** From one round of requests to the next. */
  readonly interval: Milliseconds;
  readonly period: Milliseconds;
  /** So many requests are made in a period at least: fewer could not be judged by. */
  readonly least: number;
  readonly statistic: string;
  /** A request that takes as long as this is known to be too slow. */
  readonly limit: Milliseconds;
};

export function probeSource({ urls, http, clock, interval, period, least, statistic, limit }: ProbeOptions): Source {
  const rounds = Math.max(1, Math.floor(period / interval));
  const times = Math.ceil(least / (rounds * urls.length));
  const timeout = Math.max(longestTry, 2 * limit);
  return {
    name: 'own probes',
    tells: ['errors', 'seconds'],
    before: () => Promise.resolve([]),
    async measure({ from, to }, signal) {
      const asked: Promise<Finding>[] = [];
      for (let round = 0; round < rounds; round += 1) {
        await clock.sleep(Math.max(0, from + round * interval - clock.now()), signal);
        if (signal.aborted) return [];
        for (const url of urls.flatMap((each) => Array.from({ length: times }, () => each))) asked.push(askHealth({ url }, { http, signal }, timeout));
      }
      const findings = await Promise.all(asked);
      await clock.sleep(Math.max(0, to - clock.now()), signal);
      return signal.aborted ? [] : [figuresOf(findings, to, statistic)];
    },
  };
}

function figuresOf(findings: readonly Finding[], time: Milliseconds, statistic: string): Figures {
  const answers = findings.filter(({ verdict }) => verdict !== 'unknown');
  if (answers.length === 0) return { time, unknown: findings[0]?.message ?? 'nothing was asked' };
  const seconds = statisticOf(answers.flatMap(({ milliseconds }) => (milliseconds === undefined ? [] : [milliseconds / 1000])), statistic);
  return { time, requests: answers.length, errors: answers.filter(({ verdict }) => verdict === 'failed').length, ...(seconds === undefined ? {} : { seconds }) };
}
