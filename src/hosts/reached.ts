import type { ReadableHost } from '../ports.ts';
import type { Connected } from '../world.ts';

/** A host that is connected when it is first asked for. One that could not be reached is tried again with the next question. */
export type Reached = ReadableHost & AsyncDisposable & {
  /** @throws RollbackError when it cannot be reached */
  connected(): Promise<Connected>;
};

export function reached(name: string, connect: () => Promise<Connected>): Reached {
  let opening: Promise<Connected> | undefined;
  let open: Connected | undefined;
  let disposed = false;
  const connected = (): Promise<Connected> => {
    opening ??= connect().then(async (connection) => {
      open = connection;
      // Nobody waits any more for a host that was long in answering.
      if (disposed) await connection[Symbol.asyncDispose]();
      return connection;
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const host = async (): Promise<ReadableHost> => {
    const found = (await connected()).hosts.get(name);
    if (found === undefined) throw new Error(`${name} is not among the hosts that were connected`);
    return found;
  };
  return {
    name, connected,
    ask: async (script, options) => (await host()).ask(script, options),
    dial: async (address, port) => (await host()).dial(address, port),
    async [Symbol.asyncDispose]() {
      disposed = true;
      await open?.[Symbol.asyncDispose]();
    },
  };
}
