import type { Duplex } from 'node:stream';
import { messageOf, RollbackError, type Failure } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Address, Connection, Open } from './connection.ts';
import { link } from './link.ts';
import type { Semaphore } from './semaphore.ts';

export type OpenOptions = {
  /** One try; `through` is the way over the jump host. */
  readonly connect: (host: Address, through?: Duplex) => Promise<Connection>;
  /** How it is told that a host cannot be reached. */
  readonly unreachable: (host: Address, why: string) => Failure;
  /** Handshakes at once: sshd drops connections beyond ten that are not let in yet, which a jump host meets first. Five fit. */
  readonly handshakes: Semaphore;
  /** Every host is reached through this one, over one connection to it. */
  readonly jump?: Address;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
};

const tries = 3;

/** How connections are opened: three tries for a host that cannot be reached, none again for a wrong key or user. */
export function opener(options: OpenOptions): { readonly open: Open } & AsyncDisposable {
  const { jump, connect, unreachable } = options;
  const bastion = jump === undefined ? undefined : link(() => retrying(options, () => connect(jump)));
  const once = async (host: Address): Promise<Connection> => {
    if (bastion === undefined || jump === undefined) return connect(host);
    const way = await bastion.connection();
    const through = await way.dial(host.address, host.port).catch((error: unknown) => {
      if (error instanceof RollbackError) throw error;
      throw new RollbackError(unreachable(host, `from ${jump.name}: ${messageOf(error)}`), { cause: error });
    });
    return connect(host, through);
  };
  return {
    // The bastion is opened outside the semaphore's places: those who hold one would wait for it.
    open: async (host) => {
      await bastion?.connection();
      return retrying(options, () => options.handshakes(() => once(host)));
    },
    [Symbol.asyncDispose]: async () => bastion?.[Symbol.asyncDispose](),
  };
}

async function retrying(options: OpenOptions, connectOnce: () => Promise<Connection>): Promise<Connection> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await connectOnce();
    } catch (error) {
      if (tried === tries || !(error instanceof RollbackError) || !error.failures.every(mayPass)) throw error;
      await options.clock.sleep(1000 * 2 ** (tried - 1) * (0.75 + options.random() / 2));
    }
  }
}

function mayPass({ code, why }: { readonly code: string; readonly why?: string }): boolean {
  return code === 'host-lost' || (code === 'host-unreachable' && !/no matching|ENOTFOUND/.test(why ?? ''));
}
