import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countMatches, matchesBefore, matchesIn } from '../../src/checks/log-pattern.ts';
import { positions, positionsIn } from '../../src/checks/logs.ts';
import { askHere, shells } from './host-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pattern-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(shells)('with %s', (...shell) => {
  function matches(pattern: string, added: string) {
    const file = join(folder, 'app.log');
    writeFileSync(file, 'Traceback: old\n');
    const before = positionsIn([file], askHere(positions([file]), { shell })).get(file);
    appendFileSync(file, added);
    return matchesIn(askHere(countMatches(file, pattern, before ?? { state: 'unknown' }), { shell }));
  }

  test.each<[pattern: string, added: string, count: number, line: string]>([
    ['Traceback|CRITICAL', 'fine\nTraceback (most recent call last):\n  x\nCRITICAL: out\n', 2, 'Traceback (most recent call last):'],
    ['Traceback', '', 0, ''],
    ['Traceback', 'fine\n', 0, ''],
    ["it's; rm -rf $(HOME) `x`", "fine\n", 0, ''],
    ['-e', 'with -e in it\n', 1, 'with -e in it'],
    ['bad', 'bytes \u0000 and bad\n', 1, 'bytes  and bad'],
    ['end$', 'no line end', 1, 'no line end'],
  ])('%s', (pattern, added, count, line) => {
    expect(matches(pattern, added)).toMatchObject({ count, line });
  });

  test('a pattern that grep does not understand', () => {
    const file = join(folder, 'app.log');
    writeFileSync(file, 'x\n');
    const told = matchesIn(askHere(`exec 2> /dev/null\n${countMatches(file, '(', { state: 'unknown' })}`, { shell }));
    expect(told).toMatchObject({ count: undefined, problem: 'grep does not understand the pattern' });
  });

  test('what was there before', () => {
    const file = join(folder, 'app.log');
    writeFileSync(file, 'Traceback\nTraceback\n');
    expect(matchesIn(askHere(matchesBefore(file, 'Traceback'), { shell }))).toMatchObject({ count: 2 });
  });
});

test('a file that is not there', () => {
  expect(matchesIn(askHere(countMatches(join(folder, 'none'), 'x', { state: 'missing' })))).toMatchObject({ count: undefined, problem: 'the file is not there' });
});
