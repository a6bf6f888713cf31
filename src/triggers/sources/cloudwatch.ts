/** The metrics of an application load balancer. */
import type { Clock, Milliseconds } from '../../ports.ts';
import { type Balancer, balancerQueries, type CloudWatch, type MetricAnswer, unanswered } from '../cloudwatch.ts';
import type { Figures, Source } from '../figures.ts';

export type BalancerOptions = {
  readonly balancer: Balancer;
  readonly cloudWatch: () => Promise<CloudWatch>;
  readonly clock: Clock;
  readonly period: Milliseconds;
  readonly statistic: string;
  readonly deployedAt: Milliseconds;
};

/** A load balancer's nodes report at different times: a sum is whole about a minute after its period. Read earlier, half of its errors may be missing. */
const settling: Milliseconds = 60_000;
/** A period of which nothing came by then had no requests, or its data is lost. */
const latest: Milliseconds = 180_000;
/** How far back the time before the deployment is looked at. */
export const lookBack: Milliseconds = 15 * 60_000;

/** Each period is told once: as soon as it is settled and its requests are known, or when it is too late for them to come. */
export function balancerSource({ balancer, cloudWatch, clock, period, statistic, deployedAt }: BalancerOptions): Source {
  const queries = balancerQueries(balancer, period, statistic);
  const ask = async (from: Milliseconds, to: Milliseconds): Promise<MetricAnswer | string> => {
    const answer = await (await cloudWatch()).metrics({ queries, from, to });
    return answer.kind === 'answered' ? answer.value : unanswered(answer);
  };
  // Only a period that lies wholly after the deployment tells of the new release.
  let next = Math.ceil(deployedAt / period) * period;
  return {
    name: `CloudWatch, ${balancer.targetGroup ?? balancer.loadBalancer}`,
    tells: ['errors', 'seconds'],
    async before() {
      const to = Math.floor(deployedAt / period) * period;
      const from = to - Math.ceil(lookBack / period) * period;
      const answer = await ask(from, to);
      if (typeof answer === 'string') return [];
      return starts(from, to, period).filter((start) => isKnown(answer, start)).map((start) => figuresAt(answer, start, period));
    },
    async measure({ to }, signal) {
      await clock.sleep(to - clock.now(), signal);
      if (signal.aborted) return [];
      const now = clock.now();
      const settled = Math.floor((now - settling) / period) * period;
      if (settled <= next) return [];
      const answer = await ask(next, settled);
      if (typeof answer === 'string') return [{ time: now, unknown: answer }];
      const told: Figures[] = [];
      for (const start of starts(next, settled, period)) {
        const isLate = now >= start + period + latest;
        // What is missing in an answer that is not whole may be there the next time.
        if (answer.incomplete !== undefined || !isKnown(answer, start)) {
          if (!isLate) break;
          told.push({ time: start + period, ...(answer.incomplete === undefined ? {} : { unknown: `CloudWatch answered only in part: ${answer.incomplete}` }) });
        } else {
          told.push(figuresAt(answer, start, period));
        }
        next = start + period;
      }
      return told.length === 0 && answer.incomplete !== undefined ? [{ time: now, unknown: `CloudWatch answered only in part: ${answer.incomplete}` }] : told;
    },
  };
}

function starts(from: Milliseconds, to: Milliseconds, period: Milliseconds): readonly Milliseconds[] {
  return Array.from({ length: Math.max(0, Math.floor((to - from) / period)) }, (_, index) => from + index * period);
}

function isKnown({ points }: MetricAnswer, start: Milliseconds): boolean {
  return points.get('requests')?.has(start) === true;
}

function figuresAt({ points }: MetricAnswer, start: Milliseconds, period: Milliseconds): Figures {
  const at = (id: string): number | undefined => points.get(id)?.get(start);
  const [requests, errors, rate, seconds] = [at('requests'), at('errors') ?? 0, at('rate'), at('seconds')];
  return {
    time: start + period, errors,
    ...(requests === undefined ? {} : { requests }), ...(rate === undefined ? {} : { rate }), ...(seconds === undefined ? {} : { seconds }),
  };
}
