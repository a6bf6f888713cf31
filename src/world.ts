/** The world that a story of this repository happens in. A door builds it from adapters; a test from fakes. */
import type { GetHurl } from './checks/hurl-port.ts';
import type { Rds } from './databases/rds/port.ts';
import type { Failure } from './errors.ts';
import type { Inputs } from './inputs.ts';
import type { Event } from './notify/event.ts';
import type { Clock, DeploymentRecord, Host, Http, Log, ReadableHost } from './ports.ts';
import type { RunStart } from './recording.ts';

/** Hosts on which this run holds the lock; disposing frees it (only its own). */
export type Locked = AsyncDisposable & {
  readonly hosts: ReadonlyMap<string, Host>;
  /** Names this run on the hosts; with it `post` goes on holding the same lock. */
  readonly token: string;
  /** A stale lock that was taken over, and whose. */
  readonly notes: readonly string[];
  /** Disposing does not free it any more: `post` goes on with it. */
  leave(): void;
  /** Who holds the lock in our stead; undefined while it is ours. For places that cannot hold a lock of their own. */
  fencedBy(): Promise<string | undefined>;
};

export type Connected = AsyncDisposable & {
  /** Without a way to write: enough for an assessment and a dry run. */
  readonly hosts: ReadonlyMap<string, ReadableHost>;
  /**
   * @param token of an earlier process of the same run, to go on holding its lock
   * @throws RollbackError `locked`, with who holds it and since when, after the input `lock-wait`; with a token at once, also when nobody holds it any more
   */
  lock(token?: string): Promise<Locked>;
};

/** What is needed to reach the hosts, and GitHub. */
export type Reach = Pick<Inputs, 'hosts' | 'databaseHost' | 'sshJumpHost' | 'sshPrivateKey' | 'sshPassphrase' | 'sshKnownHosts' | 'sshConnectTimeout'
  | 'appDir' | 'parallel' | 'lockWait' | 'githubToken' | 'rdsInstance' | 'awsRegion'>
  & Partial<Pick<Inputs, 'loadBalancers' | 'nginxConfig' | 'upstream'>>;

export type World = {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
  /** @throws RollbackError with every host that cannot be reached, and why. */
  connect(inputs: Reach, run: RunStart): Promise<Connected>;
  /** The environment's deployments; undefined when GitHub cannot be asked. Asked at most once. */
  deployments(): Promise<readonly DeploymentRecord[] | undefined>;
  /** Amazon RDS, where an instance is given; the same every time. */
  rds(): Promise<Rds | undefined>;
  /** Hurl on the runner; only asked for where a `.hurl` file is given. */
  readonly hurl: GetHurl;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Runs the user's command on the runner; the reason when it failed. */
  command(text: string, environment: Readonly<Record<string, string>>): Promise<Failure | undefined>;
  /** Keeps, where `post` finds it, what is needed to settle the run if this process is killed from here on. */
  checkpoint(state: unknown): void;
  /** Tells people what happens: at once, without waiting for anybody, and never throws. */
  tell(event: Event): void;
  /** Ended when the run is cancelled: whatever waits stops waiting. */
  readonly signal: AbortSignal;
};
