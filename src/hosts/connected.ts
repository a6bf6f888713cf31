/** The hosts of a run as the story has them: readable from the first connection on, writable while the lock is held. */
import { RollbackError, type Failure } from '../errors.ts';
import type { Clock, Log, ReadableHost } from '../ports.ts';
import type { RunStart } from '../recording.ts';
import type { Connected, Locked } from '../world.ts';
import type { Address, Open } from './connection.ts';
import { connectAll } from './fleet.ts';
import { heartbeat, type Beat } from './heartbeat.ts';
import { readOnly } from './host.ts';
import { beatLock } from './lock.ts';
import { acquireAll, releaseAll, resumeAll, type Fences, type Held, type Holder } from './lock-all.ts';
import type { LockPlace } from './lock-place.ts';

export type ConnectOptions = {
  readonly addresses: readonly Address[];
  readonly open: Open;
  /** Where the lock lies on a host. */
  readonly lockPlace: (host: string) => LockPlace;
  readonly parallel: number;
  /** How long a held lock is waited for. */
  readonly lockWait: number;
  readonly run: RunStart;
  readonly clock: Clock;
  readonly log: Log;
  /** New and not to be guessed at every call. */
  readonly nonce: () => string;
};

/** Between two looks at a lock that another run holds. */
const lockInterval = 5000;

export async function connectHosts(options: ConnectOptions): Promise<Connected> {
  const { addresses, open, lockPlace, parallel, run, clock, log, nonce } = options;
  let token = nonce();
  const fences: Fences = (host) => ({ place: lockPlace(host), token });
  const fleet = await connectAll(addresses, { open, parallel, run: { environment: run.environment, id: run.id }, fences, clock, nonce });
  const hosts = [...fleet.hosts.values()];
  const owner = JSON.stringify({ run: run.id, actor: run.actor, url: run.url, time: new Date(clock.now()).toISOString() });

  const lock = async (earlier?: string): Promise<Locked> => {
    token = earlier ?? token;
    const takenOver = earlier === undefined ? await waitForLock(() => acquireAll(hosts, fences, owner), options) : await resumeLock(hosts, fences);
    let left = false;
    const beat = heartbeat(hosts, fences, clock, (each) => log.warning(beatMissed(each)));
    return {
      hosts: fleet.hosts, token,
      notes: takenOver.map((old) => `${old.host}: the lock of ${holder(old)} gave no sign of life for 30 s and was taken over.`),
      leave: () => void (left = true),
      async fencedBy() {
        const [first] = hosts;
        const told = first === undefined ? undefined : (await first.ask(beatLock(lockPlace(first.name), token))).facts;
        return told?.get('lock')?.[0] === 'lost' ? (told.get('owner')?.[0] ?? '') : undefined;
      },
      async [Symbol.asyncDispose]() {
        await beat[Symbol.asyncDispose]();
        for (const problem of left ? [] : await releaseAll(hosts, fences)) log.warning(problem);
      },
    };
  };
  return {
    hosts: new Map(hosts.map((host) => [host.name, readOnly(host)])),
    lock,
    [Symbol.asyncDispose]: async () => fleet[Symbol.asyncDispose](),
  };
}

/** Goes on with the lock of an earlier process of this run. Where it is gone, another run has taken it over and settled what was left. */
async function resumeLock(hosts: readonly ReadableHost[], fences: Fences): Promise<readonly Holder[]> {
  const resumed = await resumeAll(hosts, fences);
  if (resumed.kind === 'held') throw locked(resumed.by);
  return [];
}

async function waitForLock(acquire: () => ReturnType<typeof acquireAll>, { lockWait, clock, log }: ConnectOptions): Promise<readonly Holder[]> {
  const until = clock.now() + lockWait;
  for (;;) {
    const acquired = await acquire();
    if (acquired.kind === 'taken') return acquired.takenOver;
    if (clock.now() + lockInterval > until) throw locked(acquired.by);
    log.info(`Waiting for the lock of ${acquired.by.map(holder).join(', ')}`);
    await clock.sleep(lockInterval);
  }
}

function locked(by: readonly Held[]): RollbackError {
  const failures = by.map((each): Failure => ({
    code: 'locked', host: each.host, what: each.gone ? 'the lock of this run was taken over by another run, which has ended since' : `the lock is held by ${holder(each)}`,
    fix: each.gone ? 'Look at what that run came to; this one changes nothing any more.' : each.running ? 'That run is gone, but a step of it still runs on the host; wait for it to end.' : 'Wait for that run to end, or set "lock-wait"; a run that died loses its lock after 30 s.',
  }));
  const [first, ...rest] = failures;
  return new RollbackError(first === undefined ? { code: 'locked', what: 'the lock is held', fix: 'Run it again.' } : [first, ...rest]);
}

/** `octocat's run 42-1 since 2026-11-23T10:00:00.000Z (https://…)`; the line is data that another run wrote. */
function holder({ owner, since }: Holder): string {
  try {
    const told: unknown = JSON.parse(owner);
    const say = (name: string): string => (typeof told === 'object' && told !== null ? String(Object.entries(told).find(([key]) => key === name)?.[1] ?? '') : '');
    const url = say('url');
    return `${say('actor')}'s run ${say('run')} since ${new Date(since * 1000).toISOString()}${url === '' ? '' : ` (${url})`}`;
  } catch {
    return 'a run that did not say who it is';
  }
}

function beatMissed(beat: Beat): string {
  return beat.kind === 'lost'
    ? `${beat.host}: the lock was taken over; no step of this run starts there any more.`
    : `${beat.host}: the lock could not be refreshed: ${beat.why}`;
}
