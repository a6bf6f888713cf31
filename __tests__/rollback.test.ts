import { describe, expect, test } from 'vitest';
import { RollbackError, type Failure } from '../src/errors.ts';
import { rollback } from '../src/rollback.ts';
import { fakeProduction, run, v2, v3 } from './fakes/production.ts';

type Production = ReturnType<typeof fakeProduction>;
const story = ({ inputs, method, world }: Production) => rollback(inputs, method, run, world);
const results = (report: Awaited<ReturnType<typeof story>>) => report.hosts.map(({ host, result }) => `${host} ${result}`);

test('a rollback: in its order, proved, counted, put away, the lock freed', async () => {
  const production = fakeProduction();
  const report = await story(production);
  expect(production.done).toEqual([
    'assess', 'lock', 'checkpoint', 'web-1 dump', 'web-1 checkout', 'web-2 checkout', 'web-1 close rolled-back drop', 'web-2 close rolled-back drop', 'unlock', 'disconnect',
  ]);
  expect(report).toMatchObject({
    result: 'rolled-back', reasonCode: '', failures: [], health: 'healthy', from: { sha: v3 }, to: { sha: v2, rule: 'message' }, commitCount: 1, filesChanged: 3,
    notes: ['web-1: a note.', 'web-1: an old lock was taken over.'],
  });
  expect(results(report)).toEqual(['web-1 rolled-back', 'web-2 rolled-back']);
  expect(report.checks.map(({ host, verdict }) => [host ?? 'public', verdict])).toEqual(expect.arrayContaining([['public', 'passed'], ['web-1', 'passed'], ['web-2', 'passed']]));
  expect(report.checks.every(({ verdict }) => verdict === 'passed')).toBe(true);
});

test('what was down before the first change is not said to be caused by it', async () => {
  const { downtime, run: { endedAt, startedAt }, timeline } = await story(fakeProduction({ takes: 10_000 }));
  const last = timeline.find(({ stage, title }) => stage === 'web-2' && title === 'checkout');
  const first = timeline.find(({ stage }) => stage === 'web-1');
  const [total, caused] = [((last?.end ?? 0) - startedAt) / 1000, ((last?.end ?? 0) - (first?.start ?? 0)) / 1000];
  expect(Math.abs((downtime?.total ?? 0) - total), 'all until the last host is back').toBeLessThanOrEqual(0.3);
  expect(Math.abs((downtime?.caused ?? 0) - caused), 'from the first change on').toBeLessThanOrEqual(0.3);
  expect(endedAt).toBeGreaterThan(last?.end ?? 0);
});

test('without a public address no downtime is claimed', async () => {
  expect(await story(fakeProduction({ inputs: { 'health-url': '' } }))).not.toHaveProperty('downtime');
});

test('what `post` needs is written down before anything is done', async () => {
  const production = fakeProduction();
  await story(production);
  expect(production.checkpoints).toHaveLength(2);
  expect(production.checkpoints[0]).not.toHaveProperty('settled');
  expect(production.checkpoints[1]).toMatchObject({ token: 'token', settled: { result: 'rolled-back', failures: [], material: 'drop' } });
  expect(production.checkpoints[0]).toEqual(expect.objectContaining({
    token: 'token', assessed: production.assessed,
    before: { health: { ' https://green.example/health': 'failed', 'web-1 http://127.0.0.1:8000/health': 'failed', 'web-2 http://127.0.0.1:8000/health': 'failed' }, logs: {}, access: {} },
  }));
});

describe('nothing is done', () => {
  const asAsked = { releases: { 'web-1': v2, 'web-2': v2 }, assessed: { asAsked: true } };
  const refusal = (code: Failure['code']): Failure => ({ code, what: 'no', fix: 'Wait.' });

  test('when everything is as asked', async () => {
    const production = fakeProduction({ ...asAsked, inputs: { 'before-command': 'tell' } });
    const report = await story(production);
    expect([report.result, report.reasonCode, report.health, results(report)]).toEqual(['unchanged', '', 'healthy', ['web-1 unchanged', 'web-2 unchanged']]);
    expect(production.done).toEqual(['assess', 'disconnect']);
    expect(report.checks).not.toEqual([]);
  });

  test('in a dry run: not even the user’s command is run', async () => {
    const production = fakeProduction({ inputs: { 'dry-run': 'true', 'before-command': 'tell' } });
    const report = await story(production);
    expect([report.result, report.reasonCode, report.health, results(report)]).toEqual(['planned', '', 'unhealthy', ['web-1 untouched', 'web-2 untouched']]);
    expect(report.plan).toBe(production.assessed.plan);
    expect(production.done).toEqual(['assess', 'disconnect']);
  });

  test('when the assessment refuses', async () => {
    const production = fakeProduction();
    const report = await rollback(production.inputs, { ...production.method, assess: () => Promise.reject(new RollbackError(refusal('unknown-unit'))) }, run, production.world);
    expect(report).toMatchObject({ result: 'refused', reasonCode: 'unknown-unit', failures: [refusal('unknown-unit')], hosts: [] });
    expect(production.done).toEqual(['disconnect']);
  });

  test('when a host cannot be reached', async () => {
    const production = fakeProduction();
    const report = await rollback(production.inputs, production.method, run, { ...production.world, connect: () => Promise.reject(new RollbackError(refusal('host-unreachable'))) });
    expect(report).toMatchObject({ result: 'refused', reasonCode: 'host-unreachable' });
    expect(production.done).toEqual([]);
  });

  test('when this program fails: told as such, with no text of the error lost', async () => {
    const production = fakeProduction();
    const report = await rollback(production.inputs, { ...production.method, assess: () => Promise.reject(new TypeError('x is undefined')) }, run, production.world);
    expect(report).toMatchObject({ result: 'refused', reasonCode: 'step-failed', failures: [{ why: 'x is undefined' }] });
  });

  test('when the user’s command fails', async () => {
    const production = fakeProduction({ inputs: { 'before-command': 'tell' }, command: () => refusal('before-command-failed') });
    const report = await story(production);
    expect([report.result, report.reasonCode, results(report)]).toEqual(['refused', 'before-command-failed', ['web-1 untouched', 'web-2 untouched']]);
    expect(production.done).toEqual(['assess', 'command tell', 'disconnect']);
  });

  test('when another run holds the lock', async () => {
    const production = fakeProduction({ lock: () => { throw new RollbackError(refusal('locked')); } });
    const report = await story(production);
    expect([report.result, report.reasonCode, results(report)]).toEqual(['refused', 'locked', ['web-1 untouched', 'web-2 untouched']]);
    expect(production.done).toEqual(['assess', 'disconnect']);
  });

  test('when somebody deployed between the assessment and the lock', async () => {
    const production: Production = fakeProduction({ lock: () => void production.releases.set('web-2', '4'.repeat(40)) });
    const report = await story(production);
    expect(report).toMatchObject({ result: 'refused', reasonCode: 'locked', failures: [{ host: 'web-2', why: `was commit ${v3}; is commit ${'4'.repeat(40)}` }] });
    expect(production.done).toEqual(['assess', 'lock', 'unlock', 'disconnect']);
  });

  test('when the backup fails: what was begun is put away', async () => {
    const production = fakeProduction({ act: (_, { id }) => (id === 'dump' ? { code: 1, output: 'no space' } : undefined) });
    const report = await story(production);
    expect([report.result, report.reasonCode, report.failures[0]?.why, results(report)]).toEqual(['refused', 'step-failed', 'no space', ['web-1 untouched', 'web-2 untouched']]);
    expect(production.done).toEqual(['assess', 'lock', 'checkpoint', 'web-1 dump', 'web-1 close refused drop', 'web-2 close refused drop', 'unlock', 'disconnect']);
    expect(report.downtime?.caused).toBe(0);
  });
});

test('as asked but not healthy is rolled back all the same', async () => {
  const production = fakeProduction({ releases: { 'web-1': v2, 'web-2': v2 }, assessed: { asAsked: true }, broken: [v2], act: () => ({ code: 1 }) });
  expect((await story(production)).result).toBe('refused');
  expect(production.done).toContain('web-1 dump');
});

describe('a target that does not serve', () => {
  test('is taken back, and everything is as it was found', async () => {
    const production = fakeProduction({ broken: [v2, v3] });
    const report = await story(production);
    expect([report.result, report.reasonCode, report.health]).toEqual(['undone', 'target-unhealthy', 'unhealthy']);
    expect(results(report)).toEqual(['web-1 undone', 'web-2 untouched']);
    expect([...production.releases.values()]).toEqual([v3, v3]);
    expect(production.done.slice(-6)).toEqual(['web-1 checkout', 'web-1 undo-checkout', 'web-1 close undone drop', 'web-2 close undone drop', 'unlock', 'disconnect']);
  });

  test('stays where on-failure says stop', async () => {
    const production = fakeProduction({ broken: [v2, v3], inputs: { 'on-failure': 'stop' } });
    const report = await story(production);
    expect([report.result, report.reasonCode, results(report)]).toEqual(['failed', 'target-unhealthy', ['web-1 failed', 'web-2 untouched']]);
    expect([...production.releases.values()]).toEqual([v2, v3]);
    expect(production.done).toContain('web-1 close failed leave');
  });

  test('needs a person where it cannot be taken back', async () => {
    const production = fakeProduction({ broken: [v2, v3], act: (_, { id }) => (id === 'undo-checkout' ? { code: 1, output: 'read-only file system' } : undefined) });
    const report = await story(production);
    expect([report.result, report.reasonCode, results(report)]).toEqual(['failed', 'undo-failed', ['web-1 failed', 'web-2 untouched']]);
    expect(report.failures.map(({ code }) => code)).toEqual(['target-unhealthy', 'undo-failed', 'undo-failed']);
    expect(production.done).toContain('web-1 close failed keep');
  });

  test('is known by its smoke tests too, after every host was proved', async () => {
    const report = await story(fakeProduction({ inputs: { 'smoke-tests': 'https://green.example/api/jobs => 404' } }));
    expect([report.result, report.reasonCode, results(report)]).toEqual(['undone', 'smoke-test-failed', ['web-1 undone', 'web-2 undone']]);
    expect(report.timeline.find(({ stage }) => stage === 'Verify')?.result).toBe('failed');
  });
});

test('a mistake of this program after the first change is left to `post`, with the lock held for it', async () => {
  const production = fakeProduction();
  const breaking = { ...production.method, close: () => { throw new TypeError('x is undefined'); } };
  await expect(rollback(production.inputs, breaking, run, production.world)).rejects.toThrow('x is undefined');
  expect(production.done.slice(-2)).toEqual(['web-2 checkout', 'disconnect']);
});
