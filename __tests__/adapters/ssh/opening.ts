import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../src/adapters/clock.ts';
import { parseKnownHosts } from '../../../src/adapters/ssh/known-hosts.ts';
import { opener } from '../../../src/adapters/ssh/open.ts';
import type { OpenOptions } from '../../../src/adapters/ssh/open.ts';
import { parsePrivateKey } from '../../../src/adapters/ssh/private-key.ts';
import { bootstrap } from '../../../src/hosts/bootstrap.ts';
import type { Address } from '../../../src/hosts/connection.ts';
import { host } from '../../../src/hosts/host.ts';
import type { Fence } from '../../../src/hosts/jobs.ts';
import { link } from '../../../src/hosts/link.ts';
import { semaphore } from '../../../src/hosts/semaphore.ts';
import type { Host } from '../../../src/ports.ts';
import type { Sshd } from './sshd.ts';

/** The real clock, with waits a hundredth as long. */
export const quickClock = { ...systemClock, sleep: (duration: number, signal?: AbortSignal) => systemClock.sleep(duration / 100, signal) };

export function addressOf({ user, port }: { readonly user: string; readonly port: number }, name = 'web-1'): Address {
  return { name, user, address: '127.0.0.1', port };
}

export function optionsFor(sshd: Sshd, knownHosts = sshd.line()): OpenOptions {
  return {
    key: parsePrivateKey(sshd.clientKey), knownHosts: parseKnownHosts(knownHosts).entries, command: bootstrap, timeout: 10_000,
    keepalive: 100, handshakes: semaphore(5), clock: quickClock, random: () => 0.5,
  };
}

export function open(sshd: Sshd, more: Partial<OpenOptions> = {}, port = sshd.port): ReturnType<ReturnType<typeof opener>['open']> {
  return opener({ ...optionsFor(sshd), ...more }).open(addressOf({ user: sshd.user, port }));
}

/** A host over a link that reconnects, through `port` (a relay's). */
export function hostAt(sshd: Sshd, fence: Fence, port = sshd.port, run = 'run-1'): Host & AsyncDisposable {
  const { open: openOne } = opener(optionsFor(sshd, sshd.line('ed25519', port)));
  const way = link(() => openOne(addressOf({ user: sshd.user, port })));
  const one = host({ name: 'web-1', link: way, run: { environment: 'production', id: run }, fence: () => fence, clock: quickClock, nonce: randomUUID });
  return { ...one, [Symbol.asyncDispose]: () => way[Symbol.asyncDispose]() };
}
