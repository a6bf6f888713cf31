import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { local } from './local.ts';
import type { Local } from './local.ts';

let host: Local;
beforeAll(async () => {
  host = await local();
});
afterAll(() => host[Symbol.asyncDispose]());

test('facts come apart from what is printed, and nothing is written', async () => {
  expect(await host.ask(`fact head abc  def; printf '1\\n2' | facts row; echo out; echo err >&2; say 'to  you'; fact head again; exit 7`)).toEqual({
    code: 7, facts: new Map([['head', ['abc def', 'again']], ['row', ['1', '2']]]), output: 'out\nerr\nto  you',
  });
  expect(await readdir(host.home)).toEqual([]);
});

test.each([
  ['newlines and controls in a fact', `fact a "$(printf 'x\\ny\\tz\\033[1m')"`, { facts: new Map([['a', ['x y z [1m']]]) }],
  ['text that is not ASCII', `fact a 'é €'; echo 'ü'`, { facts: new Map([['a', ['é €']]]), output: 'ü' }],
  ['NUL', `printf 'a\\000b'`, { output: 'ab' }],
  ['a failing command ends it', 'echo one; false; echo two', { code: 1, output: 'one' }],
  ['an unset variable ends it', 'echo "$nowhere"; echo two', { code: 2 }],
  ['a syntax error', 'if (', { code: 2, facts: new Map() }],
  ['standard input is empty', 'cat; read -r x || echo none', { output: 'none' }],
  ['the environment', 'fact e "$LC_ALL $GIT_OPTIONAL_LOCKS $PYTHONDONTWRITEBYTECODE $(umask) ${CDPATH-none}"', { facts: new Map([['e', ['C 0 1 0077 none']]]) }],
  ['sbin is on the path', 'case :$PATH: in *:/usr/sbin:*) ;; *) exit 1 ;; esac', { code: 0 }],
])('%s', async (_, script, answer) => {
  expect(await host.ask(script)).toMatchObject(answer);
});

test('the secret is whatever it is, and not in the environment', async () => {
  const secret = " it's $HOME\\n \"q\"\n\n";
  expect(await host.ask(`printf '%s' "$secret" | od -An -tx1 -v | tr -d ' \\n'; env | grep -c '^secret=' || true`, { secret })).toMatchObject({
    output: `${Buffer.from(secret).toString('hex')}0`,
  });
});

test('of much output the end is told', async () => {
  const { output, facts } = await host.ask("head -c 3000000 /dev/zero | tr '\\000' x; echo; echo last; fact after it");
  expect(output).toMatch(/^x+\nlast$/);
  expect(output.length).toBe(64 * 1024 - 1);
  expect(facts.get('after')).toEqual(['it']);
});

describe('a host on which the script does not run', () => {
  test.each([
    ['nologin', 'sh -c :', /did not run the script \(exit status 0\).*Give the SSH user a login shell/],
    ['a shell that ends early', 'sh -c exit\\t3', /did not run the script/],
  ])('%s is told as that', async (_, shell, message) => {
    await using other = await local({}, { home: host.home, shell });
    await expect(other.ask('fact a b')).rejects.toThrow(message);
  });
});
