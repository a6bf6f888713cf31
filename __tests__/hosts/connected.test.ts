import { expect, test } from 'vitest';
import type { Connection } from '../../src/hosts/connection.ts';
import { connectHosts } from '../../src/hosts/connected.ts';
import { FakeClock } from '../fakes/clock.ts';
import { run } from '../fakes/production.ts';

type Lock = { readonly owner: string; readonly since: number; readonly token?: string; readonly running?: true; readonly stale?: true };

/** Hosts of which only the lock is played; what the lock's own script does is told in lock.test.ts. */
function play(held: Readonly<Record<string, Lock | undefined>>, options: { readonly lockWait?: number; readonly freeAt?: number } = {}) {
  const clock = new FakeClock(Date.parse('2026-11-23T10:00:00Z'));
  const start = clock.now();
  const locks = new Map(Object.entries(held));
  const told: string[] = [];
  const asked: string[] = [];
  let nonce = 0;
  const connectionTo = (name: string): Connection => ({
    alive: true,
    dial: () => Promise.reject(new Error('not here')),
    [Symbol.asyncDispose]: async () => void asked.push(`${name} closed`),
    async exec(stdin) {
      const [, mark = ''] = /nonce='([^']+)'/.exec(stdin) ?? [];
      const [, operation = '', rest = ''] = /rollback-action-lock'\\'' '\\''(\w+)'\\'' "\$lock" '\\''(.*)/.exec(stdin) ?? [];
      const token = rest.split("'")[0] ?? '';
      asked.push(`${name} ${operation} ${token}`);
      const lock = options.freeAt !== undefined && clock.now() >= start + options.freeAt ? undefined : locks.get(name);
      const ours = lock?.token === token;
      const words = { acquire: lock === undefined || ours ? 'taken' : lock.stale ? 'taken-over' : 'held', beat: ours ? 'taken' : 'lost', release: 'released' };
      const facts = [`lock=${words[operation as keyof typeof words]}`];
      if (lock !== undefined) facts.push(`owner=${lock.owner}`, `since=${lock.since}`, ...(lock.running ? ['running=yes'] : []));
      return { kind: 'ended', code: 0, stderr: '', stdout: `\n${mark} begin\n${facts.join('\n')}\n${mark} status 0\n${mark} output\n\n${mark} end\n` };
    },
  });
  const log = { info: (line: string) => told.push(line), warning: (line: string) => told.push(line), error: () => undefined, group: () => undefined };
  const connecting = connectHosts({
    addresses: Object.keys(held).map((name) => ({ name, user: 'deploy', address: name, port: 22 })), open: async ({ name }) => connectionTo(name),
    lockPlace: () => ({ checkout: '/var/www/app', folder: '/var/tmp/lock' }), parallel: 4, lockWait: options.lockWait ?? 0, run, clock, log, nonce: () => `nonce-${nonce++}`,
  });
  return { connecting, clock, told, asked, waited: () => clock.now() - start };
}
const since = Date.parse('2026-11-23T09:58:00Z') / 1000;
const theirs: Lock = { owner: JSON.stringify({ run: '41-1', actor: 'hubot', url: 'https://github.example/runs/41' }), since };

test('hosts cannot be written before the lock is held, and the lock is freed at the end', async () => {
  const { connecting, asked } = play({ 'web-1': undefined, 'web-2': undefined });
  const connected = await connecting;
  expect([...connected.hosts.values()].map((host) => 'perform' in host)).toEqual([false, false]);
  {
    await using locked = await connected.lock();
    expect([[...locked.hosts.values()].every((host) => 'perform' in host), locked.notes]).toEqual([true, []]);
    expect(asked).toEqual([`web-1 acquire ${locked.token}`, `web-2 acquire ${locked.token}`]);
  }
  await connected[Symbol.asyncDispose]();
  expect(asked.slice(2)).toEqual([expect.stringContaining('web-1 release'), expect.stringContaining('web-2 release'), 'web-1 closed', 'web-2 closed']);
});

test('an earlier process of the same run goes on holding its lock, without taking it anew', async () => {
  const { connecting, asked } = play({ 'web-1': { ...theirs, token: 'earlier' } });
  await using locked = await (await connecting).lock('earlier');
  expect([locked.token, locked.notes, asked]).toEqual(['earlier', [], ['web-1 beat earlier']]);
});

test.each<readonly [string, Lock | undefined, RegExp]>([
  ['is another run’s now', theirs, /held by hubot's run 41-1/],
  ['is gone', undefined, /taken over by another run, which has ended since/],
])('it is not had back where it %s; what is ours is freed, and only that', async (_, lock, what) => {
  const { connecting, asked } = play({ 'web-1': lock });
  await expect((await connecting).lock('earlier')).rejects.toMatchObject({ failures: [{ code: 'locked', host: 'web-1', what: expect.stringMatching(what) }] });
  expect(asked).toEqual(['web-1 beat earlier', 'web-1 release earlier']);
});

test('a lock that is left is not freed', async () => {
  const { connecting, asked } = play({ 'web-1': undefined });
  {
    await using locked = await (await connecting).lock();
    locked.leave();
  }
  expect(asked).toEqual([expect.stringContaining('web-1 acquire')]);
});

test.each<readonly [string, Lock, string, RegExp]>([
  ['who, since when and where to look', theirs, "the lock is held by hubot's run 41-1 since 2026-11-23T09:58:00.000Z (https://github.example/runs/41)", /Wait for that run to end/],
  ['a step that outlives its run', { ...theirs, running: true }, "the lock is held by hubot's run 41-1 since 2026-11-23T09:58:00.000Z (https://github.example/runs/41)", /a step of it still runs/],
  ['no address outside of GitHub', { ...theirs, owner: '{"run":"local-1","actor":"hubot"}' }, "the lock is held by hubot's run local-1 since 2026-11-23T09:58:00.000Z", /Wait/],
  ['an owner that cannot be read', { ...theirs, owner: '{"run' }, 'the lock is held by a run that did not say who it is', /Wait/],
])('a held lock says %s', async (_, lock, what, fix) => {
  const { connecting, waited } = play({ 'web-1': lock });
  await expect((await connecting).lock()).rejects.toMatchObject({ failures: [{ code: 'locked', host: 'web-1', what, fix: expect.stringMatching(fix) }] });
  expect(waited(), 'it is not waited for').toBe(0);
});

test('it is waited for as long as lock-wait says, and no longer', async () => {
  const { connecting, waited, told } = play({ 'web-1': theirs }, { lockWait: 60_000 });
  await expect((await connecting).lock()).rejects.toMatchObject({ failures: [{ code: 'locked' }] });
  expect(waited()).toBe(60_000);
  expect(told).toHaveLength(12);
  expect(told[0]).toContain("hubot's run 41-1");
});

test('one that is freed meanwhile is had', async () => {
  const { connecting, waited } = play({ 'web-1': theirs }, { lockWait: 60_000, freeAt: 22_000 });
  await using locked = await (await connecting).lock();
  expect([locked.notes, waited()]).toEqual([[], 25_000]);
});

test('whose lock was taken over is told', async () => {
  const { connecting } = play({ 'web-1': { ...theirs, stale: true } });
  await using locked = await (await connecting).lock();
  expect(locked.notes).toEqual(["web-1: the lock of hubot's run 41-1 since 2026-11-23T09:58:00.000Z (https://github.example/runs/41) gave no sign of life for 30 s and was taken over."]);
});
