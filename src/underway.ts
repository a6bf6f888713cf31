/** A run between its lock and its end: everything that carrying it out, settling it and taking it up share. */
import type { LogPosition } from './checks/logs.ts';
import { databaseSecret } from './databases/source.ts';
import { messageOf, type Failure } from './errors.ts';
import type { Rds } from './databases/rds/port.ts';
import { withRds } from './databases/rds/with-rds.ts';
import type { Executor } from './execute.ts';
import type { Inputs } from './inputs.ts';
import { eventOf, type Happened } from './notify/event.ts';
import type { Assessed, Method } from './methods/method.ts';
import type { Result } from './outcome.ts';
import type { Host } from './ports.ts';
import type { Recording } from './recording.ts';
import { failuresOf, latest, proveHosts, proveProof, type Baseline, type Verifying } from './verification.ts';
import type { Locked, World } from './world.ts';

/** How the service answered and where its logs ended, by host, before anything was changed. */
export type Before = { readonly health: Baseline; readonly logs: LogPositions; readonly access: LogPositions };

/** Files and where they ended, by host. */
export type LogPositions = Readonly<Record<string, readonly (readonly [string, LogPosition])[]>>;

/** What became of a run, and why. */
export type Settled = {
  readonly result: Result;
  readonly failures: readonly Failure[];
  /** What becomes of the material for an undo: done with; kept for a person; left in place, for the next run takes up from here. */
  readonly material: 'drop' | 'keep' | 'leave';
  /** A drill that passed: production went back, and is forward again on what it was found on. */
  readonly forward?: true;
};

/** Whether production is left on the target. */
export function staysBack({ result, forward }: Settled): boolean {
  return result === 'rolled-back' && forward !== true;
}

/**
 * What `post` needs to settle a run that was killed. Plain data, without secrets.
 * `settled` is there once it was decided how the run ends: `post` then only tells it and puts away what is left, and undoes nothing.
 */
export type Checkpoint = { readonly token: string; readonly recording: Recording; readonly assessed: Assessed; readonly before: Before; readonly settled?: Settled };

export type Underway = {
  readonly inputs: Inputs;
  readonly method: Method;
  readonly assessed: Assessed;
  readonly recording: Recording;
  readonly before: Before;
  /** The hosts alone; `executor.hosts` has every place on which steps are performed. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly verifying: Verifying;
  readonly executor: Executor;
  /** Tells people what happens; waits for nobody. */
  tell(happened: Happened): void;
  /** Keeps, where `post` finds it, how the run ends. */
  decided(settled: Settled): void;
};

type Parts = Omit<Checkpoint, 'token' | 'settled'> & Pick<Underway, 'inputs' | 'method'> & { readonly locked: Locked; readonly world: World; readonly rds?: Rds | undefined; readonly onTouch: () => void };

export function getUnderway({ inputs, method, assessed, recording, before, locked, world, rds, onTouch }: Parts): Underway {
  const { hosts, token } = locked;
  const { clock, log } = world;
  const verifying: Verifying = { inputs, hosts, appHosts: assessed.appHosts, fronts: assessed.fronts ?? [], asking: world };
  const secret = databaseSecret(inputs);
  const executor: Executor = {
    hosts: withRds(hosts, rds, { target: assessed.rds, run: assessed.rds?.run ?? assessed.run, fencedBy: () => locked.fencedBy() }, world), clock, log, onTouch,
    parallel: inputs.parallel,
    ...(secret === undefined ? {} : { databaseSecret: secret }),
    record: (span) => recording.timeline.push(span),
    async prove(names, proofs) {
      const start = clock.now();
      const results = [...(await proveHosts(verifying, assessed.to, names))];
      for (const proof of failuresOf(results).length > 0 ? [] : proofs) results.push(...(await proveProof(verifying, assessed.to, proof)));
      recording.checks = latest(recording.checks, results);
      const failures = failuresOf(results);
      const result = failures.length === 0 ? 'done' : 'failed';
      if (results.length > 0) recording.timeline.push({ stage: 'Prove', title: [...new Set([...names, ...results.flatMap(({ host = [] }) => host)])].join(', '), start, end: clock.now(), result });
      return failures;
    },
  };
  const decided = (settled: Settled): void => {
    try {
      world.checkpoint({ token, recording, assessed, before, settled } satisfies Checkpoint);
    } catch (thrown) {
      log.warning(`How this run ends could not be written down for the post step: ${messageOf(thrown)}`);
    }
  };
  const tell = (happened: Happened): void => world.tell(eventOf(recording, clock.now(), happened));
  return { inputs, method, assessed, recording, before, hosts, verifying, executor, tell, decided };
}
