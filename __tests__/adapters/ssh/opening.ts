import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../src/adapters/clock.ts';
import { parseKnownHosts } from '../../../src/adapters/ssh/known-hosts.ts';
import { connect, type Credentials } from '../../../src/adapters/ssh/connect.ts';
import { unreachable } from '../../../src/adapters/ssh/failures.ts';
import { parsePrivateKey } from '../../../src/adapters/ssh/private-key.ts';
import { bootstrap } from '../../../src/hosts/bootstrap.ts';
import type { Address } from '../../../src/hosts/connection.ts';
import { host } from '../../../src/hosts/host.ts';
import type { Fence } from '../../../src/hosts/jobs.ts';
import { link } from '../../../src/hosts/link.ts';
import { opener as openerWith, type OpenOptions } from '../../../src/hosts/open.ts';
import { semaphore } from '../../../src/hosts/semaphore.ts';
import type { Host } from '../../../src/ports.ts';
import type { Sshd } from './sshd.ts';

/** The real clock, with waits a hundredth as long. */
export const quickClock = { ...systemClock, sleep: (duration: number, signal?: AbortSignal) => systemClock.sleep(duration / 100, signal) };

export function addressOf({ user, port }: { readonly user: string; readonly port: number }, name = 'web-1'): Address {
  return { name, user, address: '127.0.0.1', port };
}

export type Options = Credentials & Omit<OpenOptions, 'connect' | 'unreachable'>;

/** How connections are opened, over real SSH. */
export function opener(options: Options): ReturnType<typeof openerWith> {
  return openerWith({ ...options, unreachable, connect: (to, through) => connect(to, options, through) });
}

export function optionsFor(sshd: Sshd, knownHosts = sshd.line()): Options {
  return {
    key: parsePrivateKey(sshd.clientKey), knownHosts: parseKnownHosts(knownHosts).entries, command: bootstrap, timeout: 10_000,
    keepalive: 100, handshakes: semaphore(5), clock: quickClock, random: () => 0.5,
  };
}

export function open(sshd: Sshd, more: Partial<Options> = {}, port = sshd.port): ReturnType<ReturnType<typeof opener>['open']> {
  return opener({ ...optionsFor(sshd), ...more }).open(addressOf({ user: sshd.user, port }));
}

/** A host over a link that reconnects, through `port` (a relay's). */
export function hostAt(sshd: Sshd, fence: Fence, port = sshd.port, run = 'run-1'): Host & AsyncDisposable {
  const { open: openOne } = opener(optionsFor(sshd, sshd.line('ed25519', port)));
  const way = link(() => openOne(addressOf({ user: sshd.user, port })));
  const one = host({ name: 'web-1', link: way, run: { environment: 'production', id: run }, fence: () => fence, clock: quickClock, nonce: randomUUID });
  return { ...one, [Symbol.asyncDispose]: () => way[Symbol.asyncDispose]() };
}
