import type { ReasonCode } from './errors.ts';
import type { Milliseconds, Place } from './ports.ts';

/** What puts a step back: run when the step was started, whether or not it finished. */
export type Undo = { readonly title: string; readonly script: string; readonly limit: Milliseconds };

/** One act on one host. Pure data: made from inputs and assessment, printed by a dry run, kept for `post`. */
export type Step = {
  /** Unique in the plan and a file name on the host: `checkout`, `migrate-down-c3`. With the host it is unique everywhere. */
  readonly id: string;
  readonly title: string;
  readonly host: string;
  /** POSIX sh that asks first whether its effect already holds, so that it can be run again. */
  readonly script: string;
  readonly undo?: Undo;
  readonly limit: Milliseconds;
  /** The database credentials go to this step (and to its undo) on standard input. */
  readonly needsDatabase?: true;
  /** How long it probably takes, where that can be told beforehand. */
  readonly estimate?: Milliseconds;
  /** What a failure of this step means, and what a person can do then. `what` where an exit status would say less. */
  readonly failure: { readonly code: ReasonCode; readonly fix: string; readonly what?: string };
};

/** A place that is asked from a load balancer: a server of its block, or the address at which itself serves people. */
export type Asked = {
  readonly balancer: string;
  readonly at: Place;
  /** What is asked for. The host in it is the name by which the place is asked. */
  readonly urls: readonly string[];
  /** Nobody has said what is well there: any status below 500 is. */
  readonly lenient?: true;
  /** People ask by https, and the place by http. */
  readonly forwarded?: 'https';
};

/** What has to be true before the next stage begins, besides the hosts that must answer as the target. */
export type Proof =
  /** Servers that answer as the target and, asked from the first load balancer, pass the smoke tests. */
  | { readonly kind: 'servers'; readonly servers: readonly Asked[] }
  /** Not one of so many requests through these is answered by the server that has left. */
  | { readonly kind: 'gone'; readonly through: readonly Asked[]; readonly server: Gone; readonly requests: number };

/** A server that traffic has left: the release that it alone says it is, where it says one that no other does. */
export type Gone = { readonly name: string; readonly at: Place; readonly version?: string };

/** Steps that run at the same time on different hosts; on one host they run in their order. */
export type Stage = {
  readonly name: string;
  /** Whether production can differ afterwards. A failure before the first such stage leaves nothing to undo. */
  readonly touches: boolean;
  /** Copies data, or changes all of it: its time, and that of its undo, does not count against the run's `timeout`. */
  readonly untimed?: true;
  readonly steps: readonly Step[];
  /** Hosts that must answer as the target before the next stage begins. */
  readonly prove: readonly string[];
  readonly proofs?: readonly Proof[];
};

export type Plan = { readonly stages: readonly Stage[] };

/** The `plan` output. */
export function planAsJson(plan: Plan): string {
  return JSON.stringify({
    stages: plan.stages.map(({ name, steps }) => ({
      name,
      steps: steps.map(({ id, title, host, undo, estimate }) => ({ id, title, host, undo: undo?.title ?? null, ...(estimate === undefined ? {} : { seconds: Math.round(estimate / 1000) }) })),
    })),
  });
}
