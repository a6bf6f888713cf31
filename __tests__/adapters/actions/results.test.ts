import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { actionsLog, tellDebuggers } from '../../../src/adapters/actions/log.ts';
import { annotate, mask, writeOutputs, writeSummary } from '../../../src/adapters/actions/results.ts';

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'results-'));
  for (const name of ['output', 'summary']) writeFileSync(join(folder, name), '');
  vi.stubEnv('GITHUB_OUTPUT', join(folder, 'output'));
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(folder, 'summary'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => { printed += String(text); return true; });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test('outputs keep their lines, and none of them can set another', () => {
  writeOutputs({ result: 'failed', plan: '{\n"a": 1}\nresult=rolled-back' });
  const text = readFileSync(join(folder, 'output'), 'utf8');
  const values = [...text.matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2\n/gm)].map(([, name, , value]) => [name, value]);
  expect(values).toEqual([['result', 'failed'], ['plan', '{\n"a": 1}\nresult=rolled-back']]);
});

test('the summary is added to what other steps wrote', () => {
  writeFileSync(join(folder, 'summary'), 'before\n');
  expect(writeSummary('# Back')).toBe(true);
  expect(readFileSync(join(folder, 'summary'), 'utf8')).toBe('before\n# Back\n');
  vi.stubEnv('GITHUB_STEP_SUMMARY', '');
  expect(writeSummary('# Back')).toBe(false);
});

test('every value is masked', () => {
  mask(['one', 'two']);
  expect(printed).toBe('::add-mask::one\n::add-mask::two\n');
});

/** Lines that the runner would take for commands. */
const commands = (): readonly string[] => printed.split(/\r\n|[\n\r]/).filter((line) => /^\s*::|##\[/.test(line));
const hostile = 'a\n::set-output name=result::rolled-back\n##[error]x\r::stop-commands::y\n::add-mask::z';

test('annotations are one command each, whatever hosts put into them', () => {
  annotate([{ level: 'error', title: hostile, message: hostile }, { level: 'warning', title: 't', message: 'm' }, { level: 'notice', title: 't', message: 'm' }]);
  expect(printed).not.toContain('##[');
  expect(commands().map((line) => /^::(\w+)/.exec(line)?.[1])).toEqual(['error', 'warning', 'notice']);
  expect(commands().slice(1)).toEqual(['::warning title=t::m', '::notice title=t::m']);
});

test('in the log only our own words are commands', () => {
  actionsLog.info(hostile);
  expect(commands()).toEqual([]);
  actionsLog.group(hostile, hostile);
  expect(commands().map((line) => line.split('::')[1]?.split(' ')[0])).toEqual(['group', 'endgroup']);
  expect(printed).not.toContain('##[');
  printed = '';
  actionsLog.warning(hostile);
  actionsLog.error(hostile);
  tellDebuggers(new Error(hostile));
  tellDebuggers('no error');
  expect(commands().map((line) => line.split('::')[1])).toEqual(['warning', 'error', 'debug']);
});
