import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepTraffic, writeConfig } from '../../src/commands/nginx.ts';
import { prelude } from '../../src/hosts/prelude.ts';
import { shells } from './nginx-shells.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const asFound = 'the file as it was found';
const page = 'the page of a run that was interrupted';

test.each(shells.flatMap(([shell, ...rest]) => [
  { shell, rest, there: asFound, refused: false, what: 'the file as it was found, which an undo has put back' },
  { shell, rest, there: page, refused: false, what: 'the file as it was looked at' },
  { shell, rest, there: 'a third text', refused: true, what: 'what somebody else has written meanwhile' },
]))('in $shell a page written over $what is refused: $refused', ({ shell, rest, there, refused }) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nginx-write-')));
  try {
    const file = join(folder, 'app.conf');
    const place = { environment: 'production', file, upstream: 'app' };
    const run = (script: string) => spawnSync(shell, [...rest], { input: `${prelude}set -eu\nexec 3>/dev/null\n${script}`, encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') } });
    writeFileSync(file, asFound);
    expect(run(keepTraffic(place, { runJson: '{}', hash: hash(asFound) }))).toMatchObject({ status: 0 });
    writeFileSync(file, there);
    const { stderr } = run(writeConfig(place, { way: 'direct', unit: '', text: page, expectedHash: hash(page) }));
    expect(stderr.includes('somebody else works on it')).toBe(refused);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a text that did not arrive whole is not written, though nothing else would stop the script', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nginx-write-')));
  try {
    const file = join(folder, 'app.conf');
    const place = { environment: 'production', file, upstream: 'app' };
    const run = (script: string) => spawnSync('sh', [], { input: `${prelude}exec 3>/dev/null\nbase64() { command base64 "$@" | head -c 3; }\n${script}`, encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') } });
    writeFileSync(file, asFound);
    run(keepTraffic(place, { runJson: '{}', hash: hash(asFound) }));
    const { status, stderr } = run(writeConfig(place, { way: 'direct', unit: '', text: page, expectedHash: hash(asFound) }));
    expect([status, stderr]).toEqual([1, expect.stringContaining('did not arrive whole')]);
    expect(readFileSync(file, 'utf8')).toBe(asFound);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
