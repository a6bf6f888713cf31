/** The names of whoever is told of a run, looked up so that health checks never wait for them. */
import { lookup } from 'node:dns/promises';
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
