import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { triggers } from '../../src/triggers/registry.ts';
import { nameOf } from '../../src/triggers/verdict.ts';

const { outputs } = parse(readFileSync('watch/action.yml', 'utf8')) as { outputs: { trigger: { description: string } } };

test('every trigger is named once, in the output and in the README', () => {
  const names = triggers.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect([...outputs.trigger.description.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual(names);
  const readme = readFileSync('README.md', 'utf8');
  for (const name of names) expect(readme).toContain(`| \`${name}\` |`);
});

test.each(triggers)('$name has words of its own', ({ name }) => {
  expect(nameOf({ trigger: name, source: 'x' })).toMatch(/^the .+ \(x\)$/);
});
