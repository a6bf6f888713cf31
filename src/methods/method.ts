/** What every method gives to the story. A new one is one file (or folder) and one line in registry.ts. */
import type { EngineName } from '../databases/engine.ts';
import type { ReadableRds, Target } from '../databases/rds/port.ts';
import type { Restoring } from '../databases/restoring.ts';
import type { AsFound } from '../as-found.ts';
import type { EndedRun } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import type { Commit, LogExcerpt, Migration, Release, Restored, TargetRule } from '../outcome.ts';
import type { Asked, Plan } from '../plan.ts';
import type { Clock, DeploymentRecord, Http, ReadableHost } from '../ports.ts';

/** What a method may look at while it assesses; nothing here can write. */
export type Surroundings = {
  readonly hosts: ReadonlyMap<string, ReadableHost>;
  readonly clock: Clock;
  readonly http: Http;
  readonly signal: AbortSignal;
  /** This run's id and who started it, for what it leaves on hosts. */
  readonly run: { readonly id: string; readonly actor: string };
  /** Amazon RDS, where an instance is given. */
  rds(): Promise<ReadableRds | undefined>;
  readonly random: () => number;
  /** GitHub's deployment records of the environment; undefined when GitHub could not be asked. */
  readonly deployments: () => Promise<readonly DeploymentRecord[] | undefined>;
};

/** Everything a method found out and means to do. Plain data, so that `post` can take it up from a file. */
export type Assessed = {
  readonly from: Release;
  readonly to: Release & { readonly rule: TargetRule };
  readonly plan: Plan;
  /** Code and schema are what was asked, everywhere; if health is right too, there is nothing to do. */
  readonly asAsked: boolean;
  readonly commits: readonly Commit[];
  readonly commitCount: number;
  readonly migrations: readonly Migration[];
  readonly migrationSql: string;
  readonly filesChanged: number;
  readonly files?: readonly string[];
  readonly notes: readonly string[];
  /** What a person would look at first, as it was found. */
  readonly found: readonly LogExcerpt[];
  /** The release each host is on. */
  readonly current: Readonly<Record<string, string>>;
  readonly asFound: readonly AsFound[];
  /** The run under whose id undo material lies on the hosts: this one, or the interrupted one that it takes up. */
  readonly run: string;
  /** The kind of the database, where one is known. */
  readonly engine?: EngineName;
  /** The RDS instance or cluster that steps of the plan are performed on, and the run whose restore that is: its own, or one that it takes up by its tags. */
  readonly rds?: Target & { readonly run: string };
  /** The restore that it plans, for people and for the last step. */
  readonly restored?: Restored;
  readonly restoring?: Restoring;
  /** The hosts that serve the application. */
  readonly appHosts: readonly string[];
  /** Where the load balancers that are worked on serve people. */
  readonly fronts?: readonly Asked[];
  readonly traffic?: Traffic;
};

/** What moves on load balancers. */
export type Traffic = {
  /** Who got the traffic, and who gets it: colours, or `canary` and `stable`. */
  readonly from: string;
  readonly to: string;
  /** The colour that is left as bad. */
  readonly bad?: string;
  /** The release that it said it was. */
  readonly badRelease?: string;
  /** The servers of the block afterwards, by load balancer, as `EndedRun` keeps them. */
  readonly servers: Readonly<Record<string, string>>;
};

export type Method = {
  /** @throws RollbackError with every reason why production must not be touched. */
  assess(inputs: Inputs, around: Surroundings): Promise<Assessed>;
  /** The last step on each host: what was kept for an undo goes, or stays for a person or the next run, and the end is written down. */
  close(inputs: Inputs, assessed: Assessed, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): { readonly script: string; readonly needsDatabase?: true };
};
