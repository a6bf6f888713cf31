import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { actions, splitDescription, withTables } from '../scripts/readme.mts';
import { backupDeclarations, guardDeclarations, reportDeclarations, rollbackDeclarations, watchDeclarations } from '../src/inputs/declarations.ts';
import type { Declarations } from '../src/inputs/declaration.ts';
import { metricsOutputs } from '../src/report/metrics.ts';

type Entry = { readonly description: string; readonly default?: string; readonly required?: boolean };
type Action = { readonly inputs: Readonly<Record<string, Entry>>; readonly outputs: Readonly<Record<string, Entry>>; readonly runs: unknown };

const read = (file: string): Action => parse(readFileSync(file, 'utf8')) as Action;
const action = read('action.yml');

describe.each<[file: string, declarations: Declarations]>([
  ['action.yml', rollbackDeclarations(['git'])],
  ['backup/action.yml', backupDeclarations],
  ['watch/action.yml', watchDeclarations],
  ['guard/action.yml', guardDeclarations],
  ['report/action.yml', reportDeclarations],
])('%s', (file, declarations) => {
  const { inputs, outputs } = read(file);

  test('names the inputs that are read, in their order', () => {
    expect(Object.keys(inputs)).toEqual(Object.keys(declarations));
  });

  test.each(Object.entries(inputs))('%s says of itself what the reader does', (name, { description, default: standard, required }) => {
    const declaration = declarations[name];
    const said = splitDescription(description).standard;
    const words = /^(`[^`]+`(, |$))+$/.test(said) ? said.slice(1, -1).split('`, `').join('\n') : undefined;
    expect(words).toBe(declaration?.preset);
    expect(said === 'Required').toBe(declaration?.required);
    expect(description.includes('Secret.')).toBe(declaration?.secret);
    // A default here would hide that an input is not set, and with it the config file.
    expect(required).toBeUndefined();
    expect(standard).toBe(name === 'github-token' ? '${{ github.token }}' : undefined);
  });

  test.each(Object.entries(declarations).filter(([, { preset }]) => preset !== undefined))('what stands for %s is a value of it', (_name, { read: reader }) => {
    expect(reader(undefined)).toHaveProperty('value');
  });

  test.each([...Object.entries(inputs), ...Object.entries(outputs)])('%s is described in whole sentences', (_name, { description }) => {
    expect(description).toMatch(/^[A-Z`].*\.$/);
  });
});

test('the outputs are those of the contract', () => {
  expect(Object.keys(action.outputs)).toEqual([
    'result', 'reason-code', 'from', 'to', 'health', 'health-results', 'smoke-tests', 'smoke-passed', 'smoke-failed', 'hosts', 'backup',
    'duration-seconds', 'forward-seconds', 'recovery-seconds', 'downtime-seconds', 'downtime-caused-seconds', 'data-loss-rows', 'plan',
    'incident-report', 'incident-url', 'deployment-id',
  ]);
});

test('those of the watch', () => {
  expect(Object.keys(read('watch/action.yml').outputs)).toEqual(['rollback-needed', 'trigger', 'reason', 'detected-at', 'samples', 'likely-to-help']);
  expect(read('watch/action.yml').runs).toEqual({ using: 'node24', main: '../dist/watch/index.js' });
});

test('those of the guard', () => {
  expect(Object.keys(read('guard/action.yml').outputs)).toEqual(['allowed', 'reason-code', 'reason']);
  expect(read('guard/action.yml').runs).toEqual({ using: 'node24', main: '../dist/guard/index.js' });
});

test('those of the report', () => {
  expect(Object.keys(read('report/action.yml').outputs)).toEqual(Object.keys(metricsOutputs({ metrics: undefined })));
  expect(read('report/action.yml').runs).toEqual({ using: 'node24', main: '../dist/report/index.js' });
});

test('those of the backup too', () => {
  expect(Object.keys(read('backup/action.yml').outputs)).toEqual(['backup', 'release', 'revision', 'reason-code']);
});

test.each([['action.yml', 'dist/main/index.js'], ['backup/action.yml', '../dist/backup/index.js']])('%s: one bundle runs and settles', (file, bundle) => {
  expect(read(file).runs).toEqual({ using: 'node24', main: bundle, post: bundle, 'post-if': 'always()' });
});

test('the README has tables of every action', () => {
  expect(actions.map(({ file }) => file).toSorted()).toEqual(globSync('{action.yml,*/action.yml}', { exclude: ['node_modules'] }).toSorted());
});

test('the tables of the README are written between their markers, and only there', () => {
  const source = [
    'inputs:', '', '  # What', '', '  method:', '    description: "How: `git` or a | b. Required."', '  commit:', '    description: "Where to. Default: the last one."',
    '', '  # Run', '', '  parallel:', '    description: "Hosts at once. Default: `32`."', 'outputs:', '  result:', '    description: "What became of it."',
  ].join('\n');
  const readme = 'Above\n<!-- inputs -->\nold\n<!-- /inputs -->\nbetween\n<!-- outputs --><!-- /outputs -->\nbelow\n';
  const written = withTables(readme, source);
  expect(written).toMatchInlineSnapshot(`
    "Above
    <!-- inputs -->
    | Input | Meaning | Default |
    | --- | --- | --- |
    | **What** | | |
    | \`method\` | How: \`git\` or a \\| b. | **required** |
    | \`commit\` | Where to. | the last one |
    | **Run** | | |
    | \`parallel\` | Hosts at once. | \`32\` |
    <!-- /inputs -->
    between
    <!-- outputs -->
    | Output | Meaning |
    | --- | --- |
    | \`result\` | What became of it. |
    <!-- /outputs -->
    below
    "
  `);
  expect(withTables(written, source)).toBe(written);
  expect(() => withTables('Nothing here', source)).toThrow('README.md has no <!-- inputs --> with a <!-- /inputs --> after it');
});
