import { messageOf } from '../errors.ts';
import type { Clock, Milliseconds, ReadableHost } from '../ports.ts';
import { beatLock } from './lock.ts';
import type { Fences } from './lock-all.ts';

export type Beat =
  /** The lock is another's: no step of ours starts on that host any more. */
  | { readonly kind: 'lost'; readonly host: string; readonly owner: string }
  /** No sign of life reached the host this time. */
  | { readonly kind: 'missed'; readonly host: string; readonly why: string };

const interval: Milliseconds = 10_000;

/**
 * Gives a sign of life on every host every ten seconds, each at its own pace, until it is disposed.
 * @param tell called at every beat that did not do
 */
export function heartbeat(hosts: readonly ReadableHost[], fences: Fences, clock: Clock, tell: (beat: Beat) => void): AsyncDisposable {
  const stop = new AbortController();
  const loops = hosts.map(async (host) => {
    const { place, token } = fences(host.name);
    for (;;) {
      await clock.sleep(interval, stop.signal);
      if (stop.signal.aborted) return;
      try {
        const { code, facts, output } = await host.ask(beatLock(place, token), { limit: interval });
        if (facts.get('lock')?.[0] === 'lost') tell({ kind: 'lost', host: host.name, owner: facts.get('owner')?.[0] ?? '' });
        else if (code !== 0) tell({ kind: 'missed', host: host.name, why: output.trim() });
      } catch (error) {
        tell({ kind: 'missed', host: host.name, why: messageOf(error) });
      }
    }
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}
