import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { heartbeat } from '../../src/hosts/heartbeat.ts';
import type { Beat } from '../../src/hosts/heartbeat.ts';
import { acquireAll, releaseAll, resumeAll } from '../../src/hosts/lock-all.ts';
import type { Fences } from '../../src/hosts/lock-all.ts';
import type { Clock } from '../../src/ports.ts';
import { local } from './local.ts';
import type { Local } from './local.ts';

let hosts: readonly Local[];
beforeEach(async () => {
  hosts = await Promise.all(['web-2', 'web-1', 'web-3'].map((name) => local({}, { name })));
});
afterEach(async () => void await Promise.all(hosts.map((host) => host[Symbol.asyncDispose]())));

const fences = (token: string): Fences => (name) => ({ place: { folder: join(hosts.find((host) => host.name === name)?.home ?? '', 'lock') }, token });

test('all or none', async () => {
  expect(await acquireAll(hosts.slice(0, 1), fences('theirs'), '{"run":"1"}')).toEqual({ kind: 'taken', takenOver: [] });
  expect(await acquireAll(hosts, fences('ours'), '{"run":"2"}')).toMatchObject({ kind: 'held', by: [{ host: 'web-2', owner: '{"run":"1"}', running: false }] });
  expect(await acquireAll(hosts, fences('third'), '{"run":"3"}')).toMatchObject({ kind: 'held', by: [{ host: 'web-2', owner: '{"run":"1"}' }] });
  expect(await releaseAll(hosts, fences('theirs'))).toEqual([]);
  expect(await acquireAll(hosts, fences('third'), '{"run":"3"}')).toEqual({ kind: 'taken', takenOver: [] });
});

test('of several runs that ask for all at once, one gets all', async () => {
  const runs = Array.from({ length: 6 }, () => randomUUID());
  const orders = [hosts, hosts.toReversed()];
  const ends = await Promise.all(runs.map((run, index) => acquireAll(orders[index % 2] ?? hosts, fences(run), `{"run":"${run}"}`)));
  expect(ends.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
});

test('a host that cannot be locked is told, and the others are free again', async () => {
  const last = hosts.find(({ name }) => name === 'web-3');
  await writeFile(join(last?.home ?? '', 'lock'), 'a file where the folder should be');
  await expect(acquireAll(hosts, fences('ours'), '{}')).rejects.toMatchObject({ failures: [{ host: 'web-3', code: 'no-rights', what: 'the lock cannot be written' }] });
  expect(await acquireAll(hosts.filter((host) => host !== last), fences('theirs'), '{}')).toMatchObject({ kind: 'taken' });
});

test('every host hears of us every ten seconds, and we of a lock that is gone', async () => {
  await acquireAll(hosts, fences('ours'), '{}');
  const first = hosts[0];
  if (first === undefined) throw new Error('No hosts');
  await releaseAll([first], fences('ours'));
  const told: Beat[] = [];
  const slept: number[] = [];
  let rounds = 0;
  const twice = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => 0,
    sleep: (duration, signal) => new Promise((resolve) => {
      slept.push(duration);
      rounds += 1;
      if (rounds <= 2 * hosts.length) return resolve();
      if (rounds === 3 * hosts.length) twice.resolve();
      signal?.addEventListener('abort', () => resolve());
    }),
  };
  {
    await using _beating = heartbeat(hosts, fences('ours'), clock, (beat) => told.push(beat));
    await twice.promise;
  }
  expect(told).toEqual([{ kind: 'lost', host: 'web-2', owner: '' }, { kind: 'lost', host: 'web-2', owner: '' }]);
  expect(new Set(slept)).toEqual(new Set([10_000]));
});

test('an earlier process of the same run is gone on for, unless another run has taken its place, and even if that has ended', async () => {
  await acquireAll(hosts, fences('ours'), '{"run":"1"}');
  expect(await resumeAll(hosts, fences('ours'))).toEqual({ kind: 'taken', takenOver: [] });
  const [first] = hosts;
  if (first === undefined) throw new Error('No hosts');
  await releaseAll([first], fences('ours'));
  expect(await resumeAll(hosts, fences('ours'))).toMatchObject({ kind: 'held', by: [{ host: first.name, gone: true }] });
  await acquireAll(hosts, fences('ours'), '{"run":"1"}');
  await releaseAll([first], fences('ours'));
  await acquireAll([first], fences('theirs'), '{"run":"2"}');
  const resumed = await resumeAll(hosts, fences('ours'));
  expect(resumed).toMatchObject({ kind: 'held', by: [{ host: first.name, owner: '{"run":"2"}' }] });
  expect(resumed).not.toHaveProperty('by.0.gone');
  expect(await acquireAll(hosts, fences('theirs'), '{"run":"2"}'), 'nothing of ours is in the way').toMatchObject({ kind: 'taken' });
});
