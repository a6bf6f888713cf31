import { describe, expect, test } from 'vitest';
import { RollbackError } from '../src/errors.ts';
import type { JobState } from '../src/ports.ts';
import { startRecording } from '../src/recording.ts';
import { takeUp } from '../src/take-up.ts';
import type { Checkpoint, Settled } from '../src/underway.ts';
import { fakeProduction, run, v2, v3 } from './fakes/production.ts';

type Options = NonNullable<Parameters<typeof fakeProduction>[0]>;

/** `post` after `main` was killed: web-1 is on the target, web-2 was not begun. What the hosts' journals say is the test's own. */
async function post(options: Options = {}, world: Partial<ReturnType<typeof fakeProduction>['world']> = {}, left: Partial<Checkpoint> = {}) {
  const tokens: (string | undefined)[] = [];
  const production = fakeProduction({ journal: { 'web-1': finished('dump', 'checkout'), 'web-2': [] }, lock: (token) => void tokens.push(token), ...options });
  production.releases.set('web-1', v2);
  // What main had assessed, before web-1 was taken back; through a file.
  const checkpoint: Checkpoint = JSON.parse(JSON.stringify({ token: 'earlier', recording: startRecording(run), assessed: production.assessed, before: { health: {}, logs: {}, access: {} }, ...left }));
  const report = await takeUp(production.inputs, production.method, checkpoint, { ...production.world, ...world });
  return { report, tokens, ...production, hosts: report.hosts.map(({ host, result }) => `${host} ${result}`) };
}
const finished = (...ids: readonly string[]): readonly JobState[] => ids.map((id) => ({ id, state: 'finished', code: 0 }));

test('takes back what was begun, under the lock of the run itself, and frees it', async () => {
  const { report, hosts, tokens, done, releases } = await post();
  expect(report).toMatchObject({ result: 'cancelled', reasonCode: 'cancelled', failures: [], health: 'unhealthy' });
  expect(hosts).toEqual(['web-1 undone', 'web-2 untouched']);
  expect([releases.get('web-1'), tokens]).toEqual([v3, ['earlier']]);
  expect(done.slice(-5)).toEqual(['web-1 undo-checkout', 'web-1 close cancelled drop', 'web-2 close cancelled drop', 'unlock', 'disconnect']);
});

test('leaves everything where on-cancel says stop, and says what is where', async () => {
  const { report, hosts, done, releases } = await post({ inputs: { 'on-cancel': 'stop' } });
  expect([report.result, hosts, releases.get('web-1')]).toEqual(['cancelled', ['web-1 rolled-back', 'web-2 untouched'], v2]);
  expect(done).toContain('web-1 close cancelled leave');
  expect(done.some((each) => each.includes('undo-'))).toBe(false);
});

test('where nothing had been begun there is nothing to take back, on any host', async () => {
  const { report, hosts, done } = await post({ journal: { 'web-1': [], 'web-2': [] } });
  expect([report.result, hosts, done]).toEqual(['cancelled', ['web-1 untouched', 'web-2 untouched'], ['lock', 'unlock', 'disconnect']]);
});

test('a backup that was made stays; production was not touched', async () => {
  const { report, hosts, done } = await post({ journal: { 'web-1': finished('dump'), 'web-2': [] } });
  expect([report.result, hosts]).toEqual(['cancelled', ['web-1 untouched', 'web-2 untouched']]);
  expect(done.filter((each) => each.includes('undo-'))).toEqual([]);
  expect(done).toContain('web-1 close cancelled drop');
});

test.each([['running', true], ['interrupted', false]] as const)('a step that is %s is waited for: %s; undone in both cases', async (state, waited) => {
  const { done, releases } = await post({ journal: { 'web-1': [...finished('dump'), { id: 'checkout', state }], 'web-2': [] } });
  expect(done.filter((each) => each.startsWith('web-1') && each.endsWith('checkout'))).toEqual(waited ? ['web-1 checkout', 'web-1 undo-checkout'] : ['web-1 undo-checkout']);
  expect(releases.get('web-1')).toBe(v3);
});

test('what the finished steps had reported is in the report', async () => {
  const facts = new Map([['backup', ['app']], ['location', ['/b']], ['bytes', ['1']], ['sha256', ['ab']]]);
  const { report } = await post({ act: (_, { id }) => (id === 'dump' ? { kind: 'finished', code: 0, output: '', facts } : undefined) });
  expect(report.backups).toEqual([{ kind: 'app', host: 'web-1', location: '/b', bytes: 1, sha256: 'ab' }]);
});

test('what cannot be taken back needs a person', async () => {
  const { report, hosts } = await post({ act: (_, { id }) => (id === 'undo-checkout' ? { code: 1, output: 'no' } : undefined) });
  expect([report.result, report.reasonCode, hosts]).toEqual(['failed', 'undo-failed', ['web-1 failed', 'web-2 untouched']]);
});

describe('a run that was killed after it was decided how it ends', () => {
  const whole: Options = { journal: { 'web-1': finished('dump', 'checkout', 'close'), 'web-2': finished('checkout') } };
  const settled = { result: 'rolled-back', failures: [], material: 'drop' } as const;

  test('is put away and told, and nothing of it is undone', async () => {
    const { report, hosts, done, releases } = await post(whole, {}, { settled });
    expect([report.result, report.reasonCode, releases.get('web-1')]).toEqual(['rolled-back', '', v2]);
    expect(hosts).toEqual(['web-1 rolled-back', 'web-2 rolled-back']);
    expect(done).toEqual(['lock', 'web-1 close rolled-back drop', 'web-2 close rolled-back drop', 'unlock', 'disconnect']);
  });

  test.each<readonly [Settled['result'], Settled['material'], string]>([['undone', 'drop', 'web-1 undone'], ['failed', 'leave', 'web-1 failed'], ['failed', 'keep', 'web-1 failed']])('%s stays %s, with its reasons', async (result, material, becomes) => {
    const failures = [{ code: material === 'keep' ? 'undo-failed' : 'target-unhealthy', host: 'web-1', what: 'no', fix: 'Look.' }] as const;
    const { report, hosts, done } = await post({}, {}, { settled: { result, failures, material } });
    expect([report.result, report.failures, hosts]).toEqual([result, failures, [becomes, 'web-2 untouched']]);
    expect(done).toEqual(['lock', `web-1 close ${result} ${material}`, `web-2 close ${result} ${material}`, 'unlock', 'disconnect']);
  });

  test('is told also when its lock is gone', async () => {
    const { report, done } = await post({ ...whole, lock: () => { throw new RollbackError({ code: 'locked', what: 'no', fix: 'Wait.' }); } }, {}, { settled });
    expect([report.result, done]).toEqual(['rolled-back', ['disconnect']]);
    expect(report.notes.at(-1)).toContain('could not be put away');
  });
});

describe('when it cannot go on', () => {
  const failing = (code: 'locked' | 'host-unreachable') => new RollbackError({ code, host: 'web-1', what: 'no', fix: 'Wait.' });

  test('a run that took the lock over settles it: nothing of ours is done', async () => {
    const { report, done } = await post({ lock: () => { throw failing('locked'); } });
    expect([report.result, report.failures.map(({ code }) => code), done]).toEqual(['cancelled', ['locked'], ['disconnect']]);
  });

  test('hosts that cannot be reached need a person', async () => {
    const { report } = await post({}, { connect: () => Promise.reject(failing('host-unreachable')) });
    expect([report.result, report.reasonCode]).toEqual(['failed', 'host-unreachable']);
  });

  test('a mistake of this program is told, not thrown, and the lock freed', async () => {
    const { report, done } = await post({}, { http: () => Promise.reject(new TypeError('x is undefined')) });
    expect([report.result, report.failures[0]?.why, done.slice(-2)]).toEqual(['failed', 'x is undefined', ['unlock', 'disconnect']]);
  });
});
