import { messageOf, RollbackError } from '../errors.ts';
import type { Failure } from '../errors.ts';
import type { Answer, ReadableHost } from '../ports.ts';
import type { Fence } from './jobs.ts';
import { acquireLock, beatLock, lockExits, releaseLock } from './lock.ts';

/** One who holds or held the lock of a host. */
export type Holder = {
  readonly host: string;
  /** The JSON line that the run left. */
  readonly owner: string;
  /** Seconds since the epoch by the host's clock. */
  readonly since: number;
};

/** Who holds a lock that cannot be had. `running`: its run is gone, but a step of it still runs. `gone`: nobody does; ours was taken over, and freed. */
export type Held = Holder & { readonly running: boolean; readonly gone?: true };

export type Acquired =
  /** `takenOver`: locks of runs that gave no sign of life any more. */
  | { readonly kind: 'taken'; readonly takenOver: readonly Holder[] }
  /** Nothing is locked by us. */
  | { readonly kind: 'held'; readonly by: readonly Held[] };

/** Where a run's lock lies on each host. */
export type Fences = (host: string) => Fence;

/**
 * Locks every host, or none. The first by name is locked before the others, so that of two runs one gets all of them.
 * @param owner one JSON line that tells people who holds the lock
 * @throws RollbackError when a host cannot be locked for another reason than that it is
 */
export async function acquireAll(hosts: readonly ReadableHost[], fences: Fences, owner: string): Promise<Acquired> {
  const acquire = async (host: ReadableHost): Promise<Outcome> => {
    const { place, token } = fences(host.name);
    return host.ask(acquireLock(place, token, owner)).then((answer) => outcomeOf(host.name, answer), notAsked);
  };
  const sorted = hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const outcomes = await Promise.all(sorted.slice(0, 1).map(acquire));
  if (outcomes[0]?.kind === 'ours') outcomes.push(...(await Promise.all(sorted.slice(1).map(acquire))));

  const [failure, ...more] = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? outcome.failures : []));
  const by = outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.by] : []));
  if (failure === undefined && by.length === 0) {
    return { kind: 'taken', takenOver: outcomes.flatMap((outcome) => (outcome.kind === 'ours' ? outcome.takenFrom : [])) };
  }
  await releaseAll(sorted.slice(0, outcomes.length), fences);
  if (failure !== undefined) throw new RollbackError([failure, ...more]);
  return { kind: 'held', by };
}

/**
 * Whether every host is still locked by us, from an earlier process of the same run; gives a sign of life then. Where one is not, none is any
 * more; nothing is taken.
 * @throws RollbackError when a host cannot be asked
 */
export async function resumeAll(hosts: readonly ReadableHost[], fences: Fences): Promise<Acquired> {
  const outcomes = await Promise.all(hosts.map(async (host) => {
    const { place, token } = fences(host.name);
    return host.ask(beatLock(place, token)).then((answer) => outcomeOf(host.name, answer), notAsked);
  }));
  const [failure, ...more] = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? outcome.failures : []));
  if (failure !== undefined) throw new RollbackError([failure, ...more]);
  const by = outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.by] : []));
  if (by.length === 0) return { kind: 'taken', takenOver: [] };
  await releaseAll(hosts, fences);
  return { kind: 'held', by };
}

/** Frees what is ours, as far as the hosts can be reached; tells what could not be freed. It is stale soon. */
export async function releaseAll(hosts: readonly ReadableHost[], fences: Fences): Promise<readonly string[]> {
  const ends = await Promise.allSettled(hosts.map(async (host) => {
    const { place, token } = fences(host.name);
    const { code, output } = await host.ask(releaseLock(place, token));
    if (code !== 0) throw new Error(`${host.name}: the lock was not freed: ${output.trim()}`);
  }));
  return ends.flatMap((end) => (end.status === 'rejected' ? [messageOf(end.reason)] : []));
}

type Outcome =
  | { readonly kind: 'ours'; readonly takenFrom: readonly Holder[] }
  | { readonly kind: 'held'; readonly by: Held }
  | { readonly kind: 'failed'; readonly failures: readonly Failure[] };

function outcomeOf(host: string, { code, facts, output }: Answer): Outcome {
  const holder = { host, owner: facts.get('owner')?.[0] ?? '', since: Number(facts.get('since')?.[0] ?? 0) };
  const lock = code === 0 ? facts.get('lock')?.[0] : undefined;
  if (lock === 'taken') return { kind: 'ours', takenFrom: [] };
  if (lock === 'taken-over') return { kind: 'ours', takenFrom: [holder] };
  if (lock === 'held') return { kind: 'held', by: { ...holder, running: facts.has('running') } };
  if (lock === 'lost') return { kind: 'held', by: { ...holder, running: false, ...(facts.has('owner') ? {} : { gone: true as const }) } };
  return { kind: 'failed', failures: [notWritten(host, code, output)] };
}

function notWritten(host: string, code: number, output: string): Failure {
  const base = { what: 'the lock cannot be written', host, why: lastLine(output) };
  if (/No space left|quota/i.test(output)) {
    return { ...base, code: 'disk-full', fix: 'Free space on the file system of the checkout (df -h; df -i)' };
  }
  const rights = code === lockExits.cannotWrite || code === lockExits.noRights || /sudo|denied/i.test(output);
  return { ...base, code: rights ? 'no-rights' : 'step-failed', fix: "Let the SSH user write to the checkout's .git folder, or allow it sudo without a password" };
}

function notAsked(thrown: unknown): Outcome {
  if (thrown instanceof RollbackError) return { kind: 'failed', failures: thrown.failures };
  throw thrown;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
