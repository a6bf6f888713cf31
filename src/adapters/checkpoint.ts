import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getState, saveState } from '@actions/core';

/**
 * Where `main` leaves what `post` needs if `main` is killed. Written whole, by rename; only its owner can read it; without secrets.
 * The runner reads which file it is when `main` has ended, however it ended.
 */
export function checkpointFile(): { readonly save: (state: unknown) => void; readonly clear: () => void } {
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
export function readCheckpoint<T>(): T | undefined {
  const file = getState('checkpoint');
  if (file === '') return undefined;
  try {
    // Nobody else writes this file: `main` of this very version did.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
