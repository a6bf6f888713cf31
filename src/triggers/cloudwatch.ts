/** What is asked of Amazon CloudWatch, as a port and as pure data. */
import type { Asked } from '../databases/rds/port.ts';
import type { Milliseconds } from '../ports.ts';

/** A query of GetMetricData, in AWS's own words. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
export type MetricQuery = {
  readonly Id: string;
  readonly Label?: string;
  readonly ReturnData?: boolean;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions: { readonly Name: string; readonly Value: string }[] };
    /** Seconds. */
    readonly Period: number;
    readonly Stat: string;
  };
};

export type MetricRequest = { readonly queries: readonly MetricQuery[]; readonly from: Milliseconds; readonly to: Milliseconds };

export type MetricAnswer = {
  /** By the query's id: the points by the beginning of their period. */
  readonly points: ReadonlyMap<string, ReadonlyMap<Milliseconds, number>>;
  /** Why an answer is not whole (`PartialData`, `InternalError`, `Forbidden`); absent when all of it is there. */
  readonly incomplete?: string;
};

export type AlarmState = {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** When it came into this state; undefined when CloudWatch does not say. */
  readonly since?: Milliseconds;
  /** CloudWatch's own words. */
  readonly reason: string;
};

/** One call is one question (with its further pages). Never throws for what AWS or the network says. */
export interface CloudWatch {
  metrics(request: MetricRequest): Promise<Asked<MetricAnswer>>;
  /** Those of these names that there are. */
  alarms(names: readonly string[]): Promise<Asked<readonly AlarmState[]>>;
}

/** `app/name/id` and `targetgroup/name/id`: the ends of their ARNs, which are the values of the dimensions. */
export type Balancer = { readonly loadBalancer: string; readonly targetGroup?: string };

/**
 * Errors, requests, their rate and the response time of an application load balancer.
 *
 * The rate is metric math over two metrics with the same dimensions. A period without a 5xx has no point for it at all ("reported only when there is a
 * nonzero value"), so that a plain division would tell nothing of just the healthy periods: FILL makes it zero. A period without requests has
 * no RequestCount, and no rate. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 * @param statistic `average` or `p95` …
 */
export function balancerQueries({ loadBalancer, targetGroup }: Balancer, period: Milliseconds, statistic: string): readonly MetricQuery[] {
  const Dimensions = [
    { Name: 'LoadBalancer', Value: loadBalancer },
    ...(targetGroup === undefined ? [] : [{ Name: 'TargetGroup', Value: targetGroup }]),
  ];
  const metric = (Id: string, MetricName: string, Stat: string): MetricQuery => ({
    Id, MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Period: period / 1000, Stat }, ReturnData: true,
  });
  return [
    metric('errors', 'HTTPCode_Target_5XX_Count', 'Sum'),
    metric('requests', 'RequestCount', 'Sum'),
    { Id: 'rate', Expression: '100 * FILL(errors, 0) / requests', Label: 'Percent of requests that failed', ReturnData: true },
    metric('seconds', 'TargetResponseTime', statistic === 'average' ? 'Average' : statistic),
  ];
}

/** Why a question was not answered, for a person. */
export function unanswered(answer: Exclude<Asked<unknown>, { kind: 'answered' }>): string {
  switch (answer.kind) {
    case 'later':
      return `CloudWatch gave no answer: ${answer.why}`;
    case 'credentials':
      return `CloudWatch takes no credentials of this job: ${answer.code}: ${answer.message}`;
    case 'refused':
      return `CloudWatch refused the question: ${answer.code}: ${answer.message}`;
  }
}
