/** The names of whoever is told of a run, looked up so that health checks never wait for them. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Network } from './http-connection.ts';

/**
 * One name at a time. Node looks up two at once in all (libuv keeps half of its four threads from slow work), and a resolver that is silent holds
 * each for 10 s, whoever gave up waiting: two dead names of messages would let checks of a healthy service fail. A name that is being looked up is not asked twice.
 */
export function oneAtATime(resolve: Network['resolve']): Network['resolve'] {
  const asked = new Map<string, ReturnType<Network['resolve']>>();
  let before: Promise<unknown> = Promise.resolve();
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const found = before.then(() => resolve(name)).finally(() => asked.delete(name));
    asked.set(name, found);
    before = found.catch(() => undefined);
    return found;
  };
}

/** All that is told goes through this one. */
export const namesOfTelling = oneAtATime((name) => lookup(name, { all: true }));

/**
 * Before what looks names up by itself: a silent resolver is met here, in the one place. What was found is not used, and a name that is not there is told by whoever asks;
 * behind a proxy it is the proxy that looks names up.
 * @throws the signal's reason when it is aborted first
 */
export async function waitForName(address: string, resolve: Network['resolve'], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 || ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some((name) => (env[name] ?? '') !== '')) return;
  const ended = Promise.withResolvers<void>();
  const stop = (): void => ended.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([resolve(host).then(() => undefined, () => undefined), ended.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
