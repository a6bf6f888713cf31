/** The journals of hosts as the second source. */
import { expect, test } from 'vitest';
import { guard } from '../../src/guarding.ts';
import { recordEnd } from '../../src/hosts/history.ts';
import { readGuardInputs } from '../../src/inputs/guard.ts';
import { key, knownHostsLine } from '../inputs/good.ts';
import { hostFolder, type Folder } from '../watch/hosts.ts';

const sha = (letter: string): string => letter.repeat(40);
const run = { id: '43-1', url: '', actor: 'hubot', trigger: 'push', repository: 'green/matchers', serverUrl: 'https://github.com', environment: 'production', method: 'guard', reason: '', dryRun: false, startedAt: 0 };
const inputs = readGuardInputs({ hosts: 'deploy@web-1\ndeploy@web-2', 'ssh-private-key': key, 'ssh-known-hosts': knownHostsLine, 'app-dir': '/host/app' }, undefined);

async function remembered(folder: Folder, host: string, result: string): Promise<void> {
  const connected = await folder.connect({ name: host, user: 'deploy', address: host, port: 22 });
  await connected.hosts.get(host)?.ask(recordEnd('production', { time: 1_763_899_200_000, run: '42-1', result, from: sha('b'), to: sha('2'), actor: 'octocat', reason: 'error rate 23 %' }));
}

const asked = (folder: Folder, commit: string) => guard(inputs, run, sha(commit), { connect: folder.connect, records: () => Promise.resolve(undefined), compare: () => Promise.resolve({ contains: false, commits: [] }) });

test('a host remembers what was rolled back, who did it and why', async () => {
  using folder = hostFolder();
  folder.write('web-1', '/host/app/x', '');
  await remembered(folder, 'web-2', 'rolled-back');
  const { verdict, notes } = await asked(folder, 'b');
  expect(verdict).toMatchObject({ allowed: false, code: 'rolled-back-before', reason: 'this commit was rolled back: by octocat at 2025-11-23T12:00:00.000Z, because "error rate 23 %" (remembered by web-2)' });
  expect(notes).toEqual(['GitHub\'s deployment records could not be read.']);
});

test('and lets another one through', async () => {
  using folder = hostFolder();
  await remembered(folder, 'web-1', 'rolled-back');
  expect((await asked(folder, 'd')).verdict).toMatchObject({ allowed: true, code: '' });
});

test('a rollback that failed keeps everything out', async () => {
  using folder = hostFolder();
  await remembered(folder, 'web-1', 'failed');
  expect((await asked(folder, 'd')).verdict).toMatchObject({ allowed: false, code: 'environment-locked' });
});

test('one host is enough; with none, nothing is known', async () => {
  using folder = hostFolder();
  folder.lose('web-1');
  const { verdict, notes } = await asked(folder, 'd');
  expect(verdict.allowed).toBe(true);
  expect(notes.join('\n')).toContain('web-1: cannot connect');
  folder.lose('web-2');
  expect((await asked(folder, 'd')).verdict).toMatchObject({ allowed: false, code: 'unknown' });
});
