import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkpointFile, readCheckpoint } from '../../src/adapters/checkpoint.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  vi.stubEnv('RUNNER_TEMP', folder);
  vi.stubEnv('GITHUB_STATE', join(folder, 'state'));
  writeFileSync(join(folder, 'state'), '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
const files = (): readonly string[] => readdirSync(folder).filter((name) => name !== 'state');
/** The runner hands what `main` saved to `post`, under `STATE_`. */
const handOver = (): void => {
  const [, path = ''] = /checkpoint<<(?:.+)\n(.+)\n/.exec(readFileSync(join(folder, 'state'), 'utf8')) ?? [];
  vi.stubEnv('STATE_checkpoint', path);
};

test('what main left last, whole, is what post finds; for its owner alone', () => {
  const { save } = checkpointFile();
  save({ step: 1, long: 'x'.repeat(1000) });
  save({ step: 2 });
  handOver();
  expect(readCheckpoint()).toEqual({ step: 2 });
  const [file = ''] = files();
  expect([files().length, (statSync(join(folder, file)).mode & 0o777).toString(8)]).toEqual([1, '600']);
});

test('a run that ended by itself leaves nothing', () => {
  const { save, clear } = checkpointFile();
  save({ step: 1 });
  clear();
  clear();
  handOver();
  expect([readCheckpoint(), files()]).toEqual([undefined, []]);
});

test('nor does one that had touched nothing, or whose file is damaged', () => {
  expect(readCheckpoint()).toBeUndefined();
  checkpointFile();
  handOver();
  expect(readCheckpoint()).toBeUndefined();
  vi.stubEnv('STATE_checkpoint', join(folder, 'damaged'));
  writeFileSync(join(folder, 'damaged'), '{"token":');
  expect(readCheckpoint()).toBeUndefined();
});
