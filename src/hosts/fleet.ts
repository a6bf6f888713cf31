import { messageOf, RollbackError } from '../errors.ts';
import type { Failure } from '../errors.ts';
import { eachAtMost } from '../parallel.ts';
import type { Clock, Host } from '../ports.ts';
import type { Address, Open } from './connection.ts';
import { host } from './host.ts';
import { link } from './link.ts';
import type { Fences } from './lock-all.ts';
import type { Run } from './run-folder.ts';

export type FleetOptions = {
  readonly open: Open;
  /** Hosts that are opened at once. */
  readonly parallel: number;
  readonly run: Run;
  readonly fences: Fences;
  readonly clock: Clock;
  readonly nonce: () => string;
};

/** The hosts of a run by name, in the order in which they were given. */
export type Fleet = { readonly hosts: ReadonlyMap<string, Host> } & AsyncDisposable;

/**
 * Opens every host. The same host given twice is one.
 * @throws RollbackError that names every host which could not be opened, and why; then none is left open
 */
export async function connectAll(addresses: readonly Address[], options: FleetOptions): Promise<Fleet> {
  const each = [...new Map(addresses.map((address) => [address.name, address])).values()]
    .map((address) => ({ name: address.name, link: link(() => options.open(address)) }));
  const dispose = async (): Promise<void> => {
    await Promise.allSettled(each.map(async (one) => one.link[Symbol.asyncDispose]()));
  };
  const failures = (await eachAtMost(options.parallel, each, async ({ name, link: way }) => {
    try {
      await way.connection();
      return [];
    } catch (error) {
      return failuresOf(name, error);
    }
  })).flat();
  const [first, ...others] = distinct(failures);
  if (first !== undefined) {
    await dispose();
    throw new RollbackError([first, ...others]);
  }
  const { run, clock, nonce } = options;
  const hosts = new Map(each.map(({ name, link: way }) => [name, host({ name, link: way, run, fence: () => options.fences(name), clock, nonce })]));
  return { hosts, [Symbol.asyncDispose]: dispose };
}

function failuresOf(name: string, error: unknown): readonly Failure[] {
  if (error instanceof RollbackError) return error.failures;
  return [{ what: 'cannot connect', code: 'host-unreachable', host: name, why: messageOf(error), fix: 'Report this with the log of the run' }];
}

/** A jump host that is away is told once, not for every host behind it. */
function distinct(failures: readonly Failure[]): readonly Failure[] {
  return [...new Map(failures.map((failure) => [JSON.stringify(failure), failure])).values()];
}
