/** The verdict over CloudWatch's series, by a table made by hand; and that the right thing is asked. */
import { describe, expect, test } from 'vitest';
import type { AlarmState } from '../../src/triggers/cloudwatch.ts';
import { balancerCloud, minute, minutes, type Behaviour } from '../triggers/balancer.ts';
import { healthy, lasted, start, watched } from './scene.ts';

const balancer = 'app/green/50dc6c495c0c9188';
const group = 'targetgroup/green/73e2d6bc24d8a067';
const inputs = { 'load-balancer': balancer, 'target-group': group, 'deployed-at': '2025-11-23T12:00:00Z' };
const good = '100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0 100/0';
/** Fifteen minutes before the deployment, all well. */
const before = good;
const bad10 = '100/20 100/20 100/20 100/20 100/20 100/20 100/20 100/20 100/20 100/20';

type Case = {
  readonly what: string;
  /** From the deployment on, by the minute. */
  readonly after: string;
  readonly before?: string;
  readonly how?: Omit<Behaviour, 'clock' | 'from' | 'series'>;
  readonly more?: Readonly<Record<string, string>>;
  readonly needed: 'yes' | 'no' | 'unknown';
  readonly trigger?: string;
  readonly helps?: 'yes' | 'no' | 'unknown';
  /** Seconds. */
  readonly by?: number;
};

async function run({ after, before: earlier = before, how = {}, more = {} }: Case) {
  let cloud: ReturnType<typeof balancerCloud> | undefined;
  const report = await watched({ ...inputs, ...more }, healthy, (clock) => {
    cloud = balancerCloud({ clock, from: start - 15 * minute, series: [...minutes(earlier), ...minutes(after)], ...how });
    return { cloudWatch: () => Promise.resolve(cloud ?? expect.fail('no CloudWatch')) };
  });
  return { report, cloud: cloud ?? expect.fail('no CloudWatch') };
}

const slow = '100/0/3 100/0/3 100/0/3 100/0/3 100/0/3 100/0/3';
const gaps = '- - - - - - - - - - - -';

describe('thirty series', () => {
  test.each<Case>([
    { what: '1 clean', after: good, needed: 'no' },
    { what: '2 a clear breach', after: bad10, needed: 'yes', trigger: 'error-rate', helps: 'yes', by: 240 },
    { what: '3 a breach that begins later', after: `100/0 100/0 100/0 ${bad10}`, needed: 'yes', trigger: 'error-rate', helps: 'yes', by: 420 },
    { what: '4 just at the limit', after: good.replaceAll('100/0', '100/10'), needed: 'no' },
    { what: '5 just above it', after: good.replaceAll('100/0', '100/11'), needed: 'yes', trigger: 'error-rate' },
    { what: '6 two periods only', after: `100/50 100/50 ${good}`, needed: 'no' },
    { what: '7 every other period', after: '100/50 100/0 100/50 100/0 100/50 100/0 100/50 100/0 100/50 100/0 100/0 100/0', needed: 'no' },
    { what: '8 two of three, again and again', after: '100/50 100/50 100/0 100/50 100/50 100/0 100/50 100/50 100/0 100/0 100/0 100/0', needed: 'no' },
    { what: '9 a gap within a breach is borne', after: `100/50 - 100/50 100/50 ${good}`, needed: 'yes', trigger: 'error-rate' },
    { what: '10 four gaps are borne', after: `100/0 - - - - 100/0 100/0 100/0 100/0`, needed: 'no' },
    { what: '11 five are not', after: `100/0 - - - - - 100/0 100/0 100/0`, needed: 'unknown' },
    { what: '12 nothing but gaps', after: gaps, needed: 'unknown' },
    { what: '13 five gaps, and a breach after them', after: '- - - - - 100/50 100/50 100/50 100/50', needed: 'yes', trigger: 'error-rate' },
    { what: '14 two failures before a long gap and one after it', after: '100/50 100/50 - - - - - 100/50 100/0 100/0', needed: 'unknown' },
    { what: '15 few requests, all well', after: good.replaceAll('100/0', '5/0'), needed: 'no' },
    { what: '16 few requests, one of three fails: nobody can say', after: good.replaceAll('100/0', '3/1'), needed: 'unknown' },
    { what: '17 one bad minute of few requests', after: `100/0 3/1 ${good}`, needed: 'no' },
    { what: '18 just enough requests', after: good.replaceAll('100/0', '20/3'), needed: 'yes', trigger: 'error-rate' },
    { what: '19 one too few', after: good.replaceAll('100/0', '19/3'), needed: 'unknown' },
    { what: '20 half of the points, told to be partial, every time', after: bad10, how: { question: (nth) => (nth === 0 ? 'answered' : 'partial') }, needed: 'unknown' },
    { what: '21 partial once, whole the next time', after: bad10, how: { question: (nth) => (nth === 2 ? 'partial' : 'answered') }, needed: 'yes', trigger: 'error-rate' },
    { what: '22 late by a minute', after: bad10, how: { delay: minute }, needed: 'yes', trigger: 'error-rate' },
    { what: '23 late by two minutes', after: bad10, how: { delay: 2 * minute }, needed: 'yes', trigger: 'error-rate', by: 360 },
    { what: '24 late and well', after: good, how: { delay: 2 * minute }, needed: 'no' },
    { what: '25 throttled four times, then a breach', after: bad10, how: { question: (nth) => (nth >= 1 && nth <= 4 ? 'throttled' : 'answered') }, needed: 'yes', trigger: 'error-rate' },
    { what: '26 throttled all the time', after: bad10, how: { question: () => 'throttled' }, needed: 'unknown' },
    { what: '27 no right to ask', after: bad10, how: { question: () => 'refused' }, needed: 'unknown' },
    { what: '28 as bad before the deployment', before: `${good.slice(0, -36)} 100/20 100/20 100/20 100/20 100/20 100/20`, after: bad10, needed: 'unknown', trigger: 'error-rate', helps: 'no' },
    { what: '29 bad before, much worse since', before: good.replaceAll('100/0', '100/15'), after: bad10.replaceAll('100/20', '100/90'), needed: 'yes', trigger: 'error-rate', helps: 'yes' },
    { what: '30 slow', after: slow, needed: 'yes', trigger: 'response-time', helps: 'yes' },
    { what: '31 slow, and quick before', before: good.replaceAll('100/0', '100/0/0.2'), after: slow, needed: 'yes', trigger: 'response-time', helps: 'yes' },
    { what: '32 bad for a while before, and mended by then', before: `100/50 100/50 100/50 ${good.slice(0, -18)}`, after: bad10, needed: 'yes', trigger: 'error-rate', helps: 'yes' },
  ])('$what', async (one) => {
    // Where nothing measures response times nothing is expected of them: only errors are asked for here, but where they are told.
    const times = /\/\d+\/[\d.]+/.test(one.after);
    const { report } = await run(times ? one : { ...one, after: one.after.replaceAll(/(\d+\/\d+)(?=\s|$)/g, '$1/0.1') });
    expect({ needed: report.verdict.needed, trigger: one.trigger === undefined ? undefined : report.verdict.trigger }, report.verdict.reason).toEqual({ needed: one.needed, trigger: one.trigger });
    if (one.helps !== undefined) expect(report.verdict.likelyToHelp).toBe(one.helps);
    if (one.by !== undefined) expect(lasted(report)).toBeLessThanOrEqual(one.by);
  });
});

test('what was so before is said', async () => {
  const { report } = await run({ what: '', before: good.replaceAll('100/0', '100/20'), after: bad10, needed: 'unknown' });
  expect(report.verdict.reason).toContain('20 % of 100 requests failed, the limit is 10 %; but it was so before the deployment already: a rollback is unlikely to help');
});

test('a rollback that would not help is not asked for where nobody knows, either', async () => {
  const { report } = await run({ what: '', before: good.replaceAll('100/0', '100/20'), after: bad10, more: { 'on-unknown': 'yes' }, needed: 'unknown' });
  expect(report.verdict).toMatchObject({ needed: 'unknown', likelyToHelp: 'no' });
});

test('the trouble is told as of the first bad period', async () => {
  const { report } = await run({ what: '', after: `100/0 100/0 ${bad10}`, needed: 'yes' });
  expect(report.verdict.detectedAt).toBe(start + 3 * minute);
});

test('the right thing is asked: expression, dimensions, period, times', async () => {
  const { cloud } = await run({ what: '', after: good, more: { statistic: 'p95', period: '120s' }, needed: 'no' });
  const dimensions = [{ Name: 'LoadBalancer', Value: balancer }, { Name: 'TargetGroup', Value: group }];
  const metric = (Id: string, MetricName: string, Stat: string) => ({ Id, MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions: dimensions }, Period: 120, Stat }, ReturnData: true });
  expect(cloud.requests[0]).toEqual({
    queries: [
      metric('errors', 'HTTPCode_Target_5XX_Count', 'Sum'), metric('requests', 'RequestCount', 'Sum'),
      { Id: 'rate', Expression: '100 * FILL(errors, 0) / requests', Label: 'Percent of requests that failed', ReturnData: true },
      metric('seconds', 'TargetResponseTime', 'p95'),
    ],
    from: start - 16 * minute, to: start,
  });
  // Each period is asked for once, for all triggers.
  expect(new Set(cloud.requests.map(({ from }) => from)).size).toBe(cloud.requests.length);
  // Nothing from before the deployment counts, and nothing is asked of a period that is not settled.
  for (const { from, to } of cloud.requests.slice(1)) {
    expect(from).toBeGreaterThanOrEqual(start);
    expect([from % (2 * minute), to % (2 * minute)]).toEqual([0, 0]);
  }
});

describe('own probes fill in', () => {
  test.each<[what: string, after: string, status: number, needed: string]>([
    ['no requests, and all is well', gaps, 200, 'no'],
    ['no requests, and all that are made fail', gaps, 500, 'yes'],
    ['one of three fails, and all is well', good.replaceAll('100/0', '3/1'), 200, 'no'],
  ])('%s', async (_what, after, status, needed) => {
    const report = await watched({ ...inputs, 'probe-urls': 'https://green.example/api/jobs' }, () => ({ status }), (clock) => ({
      cloudWatch: () => Promise.resolve(balancerCloud({ clock, from: start, series: minutes(after) })),
    }));
    expect(report.verdict.needed, report.verdict.reason).toBe(needed);
    expect(JSON.stringify(report.series)).toContain('own probes');
  });

  test('but not where the source could not be read', async () => {
    const report = await watched({ ...inputs, 'probe-urls': 'https://green.example/api/jobs' }, healthy, (clock) => ({
      cloudWatch: () => Promise.resolve(balancerCloud({ clock, from: start, series: minutes(good), question: () => 'throttled' })),
    }));
    expect(report.verdict).toMatchObject({ needed: 'unknown' });
    expect(report.verdict.reason).toContain('Throttling: Rate exceeded');
  });
});

describe('alarms', () => {
  type State = Omit<AlarmState, 'name' | 'reason'>;
  const alarm = (states: (at: number) => State | 'throttled' | undefined) => watched({ alarms: 'green-5xx', 'deployed-at': '2025-11-23T12:00:00Z' }, healthy, (clock) => ({
    cloudWatch: () => Promise.resolve(balancerCloud({
      clock, from: start, series: [],
      async alarms([name = '']) {
        const told = states((clock.now() - start) / 1000);
        if (told === 'throttled') return { kind: 'later', why: 'Throttling: Rate exceeded' };
        return { kind: 'answered', value: told === undefined ? [] : [{ name, reason: 'Threshold Crossed', ...told }] };
      },
    })),
  }));
  const on = (seconds: number): State => ({ state: 'ALARM', since: start + seconds * 1000 });
  const off: State = { state: 'OK', since: start - 3_600_000 };

  test.each<[what: string, states: (at: number) => State | 'throttled' | undefined, needed: string, by?: number]>([
    ['off all the time', () => off, 'no'],
    ['goes on', (at) => (at < 60 ? off : on(55)), 'yes', 60],
    ['went on between the deployment and the first question', () => on(0.5), 'yes', 0],
    ['was on already, and stays', () => on(-600), 'no'],
    ['was on already, goes off and on again', (at) => (at < 100 ? on(-600) : at < 200 ? { state: 'OK', since: start + 100_000 } : on(200)), 'yes', 200],
    ['was on already, and was off between two questions', (at) => (at < 100 ? on(-600) : on(95)), 'yes', 100],
    ['was on already, and CloudWatch does not say since when', () => ({ state: 'ALARM' }), 'no'],
    ['has not enough data', () => ({ state: 'INSUFFICIENT_DATA' }), 'unknown'],
    ['has not enough data for a while', (at) => (at < 40 ? { state: 'INSUFFICIENT_DATA' } : off), 'no'],
    ['is not there', () => undefined, 'unknown'],
    ['throttled four times', (at) => (at < 40 ? 'throttled' : off), 'no'],
    ['throttled five times', (at) => (at < 50 ? 'throttled' : off), 'unknown'],
    ['throttled, and on after that', (at) => (at < 300 ? 'throttled' : on(250)), 'yes', 300],
  ])('%s', async (_what, states, needed, by) => {
    const report = await alarm(states);
    expect(report.verdict.needed, report.verdict.reason).toBe(needed);
    if (needed === 'yes') expect(report.verdict.trigger).toBe('alarm');
    if (by !== undefined) expect(lasted(report)).toBe(by);
  });

  test('one that was on already is told', async () => {
    const report = await alarm(() => on(-600));
    expect(report.series[0]?.readings.at(-1)?.message).toBe('the alarm was on before the deployment, since 2025-11-23T11:50:00.000Z, so it does not count: Threshold Crossed');
  });
});
