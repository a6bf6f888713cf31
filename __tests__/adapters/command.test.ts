import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../src/adapters/command.ts';

const logged: (readonly [string, string])[] = [];
const log = { info: () => undefined, warning: () => undefined, error: () => undefined, group: (title: string, lines: string) => logged.push([title, lines]) };
beforeEach(() => {
  logged.length = 0;
  process.env['INPUT_PASSWORD'] = 'secret';
  process.env['OWN'] = 'of the runner';
});
afterEach(() => {
  delete process.env['INPUT_PASSWORD'];
  delete process.env['OWN'];
});

test('runs in the runner’s environment and what is given, without the inputs', async () => {
  expect(await runCommand('echo "$OWN, $ROLLBACK_RESULT"\nenv | grep -c INPUT_ >&2 || :', { ROLLBACK_RESULT: 'undone' }, log)).toBeUndefined();
  expect(logged).toEqual([['Command: echo "$OWN, $ROLLBACK_RESULT"', 'of the runner, undone\n0\n']]);
});

test('tells why it failed, by its last words', async () => {
  expect(await runCommand('echo trying; echo "no such channel" >&2; exit 3', {}, log)).toMatchObject({ code: 'before-command-failed', what: 'the command failed with exit status 3', why: 'no such channel' });
  expect(logged).toHaveLength(1);
});

test('a shell that is not there is told, not thrown', async () => {
  const path = process.env['PATH'];
  try {
    process.env['PATH'] = '/nonexistent';
    expect(await runCommand('true', {}, log)).toMatchObject({ code: 'before-command-failed', what: 'the command could not be run', why: expect.stringContaining('sh') });
  } finally {
    process.env['PATH'] = path;
  }
});
