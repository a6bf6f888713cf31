/** What GitHub remembers of an environment: every deployment, rollbacks among them. Nothing of it is interpreted yet. */
import type { Milliseconds } from '../ports.ts';

export type Deployment = {
  readonly sha: string;
  /** `deploy`, `rollback`, or whatever its maker called it. */
  readonly task: string;
  /** JSON as its maker wrote it; empty without one. */
  readonly payload: string;
  readonly time: Milliseconds;
  /** Who made it, as GitHub knows them. */
  readonly creator: string;
  /** Oldest first. */
  readonly statuses: readonly DeploymentStatus[];
};

export type DeploymentStatus = {
  readonly state: 'success' | 'failure' | 'error' | 'inactive' | 'other';
  readonly time: Milliseconds;
  readonly description: string;
  /** Empty without one. */
  readonly url: string;
};

export type History = {
  /** Oldest first. */
  readonly deployments: readonly Deployment[];
  /** All deployments since then are there: `-Infinity` when all that ever were. */
  readonly since: Milliseconds;
};

/** @param since how far back is asked for. @returns why not, in words, when it cannot be read. Never throws */
export type ReadHistory = (since: Milliseconds) => Promise<History | { readonly why: string }>;
