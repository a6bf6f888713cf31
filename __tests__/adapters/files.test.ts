import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTextFile } from '../../src/adapters/files.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'files-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('writes below the folder, and over what was there', () => {
  for (const text of ['longer before', 'now']) expect(writeTextFile(folder, 'a/b/report.md', text)).toBeUndefined();
  expect(readFileSync(join(folder, 'a/b/report.md'), 'utf8')).toBe('now');
});

test('says what went wrong', () => {
  writeFileSync(join(folder, 'a'), '');
  expect(writeTextFile(folder, 'a/b/report.md', 'text')).toMatch(/ENOTDIR|EEXIST/);
});
