import { expect, test } from 'vitest';
import { readConfig } from '../../src/inputs/config-file.ts';

const names = ['commit', 'hosts', 'dry-run', 'parallel', 'smoke-tests'];

test.each<[string, string, Record<string, string>]>([
  ['nothing', '', {}],
  ['values as they are written', 'commit: 0123456\ndry-run: true\nparallel: 0x10', { commit: '0123456', 'dry-run': 'true', parallel: '0x10' }],
  ['a commit that YAML would take for a number', 'commit: 1234e56', { commit: '1234e56' }],
  ['a list as lines', 'hosts: [web-1, web-2]', { hosts: 'web-1\nweb-2' }],
  ['lines as lines', 'hosts: |\n  web-1\n  # spare\n  web-2\n', { hosts: 'web-1\n# spare\nweb-2\n' }],
  ['quotes and escapes', 'smoke-tests: ["https://a.example/ contains \\"x\\""]', { 'smoke-tests': 'https://a.example/ contains "x"' }],
  ['an alias', 'hosts: &all [web-1]\nsmoke-tests: *all', { hosts: 'web-1', 'smoke-tests': 'web-1' }],
  ['an empty value', 'commit:\nparallel: 2', { commit: '', parallel: '2' }],
])('reads %s', (_what, text, expected) => {
  const { texts, failures } = readConfig({ path: 'r.yml', text }, names, new Set());
  expect(failures).toEqual([]);
  expect(Object.fromEntries(texts)).toEqual(expected);
});

const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, at) => `${name}: &${name} [${Array<string>(9).fill(`*${'abcdefg'[at]}`).join()}]`)].join('\n');

test.each<[string, string, string]>([
  ['a list', '- commit', 'r.yml must be a YAML map'],
  ['a word', 'commit', 'r.yml must be a YAML map'],
  ['two documents', 'commit: a\n---\ncommit: b', 'r.yml is not YAML: Source contains multiple documents; please use YAML.parseAllDocuments() at line 2, column 1'],
  ['a key twice', 'commit: a\ncommit: b', 'r.yml is not YAML: Map keys must be unique at line 2, column 1'],
  ['what is no YAML', 'commit: [', 'r.yml is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 10'],
  ['an alias of nothing', 'commit: *x', 'r.yml cannot be read: Unresolved alias (the anchor must be set before the alias): x'],
  ['a bomb of aliases', bomb, 'r.yml cannot be read: Excessive alias count indicates a resource exhaustion attack'],
  ['an unknown key', 'host: a', '"host" in r.yml is not known'],
  ['a key that every object has', '__proto__: a', '"__proto__" in r.yml is not known'],
  ['a merge key', '<<: {commit: a}', '"<<" in r.yml is not known'],
  ['a map', 'hosts: {web-1: x}', '"hosts" in r.yml must be a value or a list of values'],
  ['a list in a list', 'hosts: [[web-1]]', '"hosts" in r.yml must be a value or a list of values'],
])('refuses %s', (_what, text, expected) => {
  expect(readConfig({ path: 'r.yml', text }, names, new Set()).failures.map(({ what }) => what)).toEqual([expected]);
});

test('a secret in the file is refused and not told', () => {
  const { failures, texts } = readConfig({ path: 'r.yml', text: 'database-url: mysql://a:hunter2@h/db' }, names, new Set(['database-url']));
  expect(JSON.stringify(failures)).not.toContain('hunter2');
  expect(failures[0]?.what).toBe('"database-url" in r.yml is a secret, and secrets are inputs only');
  expect(texts.size).toBe(0);
});
