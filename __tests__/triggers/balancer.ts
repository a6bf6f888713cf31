/** A load balancer's metrics as a series of minutes, and CloudWatch that tells of them what it would at a time. */
import type { CloudWatch, MetricRequest } from '../../src/triggers/cloudwatch.ts';
import type { Clock, Milliseconds } from '../../src/ports.ts';

export const minute: Milliseconds = 60_000;

/** One minute: `requests/errors` or `requests/errors/seconds`; `-`: no data. */
export type Minute = { readonly requests?: number; readonly errors?: number; readonly seconds?: number };

/**
 * `100/20 - 50/0/2.5`, by the minute. Like the load balancer, no requests tell no point at all, and no errors no point of errors.
 */
export function minutes(text: string): readonly Minute[] {
  return text.split(/\s+/).filter(Boolean).map((each) => {
    if (each === '-') return {};
    const [requests = 0, errors = 0, seconds] = each.split('/').map(Number);
    return { requests, ...(errors > 0 ? { errors } : {}), ...(seconds === undefined ? {} : { seconds }) };
  });
}

export type Behaviour = {
  readonly clock: Clock;
  /** The beginning of the first minute. */
  readonly from: Milliseconds;
  readonly series: readonly Minute[];
  /** How long after its end a minute can be read. */
  readonly delay?: Milliseconds;
  /** What becomes of the nth question, from 0 on. */
  readonly question?: (nth: number) => 'answered' | 'throttled' | 'refused' | 'partial';
  readonly alarms?: CloudWatch['alarms'];
};

export function balancerCloud({ clock, from, series, delay = 0, question = () => 'answered', alarms }: Behaviour): CloudWatch & { readonly requests: readonly MetricRequest[] } {
  const requests: MetricRequest[] = [];
  return {
    requests,
    async metrics(request) {
      requests.push(request);
      const how = question(requests.length - 1);
      if (how === 'throttled') return { kind: 'later', why: 'Throttling: Rate exceeded' };
      if (how === 'refused') return { kind: 'refused', code: 'AccessDenied', message: 'not authorized to perform: cloudwatch:GetMetricData' };
      const known = series.map((each, index) => ({ ...each, start: from + index * minute }))
        .filter(({ start }) => start >= request.from && start < request.to && clock.now() >= start + minute + delay)
        .filter((_each, index) => how === 'answered' || index % 2 === 0);
      const points = (of: (each: (typeof known)[number]) => number | undefined): ReadonlyMap<Milliseconds, number> =>
        new Map(known.flatMap((each): [Milliseconds, number][] => {
          const value = of(each);
          return value === undefined ? [] : [[each.start, value]];
        }));
      return {
        kind: 'answered',
        value: {
          points: new Map([
            ['requests', points((each) => each.requests)], ['errors', points((each) => each.errors)], ['seconds', points((each) => each.seconds)],
            ['rate', points(({ requests: all, errors = 0 }) => (all === undefined ? undefined : (100 * errors) / all))],
          ]),
          ...(how === 'partial' ? { incomplete: 'PartialData' } : {}),
        },
      };
    },
    alarms: alarms ?? (() => Promise.resolve({ kind: 'answered', value: [] })),
  };
}
