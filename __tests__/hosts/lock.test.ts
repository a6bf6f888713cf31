import { spawnSync } from 'node:child_process';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, beatLock, releaseLock, staleAfter } from '../../src/hosts/lock.ts';
import type { LockPlace } from '../../src/hosts/lock-place.ts';
import type { Answer } from '../../src/ports.ts';
import { until } from '../fleet/until.ts';
import { local } from './local.ts';
import type { Local } from './local.ts';

let host: Local;
let place: LockPlace;
let lock: string;
beforeEach(async () => {
  host = await local();
  place = { folder: join(host.home, 'lock') };
  lock = join(host.home, 'lock/rollback-action.lock');
});
afterEach(() => host[Symbol.asyncDispose]());

const facts = ({ code, facts: all, output }: Answer): unknown => {
  expect({ code, output }).toEqual({ code: 0, output: '' });
  return Object.fromEntries([...all].filter(([name]) => name !== 'since').map(([name, values]) => [name, values[0]]));
};
const acquire = async (token: string): Promise<unknown> => facts(await host.ask(acquireLock(place, token, `{"run":"${token}"}`)));
const beat = async (token: string): Promise<unknown> => facts(await host.ask(beatLock(place, token)));
const release = async (token: string): Promise<unknown> => facts(await host.ask(releaseLock(place, token)));
/** The last sign of life was so many seconds ago. */
const silent = (seconds: number): Promise<void> => writeFile(join(lock, 'beat'), `${Math.floor(Date.now() / 1000) - seconds}\n`);

test('it is one run\'s until that run frees it', async () => {
  expect(await acquire('ours')).toEqual({ lock: 'taken', owner: '{"run":"ours"}' });
  expect(await acquire('ours')).toEqual({ lock: 'taken', owner: '{"run":"ours"}' });
  expect(await acquire('theirs')).toEqual({ lock: 'held', owner: '{"run":"ours"}' });
  expect(await beat('theirs')).toEqual({ lock: 'lost', owner: '{"run":"ours"}' });
  expect(await release('theirs')).toEqual({ lock: 'lost', owner: '{"run":"ours"}' });
  expect(await release('ours')).toEqual({ lock: 'released' });
  expect(await release('ours')).toEqual({ lock: 'lost' });
  expect(await acquire('theirs')).toEqual({ lock: 'taken', owner: '{"run":"theirs"}' });
  expect(await readdir(place.folder)).toEqual(['rollback-action.lock']);
});

test('since when it is held is told by the host\'s clock', async () => {
  const { facts: all } = await host.ask(acquireLock(place, 'ours', '{}'));
  expect(Math.abs(Number(all.get('since')?.[0]) - Date.now() / 1000)).toBeLessThan(60);
});

test('of twenty at once one gets it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => acquire(`run-${index}`)));
  const taken = answers.filter((answer) => JSON.stringify(answer).includes('"taken"'));
  expect(taken).toHaveLength(1);
  expect(answers.filter((answer) => JSON.stringify(answer).includes('"held"'))).toHaveLength(19);
  expect(new Set(answers.map((answer) => JSON.stringify(answer).replace('taken', 'held'))).size).toBe(1);
});

describe('after a silence', () => {
  beforeEach(() => acquire('dead'));

  test('of 20 s it is still held', async () => {
    await silent(20);
    expect(await acquire('ours')).toMatchObject({ lock: 'held' });
  });

  test(`of more than ${staleAfter} s it is taken over, by one, and the dead cannot go on`, async () => {
    await silent(staleAfter + 5);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(acquire));
    expect(answers.filter((answer) => JSON.stringify(answer) === '{"lock":"taken-over","owner":"{\\"run\\":\\"dead\\"}"}')).toHaveLength(1);
    expect(answers.filter((answer) => JSON.stringify(answer).includes('"held"'))).toHaveLength(3);
    expect(await beat('dead')).toMatchObject({ lock: 'lost' });
    await using late = await local({ place, token: 'dead' }, { home: host.home });
    expect(await late.perform({ id: 'late', script: 'touch "$HOME/late"', limit: 5000 })).toMatchObject({ kind: 'fenced' });
  });

  test('a sign of life keeps it', async () => {
    await silent(staleAfter + 5);
    expect(await beat('dead')).toMatchObject({ lock: 'taken' });
    expect(await acquire('ours')).toMatchObject({ lock: 'held' });
  });

  test('a clock that was put back does not hold it for ever', async () => {
    await silent(-1000);
    expect(await acquire('ours')).toMatchObject({ lock: 'taken-over' });
  });

  test('it is held while one of its jobs still runs, and no longer', async () => {
    spawnSync('mkfifo', [join(host.home, 'fifo')]);
    await using dead = await local({ place, token: 'dead' }, { home: host.home });
    const running = dead.perform({ id: 'running', script: 'touch "$HOME/up"; read -r x <"$HOME/fifo"', limit: 20_000 });
    await until('the job runs', () => access(join(host.home, 'up')).then(() => true));
    await silent(staleAfter + 5);
    expect(await acquire('ours')).toEqual({ lock: 'held', owner: '{"run":"dead"}', running: 'yes' });
    await writeFile(join(host.home, 'fifo'), 'go\n');
    await running;
    expect(await acquire('ours')).toMatchObject({ lock: 'taken-over' });
  });

  test.each(['beat', 'token', 'owner'])('a lock without its file %s is taken over', async (file) => {
    await silent(staleAfter + 5);
    await rm(join(lock, file));
    expect((await host.ask(acquireLock(place, 'ours', '{}'))).facts.get('lock')).toEqual(['taken-over']);
    expect(await readFile(join(lock, 'token'), 'utf8')).toBe('ours\n');
  });
});

test('it lies in the checkout\'s git folder, also of a worktree; else in the folder', async () => {
  const git = (...words: string[]): void => {
    const { status, stderr } = spawnSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...words], { cwd: host.home, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  git('init', '-q', "it's an app");
  git('-C', "it's an app", 'commit', '-q', '--allow-empty', '-m', 'x');
  git('-C', "it's an app", 'worktree', 'add', '-q', '../tree');
  await mkdir(join(host.home, 'none'));
  const where = async (checkout: string): Promise<string> => {
    const { code } = await host.ask(acquireLock({ checkout: join(host.home, checkout), folder: join(host.home, 'lock') }, 'ours', '{}'));
    expect(code).toBe(0);
    return spawnSync('find', ['.', '-name', 'rollback-action.lock'], { cwd: host.home, encoding: 'utf8' }).stdout.trim();
  };
  expect(await where("it's an app")).toBe("./it's an app/.git/rollback-action.lock");
  await rm(join(host.home, "it's an app/.git/rollback-action.lock"), { recursive: true });
  expect(await where('tree')).toBe("./it's an app/.git/worktrees/tree/rollback-action.lock");
  await rm(join(host.home, "it's an app"), { recursive: true });
  expect(await where('none')).toBe('./lock/rollback-action.lock');
});
