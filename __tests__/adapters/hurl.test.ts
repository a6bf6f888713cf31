import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hurlAt } from '../../src/adapters/hurl.ts';
import { resultsOf } from '../../src/checks/hurl-results.ts';
import { fileNamed, recorded } from '../checks/hurl/recorded.ts';
import { session, shop } from '../checks/hurl/server.ts';
import { serving } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'hurl-'));
afterAll(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;

/** A program in Hurl's place. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('Hurl gets its variables and where things are; nothing else of the job, and none of its own options', async () => {
  const env = {
    PATH: process.env['PATH'], HURL_VARIABLE_base: 'https://shop.test', HURL_SECRET_pin: 'a b"c', HURL_VARIABLE_api_token: 'hunter2', HURL_SECRET_short: 'abc',
    HURL_NO_ASSERT: '1', HURL_base: 'x', GITHUB_TOKEN: 'ghs', 'INPUT_SSH-PASSPHRASE': 'sesame', https_proxy: 'http://proxy.test', HOME: '/home/runner',
  };
  const hurl = hurlAt(program('shows', 'env | sort | grep -v -e ^_= -e ^PWD= -e ^PATH= -e ^SHLVL= -e ^OLDPWD=; echo "$@" >&2; pwd >&2'), folder, env);
  expect(await hurl.run('-x.hurl', 5000, never)).toEqual({
    kind: 'ended', code: 0, results: 'HURL_SECRET_pin=a b"c\nHURL_SECRET_short=abc\nHURL_VARIABLE_api_token=hunter2\nHURL_VARIABLE_base=https://shop.test\n',
    trouble: `--json --no-color --max-time 10 --connect-timeout 10 --no-proxy * ${folder}/-x.hurl\n${folder}\n`,
  });
  expect([...hurl.variables]).toEqual(['base', 'pin', 'api_token', 'short']);
  expect(hurl.secrets).toEqual(['a b"c', 'a%20b%22c', 'a b\\"c', 'hunter2']);
});

test.each<[string, string, object]>([
  ['fails', 'echo {}; echo error: no >&2; exit 4', { kind: 'ended', code: 4, results: '{}\n', trouble: 'error: no\n' }],
  ['hangs', 'exec sleep 60', { kind: 'late' }],
  ['floods', 'exec yes', { kind: 'unrun', why: 'Hurl printed more than 16 MiB' }],
  ['dies', 'kill -SEGV $$', { kind: 'unrun', why: 'Hurl was ended by SIGSEGV' }],
])('one that %s', async (name, script, end) => {
  expect(await hurlAt(program(name, script), folder, process.env).run('a.hurl', name === 'hangs' ? 300 : 20_000, never)).toEqual(end);
});

test('one that is not there, and a run that has ended', async () => {
  expect(await hurlAt(join(folder, 'none'), folder, {}).run('a.hurl', 5000, never)).toMatchObject({ kind: 'unrun', why: expect.stringContaining('ENOENT') });
  const ending = new AbortController();
  const running = hurlAt(program('waits', 'exec sleep 60'), folder, process.env).run('a.hurl', 60_000, ending.signal);
  ending.abort();
  expect(await running).toEqual({ kind: 'unrun', why: 'the run was ended before it had' });
});

const installed = /^hurl [89]\./.test(spawnSync('hurl', ['--version'], { encoding: 'utf8' }).stdout ?? '');

describe.skipIf(!installed)('Hurl itself (skipped where hurl 8 is not installed)', () => {
  const open = async () => {
    const { port } = await serving(shop);
    const env = { PATH: process.env['PATH'], HURL_VARIABLE_base: `http://127.0.0.1:${port}`, HURL_SECRET_session: session, HURL_NO_ASSERT: 'true', http_proxy: 'http://127.0.0.1:1' };
    return { port, hurl: hurlAt('hurl', join(import.meta.dirname, '..'), env) };
  };
  const plain = (text: string, port: number) => text.replaceAll(`127.0.0.1:${port}`, '127.0.0.1:8765').replace(/\d+ (ms|milliseconds)/g, 'some ms');

  test.each(['shop', 'status', 'asserts', 'refused', 'slow', 'moved', 'retried', 'capture', 'syntax', 'empty', 'unset'])('%s: the same as recorded', async (name) => {
    const { port, hurl } = await open();
    const told = (end: Awaited<ReturnType<typeof hurl.run>>) => resultsOf(fileNamed(name), end, { tries: 1, secrets: hurl.secrets, limit: 60_000 })
      .map((result) => ({ ...result, milliseconds: 0, message: plain(result.message, port), url: plain(result.url, port) }));
    expect(told(await hurl.run(`checks/hurl/${name}.hurl`, 20_000, never))).toEqual(told(recorded(name)));
  });

  test('reads a file without asking anything', async () => {
    const { hurl } = await open();
    expect(await hurl.check('checks/hurl/refused.hurl')).toMatchObject({ kind: 'ended', code: 0 });
    expect(await hurl.check('checks/hurl/syntax.hurl')).toMatchObject({ kind: 'ended', code: 2 });
    expect(await hurl.check('checks/hurl/none.hurl')).toMatchObject({ kind: 'ended', code: 1 });
  });
});
