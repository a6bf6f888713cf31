/** The bundle as the runner starts it, against a real server. Every case ends by what is answered, and none by how long that takes. */
import { describe, expect, test } from 'vitest';
import { plain, runAction, startAction, type Ended } from '../rollback/runner.ts';
import { service, type Answer } from './service.ts';

/** Short, so that a test is short; what decides is how often, not when. */
const pace = { interval: '100ms', period: '1s', periods: '3', 'health-failures': '3', duration: '20s' };

async function watched(answer: (path: string, nth: number) => Answer, inputs: Readonly<Record<string, string>> = {}, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  await using production = await service(answer);
  return await runAction({ 'health-url': `${production.url}/health`, 'probe-urls': `${production.url}/api/jobs`, ...pace, ...inputs }, environment, 'watch');
}

describe('a release that has to go back', () => {
  test('a /health that answers 500', async () => {
    const { code, outputs, summary, log } = await watched((path) => (path === '/health' ? { status: 500 } : {}));
    expect(outputs).toMatchObject({ 'rollback-needed': 'yes', trigger: 'health', 'likely-to-help': 'unknown' });
    expect(outputs['reason']).toMatch(/^the health check \(http:\/\/127\.0\.0\.1:\d+\/health\) failed: 3 of the last 3 times: answered 500, a 2xx was expected$/);
    expect(outputs['detected-at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(JSON.parse(outputs['samples'] ?? '').filter(({ passed }: { passed: boolean }) => !passed).length).toBeGreaterThanOrEqual(3);
    expect(plain(summary)).toContain('should be rolled back');
    expect(log).toContain('failed: answered 500');
    // It is the next step that acts.
    expect(code).toBe(0);
  });

  test('one request in five fails, and /health does not know', async () => {
    const { outputs } = await watched((path, nth) => ({ status: path !== '/health' && nth % 5 === 0 ? 500 : 200 }));
    expect(outputs).toMatchObject({ 'rollback-needed': 'yes', trigger: 'error-rate' });
    expect(outputs['reason']).toMatch(/20 % of 20 requests failed, the limit is 10 %$/);
  });

  test('answers after 300 ms where 100 ms are the limit', async () => {
    const { outputs } = await watched((path) => (path === '/health' ? {} : { after: 300 }), { 'response-time': '100ms' });
    expect(outputs).toMatchObject({ 'rollback-needed': 'yes', trigger: 'response-time' });
  });

  test('dies after some answers', async () => {
    const { outputs } = await watched((path, nth) => ({ status: path === '/health' && nth > 10 ? 503 : 200 }));
    expect(outputs).toMatchObject({ 'rollback-needed': 'yes', trigger: 'health' });
  });

  test('another release answers', async () => {
    const sha = 'a'.repeat(40);
    const { outputs } = await watched((_path, nth) => ({ headers: { 'X-Version': nth > 3 ? 'b'.repeat(40) : sha } }), { 'version-from': 'header:X-Version' }, { GITHUB_SHA: sha });
    expect(outputs).toMatchObject({ 'rollback-needed': 'yes', trigger: 'health' });
    expect(outputs['reason']).toContain('aaaaaaa was expected');
  });

  test('fails the job where that is wanted', async () => {
    const { code, outputs } = await watched((path) => (path === '/health' ? { status: 500 } : {}), { 'fail-on': 'yes' });
    expect([code, outputs['rollback-needed']]).toEqual([1, 'yes']);
  });
});

test('a healthy release is watched to the end', async () => {
  const { code, outputs, summary, log } = await watched(() => ({}), { duration: '3s' });
  expect(outputs).toMatchObject({ 'rollback-needed': 'no', trigger: '', 'detected-at': '', 'likely-to-help': 'no' });
  expect(plain(summary)).toContain('is well after the deployment');
  expect(log).not.toContain('::error');
  expect(code).toBe(0);
});

test('what cannot be asked is not failed', async () => {
  const url = 'http://no-such-host.invalid/health';
  const inputs = { ...pace, 'health-url': url, duration: '3s' };
  const { code, outputs } = await runAction(inputs, {}, 'watch');
  expect(outputs).toMatchObject({ 'rollback-needed': 'unknown', trigger: 'health', 'likely-to-help': 'unknown' });
  expect(code).toBe(0);
  const strict = await runAction({ ...inputs, 'on-unknown': 'yes', 'fail-on': 'unknown\nyes' }, {}, 'watch');
  expect(strict.outputs['rollback-needed']).toBe('yes');
  expect(strict.outputs['reason']).toContain('"on-unknown" says to go back then');
  expect(strict.code).toBe(1);
});

test('bad inputs are all named at once, and nothing is asked', async () => {
  await using production = await service(() => ({}));
  const { code, outputs, log } = await runAction({
    'health-url': `${production.url}/health`, duration: 'long', 'error-rate': '10', statistic: 'mean', 'load-balancer': 'net/x/50dc6c495c0c9188', 'fail-on': 'maybe', 'access-log': '/var/log/nginx/access.log',
  }, {}, 'watch');
  for (const name of ['duration', 'error-rate', 'statistic', 'load-balancer', 'fail-on']) expect(log).toContain(`Input "${name}" must be`);
  expect(log).toContain('Input "hosts" is required with "access-log"');
  expect(outputs).toMatchObject({ 'rollback-needed': 'unknown' });
  expect(code).toBe(1);
  expect(production.asked('/health')).toBe(0);
});

test('a cancelled watch says that nothing is known', async () => {
  await using production = await service(() => ({}));
  const started = startAction({ 'health-url': `${production.url}/health`, ...pace, duration: '10m' }, {}, 'watch');
  while (production.asked('/health') < 2 && started.process.exitCode === null) await new Promise((resolve) => { setTimeout(resolve, 20); });
  started.process.kill('SIGINT');
  expect((await started.ended).outputs).toMatchObject({ 'rollback-needed': 'unknown', reason: 'the watch was cancelled' });
});
