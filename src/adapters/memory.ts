import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getState, saveState } from '@actions/core';
import { messageOf } from '../errors.ts';
import type { Memory } from '../notify/notifier.ts';
import { actionsLog } from './actions/log.ts';

/** What was told, where `post` finds it: each id is written down as soon as it is known. The runner reads which file it is when `main` has ended. */
export function memoryFile(): Memory {
  const file = getState('told') || join(process.env['RUNNER_TEMP'] ?? tmpdir(), `rollback-action-${randomUUID()}.told`);
  saveState('told', file);
  const known = new Map(entriesIn(file));
  return {
    get: (name) => known.get(name),
    set(name, value) {
      known.set(name, value);
      try {
        writeFileSync(file, JSON.stringify(Object.fromEntries(known)), { mode: 0o600 });
      } catch (thrown) {
        actionsLog.warning(`What was told could not be written down for the post step: ${messageOf(thrown)}`);
      }
    },
  };
}

function entriesIn(file: string): readonly (readonly [string, string])[] {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Object.entries(typeof read === 'object' && read !== null ? read : {}).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
  } catch {
    return [];
  }
}
