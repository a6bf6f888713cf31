import { describe, expect, test } from 'vitest';
import { readWatchInputs } from '../../src/inputs/watch.ts';
import { key, knownHostsLine, mistakesOf } from '../inputs/good.ts';

const minimal = { 'health-url': 'https://green.example/health' };
const onHosts = { hosts: 'deploy@web-1\ndeploy@web-2', 'ssh-private-key': key, 'ssh-known-hosts': knownHostsLine };
const read = (over: Readonly<Record<string, string>>, config?: string) =>
  readWatchInputs({ ...minimal, ...over }, config === undefined ? undefined : { path: 'rollback.yml', text: config });
const mistakes = (over: Readonly<Record<string, string>>, config?: string) => mistakesOf(() => read(over, config));

test('what is not set is as the README says', () => {
  expect(read({})).toMatchObject({
    environment: 'production', duration: 600_000, interval: 10_000, errorRate: 10, responseTime: 2000, statistic: 'average', period: 60_000, periods: 3,
    healthFailures: 3, minRequests: 20, onUnknown: 'pass', failOn: [], hosts: [], alarms: [], probeUrls: [new URL('https://green.example/health')],
  });
});

test('ARNs come down to what the dimensions hold', () => {
  expect(read({
    'load-balancer': 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/green/50dc6c495c0c9188',
    'target-group': 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/73e2d6bc24d8a067',
    alarms: 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:green 5xx: rate\nother',
  })).toMatchObject({ loadBalancer: 'app/green/50dc6c495c0c9188', targetGroup: 'targetgroup/green/73e2d6bc24d8a067', alarms: ['green 5xx: rate', 'other'] });
});

test('hosts, paths and the canary', () => {
  expect(read({ ...onHosts, 'app-dir': '/var/www/app', 'access-log': '/var/log/nginx/access.log', 'log-files': 'log/app.log', 'log-pattern': 'CRITICAL|Traceback', canary: 'web-2:8000' })).toMatchObject({
    hosts: [{ name: 'web-1', user: 'deploy', port: 22 }, { name: 'web-2' }], accessLog: '/var/log/nginx/access.log', logFiles: ['/var/www/app/log/app.log'], canary: 'web-2',
  });
});

test('the file of the rollback may hold them, with those of the rollback', () => {
  expect(read({}, 'method: git\nservices: [app]\nduration: 5m\nerror-rate: 2.5%\nbackup-keep: 7\n')).toMatchObject({ duration: 300_000, errorRate: 2.5 });
});

test('the canary of a rollback\'s file is not the watch\'s', () => {
  expect(read({}, 'method: canary\ncanary: canary-server:8000\n').canary).toBeUndefined();
});

describe('mistakes are named, with what was got and what is allowed', () => {
  test.each<[over: Readonly<Record<string, string>>, says: RegExp]>([
    [{ duration: 'long' }, /^Input "duration" must be a duration such as 250ms, 90s, 5m or 2h, got "long"/],
    [{ interval: '10ms' }, /^Input "interval" must be a duration of at least 100ms, got "10ms"/],
    [{ 'error-rate': '10' }, /^Input "error-rate" must be a share from 0% to 99.999%, got "10"\. Write it with its sign: 10%\./],
    [{ 'error-rate': '100%' }, /^Input "error-rate" must be a share/],
    [{ 'response-time': 'quick' }, /^Input "response-time" must be a duration/],
    [{ statistic: 'mean' }, /^Input "statistic" must be "average" or a percentile such as "p95", got "mean"/],
    [{ statistic: 'p0' }, /^Input "statistic" must be/],
    [{ period: '0' }, /^Input "period" must be a duration of at least 1s/],
    [{ periods: 'three' }, /^Input "periods" must be a whole number from 1 to 100, got "three"/],
    [{ 'min-requests': '0' }, /^Input "min-requests" must be a whole number from 1/],
    [{ 'health-failures': '-1' }, /^Input "health-failures" must be/],
    [{ 'on-unknown': 'no' }, /^Input "on-unknown" must be "pass" or "yes", got "no"/],
    [{ 'fail-on': 'yes\nno' }, /^Line 2 of input "fail-on" must be "yes" or "unknown", got "no"/],
    [{ 'load-balancer': 'green' }, /^Input "load-balancer" must be the ARN of an application load balancer/],
    [{ 'load-balancer': 'net/green/50dc6c495c0c9188' }, /Only application load balancers count requests/],
    [{ 'load-balancer': 'app/green/50dc6c495c0c9188', 'target-group': 'green' }, /^Input "target-group" must be the ARN of a target group/],
    [{ 'target-group': 'targetgroup/green/73e2d6bc24d8a067' }, /^Input "target-group" has no effect without "load-balancer"/],
    [{ 'load-balancer': 'app/green/50dc6c495c0c9188', period: '30s' }, /^Input "period" must be whole minutes with "load-balancer"/],
    [{ 'error-rate-query': 'up' }, /^Input "error-rate-query" has no effect without "prometheus-url"/],
    [{ 'prometheus-url': 'http://prometheus:9090' }, /^Input "prometheus-url" has no effect without "error-rate-query" or "response-time-query"/],
    [{ ...onHosts, 'log-pattern': 'x' }, /^Input "log-pattern" has no effect without "log-files"/],
    [{ 'host-health-url': 'http://127.0.0.1/health' }, /^Input "hosts" is required with "host-health-url"/],
    [{ hosts: 'deploy@web-1' }, /^Input "ssh-private-key" is required with "hosts"/],
    [{ ...onHosts, hosts: 'web-1' }, /^Input "hosts" names web-1 without a user/],
    [{ ...onHosts, hosts: 'deploy@web-1\nroot@web-1' }, /^Input "hosts" must name each host once/],
    [{ ...onHosts, 'access-log': 'log/access.log' }, /^Input "app-dir" is required: log\/access\.log is relative to it/],
    [{ ...onHosts, canary: 'web-9', 'access-log': '/a.log' }, /^Input "canary" must be one of "hosts", got web-9/],
    [{ ...onHosts, hosts: 'deploy@web-1', canary: 'web-1', 'access-log': '/a.log' }, /^Input "hosts" must name other hosts besides "canary"/],
    [{ interval: '2m' }, /^Input "interval" must not be longer than "period", which is 1m; it is 2m/],
    [{ duration: '1m' }, /^Input "duration" must be at least 3m, which "periods" of "period" take; it is 1m/],
    [{ 'health-url': '', alarms: 'a', duration: '20s', period: '10s', interval: '10s' }, /^Input "duration" must be at least 30s, which "health-failures"/],
    [{ 'deployed-at': 'yesterday' }, /^Input "deployed-at" must be an ISO 8601 time/],
    [{ durration: '5m' }, /^Input "durration" is not known\. Did you mean "duration"\?$/],
  ])('%o', (over, says) => {
    const told = mistakes(over);
    expect(told.filter((one) => says.test(one)), told.join('\n')).toHaveLength(1);
  });

  test('all at once', () => {
    expect(mistakes({ duration: 'long', 'error-rate': 'x', statistic: 'y', 'on-unknown': 'z', 'access-log': '/a.log' })).toHaveLength(5);
  });

  test('there must be something to ask', () => {
    expect(mistakesOf(() => readWatchInputs({}, undefined))[0]).toMatch(/^Input "health-url", .* or "log-pattern" is required: there is nothing to ask\. Set "health-url" at least\.$/);
  });

  test('a key of the file that nobody knows', () => {
    expect(mistakes({}, 'error-rates: 10%\n')[0]).toContain('Did you mean "error-rate"?');
  });
});
