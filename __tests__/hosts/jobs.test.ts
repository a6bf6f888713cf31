import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, releaseLock } from '../../src/hosts/lock.ts';
import { until } from '../fleet/until.ts';
import { local } from './local.ts';
import type { Local } from './local.ts';

let host: Local;
beforeEach(async () => {
  host = await local();
  await host.ask(acquireLock({ folder: join(host.home, 'lock') }, 'ours', '{"run":"7-1"}'));
});
afterEach(() => host[Symbol.asyncDispose]());

const limit = 20_000;
const effects = async (): Promise<string> => readFile(join(host.home, 'effects'), 'utf8');

test('a job tells status, facts and both streams in their order', async () => {
  expect(await host.perform({ id: 'checkout', script: 'fact a b; echo one; echo two >&2; echo three; exit 3', limit })).toEqual({
    kind: 'finished', code: 3, facts: new Map([['a', ['b']]]), output: 'one\ntwo\nthree',
  });
});

test('a job runs once, however often and by how many it is asked for', async () => {
  const job = { id: 'once', script: 'echo ran >>"$HOME/effects"; sleep 0.2; fact a b', limit };
  const ends = await Promise.all(Array.from({ length: 8 }, () => host.perform(job)));
  expect([...ends, await host.perform({ ...job, script: 'exit 9' })]).toEqual(Array(9).fill({ kind: 'finished', code: 0, facts: new Map([['a', ['b']]]), output: '' }));
  expect(await effects()).toBe('ran\n');
});

test('a job beyond its limit is ended, whether it ends when it is told to or takes its time', async () => {
  const ends = await Promise.all(['fact before it; sleep 20', 'trap "" TERM; fact before it; sleep 2'].map((script, index) =>
    host.perform({ id: `long-${index}`, script, limit: 1000 })));
  expect(ends).toMatchObject(Array(2).fill({ kind: 'timeout', facts: new Map([['before', ['it']]]) }));
});

test('what a job writes is private, unless it asks for what the host would do', async () => {
  const script = 'fact own "$(umask)"; umask "$login_umask"; fact login "$(umask)"';
  const end = await host.perform({ id: 'umask', script, limit });
  const asked = await host.ask(script);
  expect('facts' in end && [end.facts.get('own'), end.facts.get('login')]).toEqual([['0077'], asked.facts.get('login')]);
  expect(asked.facts.get('login')).toEqual([spawnSync('sh', ['-c', 'umask'], { encoding: 'utf8' }).stdout.trim()]);
});

const killEverything = 'kill -9 $(ps -o ppid= -p $PPID) $PPID $$; sleep 5';

test('a job that was killed with all its processes is run again', async () => {
  const script = `echo try >>"$HOME/effects"; fact try it; if [ "$(wc -l <"$HOME/effects")" -lt 3 ]; then ${killEverything}; fi; echo done`;
  expect(await host.perform({ id: 'killed', script, limit })).toMatchObject({ kind: 'finished', code: 0, facts: new Map([['try', ['it']]]), output: 'done' });
  expect(await effects()).toBe('try\n'.repeat(3));
});

test('a job that is always killed is given up after three times', async () => {
  const job = { id: 'killed', script: `echo try >>"$HOME/effects"; ${killEverything}`, limit };
  const given = { kind: 'finished', code: 75, output: expect.stringContaining('Interrupted 3 times; not started again') };
  expect(await host.perform(job)).toMatchObject(given);
  expect(await host.perform(job)).toMatchObject(given);
  expect(await effects()).toBe('try\n'.repeat(3));
});

test('a daemon that a job leaves behind does not hold its result', async () => {
  const { output } = await host.perform({ id: 'daemon', script: 'setsid sleep 600 >/dev/null 2>&1 & echo $!', limit }).then((end) => ('output' in end ? end : { output: '' }));
  expect(await host.journal()).toEqual([{ id: 'daemon', state: 'finished', code: 0 }]);
  process.kill(Number(output));
});

describe('the fence', () => {
  const job = { id: 'fenced', script: 'echo ran >>"$HOME/effects"', limit };

  test('without the lock nothing starts', async () => {
    await host.ask(releaseLock({ folder: join(host.home, 'lock') }, 'ours'));
    expect(await host.perform(job)).toEqual({ kind: 'fenced', owner: '' });
    await expect(effects()).rejects.toThrow(/ENOENT/);
  });

  test('under another\'s lock nothing starts, but what finished is still told', async () => {
    await host.perform({ ...job, id: 'before', script: 'fact a b' });
    await host.ask(releaseLock({ folder: join(host.home, 'lock') }, 'ours'));
    await host.ask(acquireLock({ folder: join(host.home, 'lock') }, 'theirs', '{"run":"8-1"}'));
    expect(await host.perform(job)).toEqual({ kind: 'fenced', owner: '{"run":"8-1"}' });
    expect(await host.perform({ ...job, id: 'before' })).toMatchObject({ kind: 'finished', code: 0, facts: new Map([['a', ['b']]]) });
    await expect(effects()).rejects.toThrow(/ENOENT/);
  });
});

test('the secret is in no argument, no environment and no file while a job has it', async () => {
  const secret = 'hunter2 \'"$`\\ \n é';
  await writeFile(join(host.home, 'other'), '');
  spawnSync('mkfifo', [join(host.home, 'fifo')]);
  const ending = host.perform({ id: 'secret', script: 'echo up >"$HOME/up"; read -r x <"$HOME/fifo"; printf %s "$secret" | wc -c', secret, limit });
  await until('the job waits', async () => (await readFile(join(host.home, 'up'), 'utf8')) === 'up\n' || undefined);
  const seen: string[] = [];
  for (const process of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const file of ['cmdline', 'environ']) {
      const text = await readFile(`/proc/${process}/${file}`, 'latin1').catch(() => '');
      if (text.includes('hunter2')) seen.push(`${process} ${file}`);
    }
  }
  expect(seen).toEqual([]);
  expect(spawnSync('grep', ['-rl', '--devices=skip', 'hunter2', host.home], { encoding: 'utf8' }).stdout).toBe('');
  await writeFile(join(host.home, 'fifo'), 'go\n');
  expect(await ending).toMatchObject({ kind: 'finished', code: 0, output: String(Buffer.byteLength(secret)) });
});

test('the journal tells the jobs in their order, and what became of each', async () => {
  expect(await host.journal()).toEqual([]);
  spawnSync('mkfifo', [join(host.home, 'fifo')]);
  await host.perform({ id: 'z-first', script: 'exit 4', limit });
  await host.perform({ id: 'late', script: 'sleep 5', limit: 500 });
  const running = host.perform({ id: 'a-third', script: 'read -r x <"$HOME/fifo"', limit });
  await until('it is started', async () => (await host.journal()).length === 3 || undefined);
  expect(await host.journal()).toEqual([
    { id: 'z-first', state: 'finished', code: 4 }, { id: 'late', state: 'finished', code: 124 }, { id: 'a-third', state: 'running' },
  ]);
  await writeFile(join(host.home, 'fifo'), 'go\n');
  await running;
  await rm(join(host.home, '.local/state/rollback-action/production/7-1/a-third/rc'));
  expect((await host.journal()).at(-1)).toEqual({ id: 'a-third', state: 'interrupted' });
});

describe('a job that cannot be written down is not started', () => {
  test('when the journal is no folder', async () => {
    await writeFile(join(host.home, '.local'), '');
    expect(await host.perform({ id: 'x', script: 'echo ran >>"$HOME/effects"', limit })).toMatchObject({
      kind: 'finished', code: 74, output: expect.stringMatching(/^The job was not started: .*(Not a directory|File exists|exists but is not)/),
    });
    await expect(effects()).rejects.toThrow(/ENOENT/);
  });

  const mounts = ['unshare', ...(process.getuid?.() === 0 ? ['-m'] : ['-rm'])];
  const canMount = spawnSync(mounts[0] ?? '', [...mounts.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
  if (!canMount) console.warn('!!! SKIPPED, NOT TESTED: a full disk, because this user can mount nothing !!!');
  test.skipIf(!canMount && process.env['CI'] === undefined)('when the disk is full', async () => {
    const state = join(host.home, '.local/state');
    await mkdir(state, { recursive: true });
    const wrapper = join(host.home, 'shell');
    await writeFile(wrapper, `#!/bin/sh\nmount -t tmpfs -o size=16k none ${state} && exec sh "$@"\n`, { mode: 0o755 });
    await using full = await local({}, { home: host.home, shell: `${mounts.join(' ')} ${wrapper}` });
    expect(await full.perform({ id: 'x', script: `echo ran >>"$HOME/effects" # ${'x'.repeat(40_000)}`, limit })).toMatchObject({
      kind: 'finished', code: 74, output: expect.stringContaining('No space left on device'),
    });
    await expect(effects()).rejects.toThrow(/ENOENT/);
  });
});

test('a job\'s id is a plain file name', async () => {
  for (const id of ['', '.', '..', '../x', 'a/b', 'A', 'a b', '-x']) {
    await expect(host.perform({ id, script: 'true', limit })).rejects.toThrow(RangeError);
  }
});
