/** The CloudFormation template in examples/: the alarms measure what the watch measures, and an alarm reaches the workflow that is beside it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { balancerQueries } from '../src/triggers/cloudwatch.ts';

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, never>> };
const template = parse(readFileSync('examples/alarms.cloudformation.yml', 'utf8')) as { readonly Resources: Readonly<Record<string, Resource>>; readonly Parameters: Readonly<Record<string, { readonly AllowedPattern?: string }>> };
const workflow = parse(readFileSync('examples/rollback-on-alarm.yml', 'utf8')) as { readonly on: { readonly repository_dispatch: { readonly types: readonly string[] } } };
const propertiesOf = (name: string): Readonly<Record<string, unknown>> => template.Resources[name]?.Properties ?? expect.fail(`no resource ${name}`);

const [loadBalancer, targetGroup] = ['app/green/50dc6c495c0c9188', 'targetgroup/green/73e2d6bc24d8a067'];
/** The template with its parameters put in. */
const filled = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('{"Ref":"LoadBalancer"}', JSON.stringify(loadBalancer)).replaceAll('{"Ref":"TargetGroup"}', JSON.stringify(targetGroup)));

const queries = balancerQueries({ loadBalancer, targetGroup }, 60_000, 'average');
const queryOf = (id: string) => queries.find(({ Id }) => Id === id) ?? expect.fail(`no query ${id}`);

test('the error rate is that of the watch, of 20 requests and more', () => {
  const { Metrics, ...others } = propertiesOf('ErrorRate');
  const metrics = filled(Metrics) as readonly Readonly<Record<string, unknown>>[];
  for (const id of ['errors', 'requests']) expect(metrics.find(({ Id }) => Id === id)?.['MetricStat']).toEqual(queryOf(id).MetricStat);
  expect(metrics.find(({ Id }) => Id === 'rate')?.['Expression']).toBe(`IF(requests >= 20, ${queryOf('rate').Expression}, 0)`);
  expect(metrics.filter(({ ReturnData }) => ReturnData === true)).toHaveLength(1);
  expect(others).toMatchObject({ ComparisonOperator: 'GreaterThanThreshold', Threshold: 10, EvaluationPeriods: 3, DatapointsToAlarm: 3, TreatMissingData: 'notBreaching' });
});

test('so is the response time', () => {
  const metric = queryOf('seconds').MetricStat ?? expect.fail('no metric');
  expect(filled(propertiesOf('ResponseTime'))).toMatchObject({ ...metric.Metric, Statistic: metric.Stat, Period: 60, Threshold: 2, EvaluationPeriods: 3, DatapointsToAlarm: 3, TreatMissingData: 'notBreaching' });
});

test('a metric that comes all the time is missed when it does not', () => {
  expect(propertiesOf('Health')).toMatchObject({ MetricName: 'HealthyHostCount', TreatMissingData: 'breaching' });
});

test('parameters are ends of ARNs, as the metrics have them', () => {
  for (const [name, value] of [['LoadBalancer', loadBalancer], ['TargetGroup', targetGroup], ['Repository', 'green/matchers']] as const) {
    expect(value).toMatch(new RegExp(template.Parameters[name]?.AllowedPattern ?? expect.fail(name)));
  }
});

test('what EventBridge posts of an alarm starts the workflow, with its name and time', () => {
  const [target] = propertiesOf('WentOn')['Targets'] as readonly { readonly InputTransformer: { readonly InputPathsMap: Readonly<Record<string, string>>; readonly InputTemplate: string } }[];
  const event = { time: '2026-01-02T03:04:05Z', detail: { alarmName: 'green-5xx', state: { value: 'ALARM' }, previousState: { value: 'OK' } } };
  const at = (path: string): string => String(path.split('.').slice(1).reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>>)[name], event));
  const { InputPathsMap: paths, InputTemplate: text } = target?.InputTransformer ?? expect.fail('no transformer');
  const posted = JSON.parse(text.replaceAll(/<(\w+)>/g, (_, name: string) => at(paths[name] ?? expect.fail(`no path ${name}`)))) as { readonly event_type: string; readonly client_payload: unknown };
  expect(workflow.on.repository_dispatch.types).toContain(posted.event_type);
  expect(posted.client_payload).toEqual({ alarm: 'CloudWatch alarm green-5xx', time: '2026-01-02T03:04:05Z' });
});

test('every reference is to something that is there', () => {
  const names = [...Object.keys(template.Resources), ...Object.keys(template.Parameters)];
  const text = JSON.stringify(template);
  const referred = [...text.matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)\}/g)].map(([, one, other, third]) => one ?? other ?? third);
  expect(referred.length).toBeGreaterThan(10);
  expect(referred.filter((name) => name === undefined || !names.includes(name))).toEqual([]);
});

const linter = spawnSync('cfn-lint', ['--version']).status === 0;

test.skipIf(!linter && notice('cfn-lint is not on the PATH: examples/alarms.cloudformation.yml is not held against AWS\'s own schemas (pipx install cfn-lint)'))('cfn-lint finds nothing', () => {
  const { status, stdout, stderr } = spawnSync('cfn-lint', ['--non-zero-exit-code', 'warning', 'examples/alarms.cloudformation.yml'], { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});

function notice(text: string): true {
  process.stderr.write(`${text}\n`);
  return true;
}
