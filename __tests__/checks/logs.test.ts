import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { excerptsIn, type LogPosition, positions, positionsIn, since } from '../../src/checks/logs.ts';
import { askHere, shells } from './host-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "it's a log "));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('in %s', (_, shell) => {
  /** What a person is shown of files that something happened to. */
  function shown(names: readonly string[], happens: () => void, user?: number): string[] {
    const files = names.map((name) => join(folder, name));
    const as = { shell, ...(user !== undefined && { user }) };
    const before = positionsIn(files, askHere(positions(files), as));
    happens();
    const excerpts = excerptsIn('web-1', before, askHere(since(before), as));
    expect(excerpts.map(({ host, file }) => [host, file])).toEqual(files.map((file) => ['web-1', file]));
    return excerpts.map(({ text }) => text);
  }
  const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(folder, name), text);
  const append = (name: string, text: string | Uint8Array): void => appendFileSync(join(folder, name), text);

  test('what was added to each file is shown, and nothing else', () => {
    write('app.log', 'old\n');
    write('$(touch pwned); .log', 'old');
    write('quiet.log', 'old\n');
    expect(shown(['app.log', '$(touch pwned); .log', 'quiet.log'], () => {
      append('app.log', 'first\n\n  second = 2\n');
      append('$(touch pwned); .log', ' and new, without an end of line');
    })).toEqual(['first\n\n  second = 2', ' and new, without an end of line', '(nothing was written to it)']);
  });

  test('a file that is rotated, emptied in place, new or gone', () => {
    for (const name of ['rotated.log', 'emptied.log', 'gone.log']) write(name, 'old old old\n');
    expect(shown(['rotated.log', 'emptied.log', 'new.log', 'gone.log', 'never.log'], () => {
      renameSync(join(folder, 'rotated.log'), join(folder, 'rotated.log.1'));
      write('rotated.log', 'a line longer than all that was there before\n');
      truncateSync(join(folder, 'emptied.log'));
      append('emptied.log', 'new\n');
      write('new.log', 'new\n');
      rmSync(join(folder, 'gone.log'));
    })).toEqual(['a line longer than all that was there before', 'new', 'new', '(there is no such file)', '(there is no such file)']);
  });

  test('a folder and a pipe are no log files', () => {
    mkdirSync(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(shown(['folder', 'pipe'], () => {})).toEqual(['(not a regular file)', '(not a regular file)']);
  });

  test('of much, the end: 200 lines, 32 KiB', () => {
    write('lines.log', 'old\n');
    write('bytes.log', 'old\n');
    const [lines = '', bytes = ''] = shown(['lines.log', 'bytes.log'], () => {
      append('lines.log', Array.from({ length: 1000 }, (_line, index) => `line ${index}\n`).join(''));
      append('bytes.log', `${'x'.repeat(99)}\n`.repeat(10_000));
    });
    expect(lines.split('\n')).toHaveLength(201);
    expect(lines).toMatch(/^\(the end of 8890 bytes\)\nline 800\n[^]*\nline 999$/);
    expect(bytes).toMatch(/^\(the end of 1000000 bytes\)\nx+\nx/);
    expect(bytes.length).toBeGreaterThan(15_000);
    expect(bytes.length).toBeLessThan(33_000);
  });

  test('bytes that are no text do no harm', () => {
    write('app.log', '');
    const [text = ''] = shown(['app.log'], () => append('app.log', Buffer.from([0x61, 0, 0x62, 0xff, 0x09, 0x1b, 0x5b, 0x63, 0x0a, 0x64, 0x0d, 0x0a])));
    expect(text).toMatch(/^ab\ufffd  \[c\nd ?$/);
  });

  test.runIf(process.getuid?.() === 0)('without the right to read it, that is said', () => {
    write('secret.log', 'old\n');
    chmodSync(join(folder, 'secret.log'), 0o600);
    mkdirSync(join(folder, 'closed'), { mode: 0o700 });
    write('closed/app.log', 'old\n');
    expect(shown(['secret.log', 'closed/app.log'], () => append('secret.log', 'new\n'), 65_534)).toEqual(['(no permission to read it)', '(no permission to read it)']);
  });
});

test('what a host says is believed only when it is a position', () => {
  const lies = ['12 34; rm -rf /', '12', '$(id) 5', '-1 -2', '', 'at'];
  const facts = new Map(lies.map((lie, index) => [`log-position-${index}`, [lie]]));
  expect([...positionsIn(lies, facts).values()]).toEqual(lies.map((): LogPosition => ({ state: 'unknown' })));
  expect(positionsIn(['/a'], new Map())).toEqual(new Map([['/a', { state: 'unknown' }]]));
});

test('a file whose position is not known is not shown', () => {
  const all = new Map<string, LogPosition>([['/etc/passwd', { state: 'unknown' }]]);
  expect(excerptsIn('web-1', all, askHere(since(all)))).toEqual([{ host: 'web-1', file: '/etc/passwd', text: '(could not be read)' }]);
});
