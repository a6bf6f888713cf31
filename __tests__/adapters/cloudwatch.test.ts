import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DescribeAlarmsInput$, DescribeAlarmsOutput$, GetMetricDataInput$, GetMetricDataOutput$ } from '@aws-sdk/client-cloudwatch';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { cloudWatchIn } from '../../src/adapters/cloudwatch.ts';
import { balancerQueries } from '../../src/triggers/cloudwatch.ts';
import { misfits } from './aws-model.ts';

const noon = Date.parse('2025-11-23T12:00:00Z') / 1000;
const at = (...minutes: number[]) => minutes.map((minute) => noon + 60 * minute);
const result = (Id: string, Timestamps: number[], Values: number[], StatusCode = 'Complete') => ({ Id, Label: Id, Timestamps, Values, StatusCode });

/** As AWS documents them; newest first is what it answers where nobody asks for another order. */
const recorded: Readonly<Record<string, unknown>> = {
  whole: { MetricDataResults: [result('errors', at(1), [3]), result('requests', at(0, 1, 2), [100, 120, 90]), result('rate', at(0, 1, 2), [0, 2.5, 0]), result('seconds', at(0, 1), [0.21, 0.3])], Messages: [] },
  'no data at all': { MetricDataResults: ['errors', 'requests', 'rate', 'seconds'].map((id) => result(id, [], [])), Messages: [] },
  partial: { MetricDataResults: [result('requests', at(0), [100], 'PartialData'), result('errors', [], [])], Messages: [] },
  forbidden: { MetricDataResults: [{ ...result('requests', [], [], 'Forbidden'), Messages: [{ Code: 'Forbidden', Value: 'no access to it' }] }] },
  'first page': { MetricDataResults: [result('requests', at(0), [100], 'PartialData')], NextToken: 'more' },
  'second page': { MetricDataResults: [result('requests', at(1), [110])] },
  alarms: {
    MetricAlarms: [
      { AlarmName: 'green-5xx', AlarmArn: 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:green-5xx', StateValue: 'ALARM', StateReason: 'Threshold Crossed:\n3 datapoints', StateTransitionedTimestamp: noon + 0.5, StateUpdatedTimestamp: noon + 60, EvaluationPeriods: 3, Threshold: 10 },
      { AlarmName: 'green-slow', StateValue: 'INSUFFICIENT_DATA', StateReason: 'Unchecked: Initial alarm creation' },
    ],
    CompositeAlarms: [{ AlarmName: 'green', StateValue: 'OK', StateReason: 'all off', StateTransitionedTimestamp: noon, AlarmRule: 'ALARM(green-5xx)' }],
  },
  'no alarms': { MetricAlarms: [], CompositeAlarms: [] },
};

describe.each(Object.entries(recorded))('the recorded answer "%s"', (name, answer) => {
  test('is one that the SDK knows', () => {
    expect(misfits(answer, name.includes('alarms') ? DescribeAlarmsOutput$ : GetMetricDataOutput$)).toEqual([]);
  });
});

test('the model knows what is not right', () => {
  expect(misfits({ MetricDataResults: [{ Id: 1, Timestmaps: [] }] }, GetMetricDataOutput$)).toEqual(['.MetricDataResults[0].Id is not a string', '.MetricDataResults[0].Timestmaps is not in the model']);
});

describe('CloudWatch', () => {
  type Asked = { readonly target: string; readonly body: Readonly<Record<string, unknown>> };
  let answers: ((response: ServerResponse) => void)[] = [];
  let asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => {
      asked.push({ target: String(request.headers['x-amz-target']), body: JSON.parse(text) });
      answers.shift()?.(response);
    });
  });
  beforeAll(() => new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }));
  afterAll(() => { server.closeAllConnections(); server.close(); });
  afterEach(() => { vi.unstubAllEnvs(); });

  const says = (name: string) => (response: ServerResponse): void => { response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(recorded[name])); };
  const fault = (status: number, code: string, message = 'why') => (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: `com.amazonaws.cloudwatch#${code}`, message }));
  };
  function cloud(...inTurn: ((response: ServerResponse) => void)[]) {
    [answers, asked] = [inTurn, []];
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_EC2_METADATA_DISABLED: 'true' })) vi.stubEnv(name, value);
    return cloudWatchIn('eu-central-1', 300);
  }
  const request = { queries: balancerQueries({ loadBalancer: 'app/green/50dc6c495c0c9188', targetGroup: 'targetgroup/green/73e2d6bc24d8a067' }, 60_000, 'average'), from: noon * 1000, to: (noon + 180) * 1000 };

  test('is asked what the model knows: metric math over both metrics, with both dimensions', async () => {
    using watch = cloud(says('whole'));
    await watch.metrics(request);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.target).toBe('GraniteServiceVersion20100801.GetMetricData');
    expect(misfits(asked[0]?.body, GetMetricDataInput$)).toEqual([]);
    const dimensions = [{ Name: 'LoadBalancer', Value: 'app/green/50dc6c495c0c9188' }, { Name: 'TargetGroup', Value: 'targetgroup/green/73e2d6bc24d8a067' }];
    const metric = (Id: string, MetricName: string, Stat: string) => ({ Id, MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions: dimensions }, Period: 60, Stat }, ReturnData: true });
    expect(asked[0]?.body).toEqual({
      MetricDataQueries: [
        metric('errors', 'HTTPCode_Target_5XX_Count', 'Sum'), metric('requests', 'RequestCount', 'Sum'),
        { Id: 'rate', Expression: '100 * FILL(errors, 0) / requests', Label: 'Percent of requests that failed', ReturnData: true }, metric('seconds', 'TargetResponseTime', 'Average'),
      ],
      StartTime: noon, EndTime: noon + 180, ScanBy: 'TimestampAscending',
    });
  });

  const ms = (...minutes: number[]) => at(...minutes).map((time) => time * 1000);
  test.each<[what: string, pages: readonly string[], requests: readonly number[], incomplete: string | undefined]>([
    ['whole', ['whole'], [100, 120, 90], undefined],
    ['nothing', ['no data at all'], [], undefined],
    ['a part', ['partial'], [100], 'PartialData'],
    ['forbidden', ['forbidden'], [], 'Forbidden'],
    ['two pages', ['first page', 'second page'], [100, 110], undefined],
  ])('answers: %s', async (_what, pages, requests, incomplete) => {
    using watch = cloud(...pages.map(says));
    const answer = await watch.metrics(request);
    expect(answer.kind).toBe('answered');
    if (answer.kind !== 'answered') return;
    expect([...(answer.value.points.get('requests') ?? [])]).toEqual(requests.map((value, index) => [ms(index)[0], value]));
    expect(answer.value.incomplete).toBe(incomplete);
    expect(asked.map(({ body }) => body['NextToken'])).toEqual(pages.map((_page, index) => (index === 0 ? undefined : 'more')));
  });

  test('alarms of both kinds, with when they came into their state', async () => {
    using watch = cloud(says('alarms'));
    expect(await watch.alarms(['green-5xx', 'green-slow', 'green', 'gone'])).toEqual({
      kind: 'answered',
      value: [
        { name: 'green-5xx', state: 'ALARM', since: noon * 1000 + 500, reason: 'Threshold Crossed: 3 datapoints' },
        { name: 'green-slow', state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' },
        { name: 'green', state: 'OK', since: noon * 1000, reason: 'all off' },
      ],
    });
    expect(asked[0]?.target).toBe('GraniteServiceVersion20100801.DescribeAlarms');
    expect(misfits(asked[0]?.body, DescribeAlarmsInput$)).toEqual([]);
    expect(asked[0]?.body).toEqual({ AlarmNames: ['green-5xx', 'green-slow', 'green', 'gone'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
  });

  test('no more than a hundred names are asked for at once', async () => {
    using watch = cloud(says('no alarms'), says('no alarms'));
    await watch.alarms(Array.from({ length: 101 }, (_, index) => `alarm-${index}`));
    expect(asked.map(({ body }) => (body['AlarmNames'] as string[]).length).toSorted((one, other) => one - other)).toEqual([1, 100]);
  });

  test.each<[what: string, answer: (response: ServerResponse) => void, kind: string, told: string]>([
    ['throttling', fault(400, 'ThrottlingException', 'Rate exceeded'), 'later', 'Rate exceeded'],
    ['a limit', fault(400, 'LimitExceededException'), 'later', 'LimitExceeded'],
    ['an internal fault', fault(500, 'InternalServiceFault'), 'later', ''],
    ['a reset', (response) => { response.socket?.destroy(); }, 'later', ''],
    ['silence', () => {}, 'later', 'TimeoutError'],
    ['an expired token', fault(403, 'ExpiredTokenException', 'The security token included in the request is expired'), 'credentials', 'ExpiredToken'],
    ['a missing right', fault(400, 'AccessDeniedException', 'not authorized to perform: cloudwatch:GetMetricData'), 'refused', 'cloudwatch:GetMetricData'],
  ])('%s is told and not asked again', async (_what, answer, kind, told) => {
    using watch = cloud(answer);
    const answered = await watch.metrics(request);
    expect(answered.kind).toBe(kind);
    expect(JSON.stringify(answered)).toContain(told);
    expect(JSON.stringify(answered)).not.toMatch(/AKIA|Signature=/);
    expect(asked).toHaveLength(1);
  });
});
