/** Amazon CloudWatch through its SDK. Credentials: the SDK's own chain (environment, web identity, container, instance profile). */
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Milliseconds } from '../ports.ts';
import type { AlarmState, CloudWatch, MetricAnswer, MetricRequest } from '../triggers/cloudwatch.ts';
import { askedFor } from './aws-answer.ts';

/** AlarmNames takes so many at once. */
const mostNames = 100;

/**
 * Nothing is asked twice here but for its further pages: the next look asks again. Endpoints other than AWS's own come from AWS's own variables
 * alone (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_CLOUDWATCH).
 * @param region undefined: AWS_REGION, or the profile's
 * @param patience for one answer
 */
export function cloudWatchIn(region: string | undefined, patience: Milliseconds = 10_000): CloudWatch & Disposable {
  const client = new CloudWatchClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 1, requestHandler: { connectionTimeout: 5000, requestTimeout: patience, throwOnRequestTimeout: true },
  });
  return {
    metrics: (request) => askedFor(() => metrics(client, request)),
    alarms: (names) => askedFor(async () => {
      const parts = Array.from({ length: Math.ceil(names.length / mostNames) }, (_, index) => names.slice(index * mostNames, (index + 1) * mostNames));
      return (await Promise.all(parts.map((part) => alarms(client, part)))).flat();
    }),
    [Symbol.dispose]: () => client.destroy(),
  };
}

async function metrics(client: CloudWatchClient, { queries, from, to }: MetricRequest): Promise<MetricAnswer> {
  const points = new Map<string, Map<Milliseconds, number>>();
  const status = new Map<string, string>();
  const MetricDataQueries = queries.map(({ MetricStat, ...query }) => (MetricStat === undefined ? query : { ...query, MetricStat: { ...MetricStat, Metric: { ...MetricStat.Metric, Dimensions: [...MetricStat.Metric.Dimensions] } } }));
  let page: string | undefined;
  do {
    const { MetricDataResults = [], NextToken } = await client.send(new GetMetricDataCommand({
      MetricDataQueries, StartTime: new Date(from), EndTime: new Date(to), ScanBy: 'TimestampAscending', ...(page === undefined ? {} : { NextToken: page }),
    }));
    for (const result of MetricDataResults) {
      const { Id: id = '', StatusCode: code = 'Complete' } = result;
      points.set(id, new Map([...(points.get(id) ?? []), ...pointsOf(result)]));
      // A later page says how far it came: what was partial may be whole with it.
      status.set(id, code);
    }
    page = NextToken;
  } while (page !== undefined);
  const [incomplete] = [...status.values()].filter((code) => code !== 'Complete');
  return { points, ...(incomplete === undefined ? {} : { incomplete }) };
}

function pointsOf({ Timestamps = [], Values = [] }: MetricDataResult): readonly (readonly [Milliseconds, number])[] {
  return Timestamps.flatMap((time, index) => {
    const value = Values[index];
    return value === undefined ? [] : [[time.getTime(), value] as const];
  });
}

async function alarms(client: CloudWatchClient, names: readonly string[]): Promise<readonly AlarmState[]> {
  const told: AlarmState[] = [];
  let page: string | undefined;
  do {
    // Without AlarmTypes CloudWatch leaves composite alarms out.
    const { MetricAlarms = [], CompositeAlarms = [], NextToken } = await client.send(new DescribeAlarmsCommand({
      AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], ...(page === undefined ? {} : { NextToken: page }),
    }));
    for (const { AlarmName: name, StateValue: state, StateReason: reason = '', StateTransitionedTimestamp: since } of [...MetricAlarms, ...CompositeAlarms]) {
      if (name === undefined || state === undefined) continue;
      told.push({ name, state, reason: reason.replaceAll(/\s+/g, ' ').slice(0, 300), ...(since === undefined ? {} : { since: since.getTime() }) });
    }
    page = NextToken;
  } while (page !== undefined);
  return told;
}
