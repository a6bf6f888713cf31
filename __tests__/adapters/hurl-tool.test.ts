import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHurl, pinnedHurl, type HurlRelease } from '../../src/adapters/hurl-tool.ts';
import { failuresIn } from '../../src/errors.ts';
import { serving } from './server.ts';

const machine = `${process.platform}-${process.arch}`;
const log = { info: (line: string) => void said.push(line), warning: () => undefined, error: () => undefined, group: () => undefined };
const kept = ['PATH', 'RUNNER_TOOL_CACHE', 'RUNNER_TEMP', 'no_proxy'] as const;
const before = kept.map((name) => [name, process.env[name]] as const);
let said: string[] = [];
let folder = '';

beforeEach(() => {
  said = [];
  folder = mkdtempSync(join(tmpdir(), 'hurl-tool-'));
  for (const name of ['bin', 'cache', 'temp']) mkdirSync(join(folder, name));
  // The programs that are needed, and surely no Hurl among them.
  for (const name of ['tar', 'gzip', 'sh']) symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(folder, 'bin', name));
  Object.assign(process.env, { PATH: join(folder, 'bin'), RUNNER_TOOL_CACHE: join(folder, 'cache'), RUNNER_TEMP: join(folder, 'temp'), no_proxy: '127.0.0.1' });
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true });
});

function place(name: string, script: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A release with one archive, which a server of this test holds. */
async function release(script = 'echo "hurl 9.9.9 (here)"', more: Partial<HurlRelease> = {}): Promise<HurlRelease & { readonly asked: string[] }> {
  place('made/hurl-9.9.9/bin/hurl', script);
  execFileSync(join(folder, 'bin', 'tar'), ['czf', join(folder, 'hurl.tar.gz'), '-C', join(folder, 'made'), 'hurl-9.9.9'], { env: process.env });
  const archive = readFileSync(join(folder, 'hurl.tar.gz'));
  const asked: string[] = [];
  const { port } = await serving((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/9.9.9/hurl-9.9.9.tar.gz') response.end(archive);
    else if (request.url?.startsWith('/slow/') !== true) response.writeHead(404).end();
  });
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const from = `http://127.0.0.1:${port}${more.from ?? '/9.9.9'}`;
  return { version: '9.9.9', archives: { [machine]: { name: 'hurl-9.9.9', sha256 } }, ...more, from, asked };
}

async function refusal(of: HurlRelease, patience?: number) {
  const [failure] = failuresIn(await findHurl(log, of, patience).catch((thrown: unknown) => thrown));
  return failure;
}

test('one on the PATH is used, and nothing is fetched', async () => {
  place('bin/hurl', 'echo "hurl 8.0.1 (there)"');
  const there = await release();
  expect(await findHurl(log, there)).toBe('hurl');
  expect(there.asked).toEqual([]);
});

test.each([['none', undefined], ['one that is too old', 'echo "hurl 4.3.0 (there)"'], ['one that does not start', 'exit 127']])('with %s it is fetched, checked and kept; the second time it is there', async (_, script) => {
  if (script !== undefined) place('bin/hurl', script);
  const there = await release();
  const program = await findHurl(log, there);
  expect(program).toBe(join(folder, 'cache', 'hurl', '9.9.9', process.arch, 'bin', 'hurl'));
  expect(execFileSync(program, { encoding: 'utf8' })).toBe('hurl 9.9.9 (here)\n');
  expect(await findHurl(log, there)).toBe(program);
  expect(there.asked).toEqual(['/9.9.9/hurl-9.9.9.tar.gz']);
  expect(said).toEqual(['Fetching Hurl 9.9.9 for the .hurl files among the smoke tests']);
  expect(readdirSync(join(folder, 'temp'))).toEqual([]);
});

test('another archive than the pinned one is not unpacked', async () => {
  const there = await release(`touch ${'$0'}.ran`);
  const sha256 = '0'.repeat(64);
  expect(await refusal({ ...there, archives: { [machine]: { name: 'hurl-9.9.9', sha256 } } })).toEqual({
    code: 'missing-tool', what: 'Hurl is not on the runner, and Hurl 9.9.9 could not be put there',
    why: `what was fetched is not what is expected and was not unpacked: its SHA-256 is ${there.archives[machine]?.sha256}, ${sha256} was expected`,
    fix: 'Install Hurl 8 or later in a step before (https://hurl.dev/docs/installation.html), or take the .hurl files out of "smoke-tests".',
  });
  expect(readdirSync(join(folder, 'temp'))).toEqual([]);
  expect(existsSync(join(folder, 'cache', 'hurl'))).toBe(false);
});

test('an archive that is not there, one that does not come, and none for this machine', async () => {
  expect(await refusal(await release(undefined, { from: '/gone' }))).toMatchObject({ why: 'Unexpected HTTP response: 404' });
  expect(await refusal(await release(undefined, { from: '/slow' }), 100)).toMatchObject({ why: 'it was not fetched within 0.1 s' });
  expect(await refusal(await release(undefined, { archives: {} }))).toMatchObject({ why: `there is none for ${machine}` });
});

test('a runner without a tool cache, and a program that lacks a library', async () => {
  expect(await refusal(await release('echo "error while loading shared libraries: libxml2.so.2" >&2; exit 127'))).toMatchObject({ why: 'it does not start: error while loading shared libraries: libxml2.so.2' });
  rmSync(join(folder, 'cache', 'hurl'), { recursive: true });
  delete process.env['RUNNER_TOOL_CACHE'];
  expect(await refusal(await release())).toMatchObject({ why: 'Expected RUNNER_TOOL_CACHE to be defined' });
});

test('what is pinned has a sum for every machine that GitHub lends, of one version', () => {
  expect(Object.keys(pinnedHurl.archives)).toEqual(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);
  for (const { name, sha256 } of Object.values(pinnedHurl.archives)) {
    expect(name.startsWith(`hurl-${pinnedHurl.version}-`)).toBe(true);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(new Set(Object.values(pinnedHurl.archives).map(({ sha256 }) => sha256)).size).toBe(4);
});
