import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Started } from '../rollback/runner.ts';

/** What GitHub's runner does to a step of a job that is cancelled. */
export async function cancelAsRunner({ process, ended }: Started): Promise<void> {
  for (const [signal, patience] of [['SIGINT', 7500], ['SIGTERM', 2500], ['SIGKILL', 60_000]] as const) {
    process.kill(signal);
    if (await Promise.race([ended.then(() => true), pause(patience, false, { ref: false })])) return;
  }
}

/** The runner itself dies, or the machine under it. */
export async function kill({ process, ended }: Started): Promise<void> {
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
  await ended;
}
