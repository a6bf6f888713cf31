import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getState, saveState } from '@actions/core';

/**
 * Where `main` leaves what `post` needs if `main` is killed. Written whole, by rename; only its owner can read it; without secrets.
 * The runner reads which file it is when `main` has ended, however it ended.
 */
export function checkpointFile(): { save(state: unknown): void; clear(): void } {
  const file = join(process.env['RUNNER_TEMP'] ?? tmpdir(), `rollback-action-${randomUUID()}.json`);
  saveState('checkpoint', file);
  return {
    save(state) {
      writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    clear: () => rmSync(file, { force: true }),
  };
}

/** What `main` left; undefined when it left nothing, which is when it ended by itself or had touched nothing. */
export function readCheckpoint(): unknown {
  const file = getState('checkpoint');
  if (file === '') return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
