import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBegunRun, readEndedRun, recordEnd, writeBegunRun, type EndedRun } from '../../src/hosts/history.ts';
import { runScript } from '../commands/shell.ts';

let home: string;
let state: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'history '));
  state = join(home, '.local/state/rollback-action/production');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const ended = (run: string, over: Partial<EndedRun> = {}): EndedRun => ({ time: 1, run, result: 'rolled-back', from: 'a', to: 'b', ...over });
const record = (end: EndedRun, environment = 'production', variables: Readonly<Record<string, string>> = {}): void => {
  const { code, output } = runScript(recordEnd(environment, end), { HOME: home, ...variables });
  expect([code, output]).toEqual([0, '']);
};
const lines = (): readonly string[] => readFileSync(join(state, 'releases'), 'utf8').split('\n').slice(0, -1);

test('what is written is what is read, whatever it says', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'));
  fc.assert(fc.property(text, text, text, text, fc.nat(), (run, actor, from, to, startedAt) => {
    expect(readBegunRun(writeBegunRun({ run, actor, from, to, startedAt }))).toEqual({ run, actor, from, to, startedAt });
    expect(readEndedRun(JSON.stringify({ run, result: actor, from, to, time: startedAt }))).toEqual({ run, result: actor, from, to, time: startedAt });
  }));
});

test('a run has one line, whatever the order in which it was read', () => {
  const line = writeBegunRun({ run: '1', actor: 'a', from: 'b', to: 'c', startedAt: 2 });
  expect(writeBegunRun({ startedAt: 2, to: 'c', from: 'b', actor: 'a', run: '1' })).toBe(line);
  expect(writeBegunRun({ ...readBegunRun(line) ?? expect.fail() })).toBe(line);
});

test('no line cut short is a run', () => {
  const whole = JSON.stringify(ended('1-1'));
  for (let length = 0; length < whole.length; length++) expect(readEndedRun(whole.slice(0, length))).toBeUndefined();
});

describe('on a host', () => {
  test('each run has one line, in the order of their ends, however often it is written', () => {
    for (const run of ['1-1', '2-1', '1-1', "3-1 it's \\ $HOME", "3-1 it's \\ $HOME"]) record(ended(run));
    expect(lines().map((line) => readEndedRun(line)?.run)).toEqual(['1-1', '2-1', "3-1 it's \\ $HOME"]);
  });

  test('a run whose name begins another’s is another', () => {
    for (const run of ['1-11', '1-1', '1-1']) record(ended(run));
    expect(lines().map((line) => readEndedRun(line)?.run)).toEqual(['1-11', '1-1']);
  });

  test('environments have journals of their own, where XDG says', () => {
    record(ended('1-1'), 'a/b', { XDG_STATE_HOME: join(home, 'xdg') });
    expect(existsSync(join(home, 'xdg/rollback-action/a%2fb/releases'))).toBe(true);
    expect(existsSync(join(home, '.local'))).toBe(false);
  });

  test('the steps of the last twenty runs stay, this one among them; no line of the journal goes', () => {
    mkdirSync(state, { recursive: true });
    const old = Array.from({ length: 25 }, (_, index) => `${index + 1}-1`);
    for (const [index, run] of old.entries()) {
      mkdirSync(join(state, run, 'checkout'), { recursive: true });
      utimesSync(join(state, run), 1_700_000_000 + index, 1_700_000_000 + index);
    }
    writeFileSync(join(state, 'releases'), old.map((run) => `${JSON.stringify(ended(run))}\n`).join(''));
    mkdirSync(join(state, 'now'));
    utimesSync(join(state, 'now'), 1_600_000_000, 1_600_000_000);
    record(ended('now'));
    const left = readdirSync(state).filter((name) => name !== 'releases');
    expect(left).toContain('now');
    expect(left.filter((name) => name !== 'now').map((name) => Number(name.split('-')[0])).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, index) => index + 7));
    expect(lines()).toHaveLength(26);
  });
});
