/** A run between its lock and its end: everything that carrying it out, settling it and taking it up share. */
import type { LogPosition } from './checks/logs.ts';
import type { Executor } from './execute.ts';
import type { Inputs } from './inputs.ts';
import type { Assessed, Method } from './methods/method.ts';
import type { Host } from './ports.ts';
import type { Recording } from './recording.ts';
import { failuresOf, latest, proveHosts, type Baseline, type Verifying } from './verification.ts';
import type { Locked, World } from './world.ts';

/** How the service answered and where its logs ended, by host, before anything was changed. */
export type Before = { readonly health: Baseline; readonly logs: LogPositions; readonly access: LogPositions };

/** Files and where they ended, by host. */
export type LogPositions = Readonly<Record<string, readonly (readonly [string, LogPosition])[]>>;

/** What `post` needs to settle a run that was killed. Plain data, without secrets. */
export type Checkpoint = { readonly token: string; readonly recording: Recording; readonly assessed: Assessed; readonly before: Before };

export type Underway = {
  readonly inputs: Inputs;
  readonly method: Method;
  readonly assessed: Assessed;
  readonly recording: Recording;
  readonly before: Before;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly verifying: Verifying;
  readonly executor: Executor;
};

type Parts = Omit<Checkpoint, 'token'> & Pick<Underway, 'inputs' | 'method'> & { readonly locked: Locked; readonly world: World; readonly onTouch: () => void };

export function getUnderway({ inputs, method, assessed, recording, before, locked, world, onTouch }: Parts): Underway {
  const { hosts } = locked;
  const { clock, log } = world;
  const verifying: Verifying = { inputs, hosts, appHosts: assessed.appHosts, asking: world };
  const executor: Executor = {
    hosts, clock, log, onTouch,
    parallel: inputs.parallel,
    ...(inputs.databaseUrl === undefined ? {} : { databaseSecret: inputs.databaseUrl }),
    record: (span) => recording.timeline.push(span),
    async prove(names) {
      const start = clock.now();
      const results = await proveHosts(verifying, assessed.to, names);
      recording.checks = latest(recording.checks, results);
      const failures = failuresOf(results);
      const result = failures.length === 0 ? 'done' : 'failed';
      if (results.length > 0) recording.timeline.push({ stage: 'Prove', title: names.join(', '), start, end: clock.now(), result });
      return failures;
    },
  };
  return { inputs, method, assessed, recording, before, hosts, verifying, executor };
}
