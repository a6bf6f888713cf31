/** What snapshots and restores need of Amazon RDS. One call is one request to AWS: nothing here waits or asks twice. */
import type { Milliseconds } from '../../ports.ts';
import type { Description } from './description.ts';
import type { ClusterModification, ClusterRestore, InstanceModification, InstanceRestore, MemberRequest } from './requests.ts';
import type { Tag } from './tags.ts';

/** A DB instance, or a cluster (Aurora, Multi-AZ DB cluster), by its identifier. */
export type Target = { readonly kind: 'instance' | 'cluster'; readonly id: string };

/** What AWS answered. A port never throws for what AWS or the network says. */
export type Asked<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** Asking again changes nothing. `code` is AWS's own: `DBInstanceAlreadyExists`, `SnapshotQuotaExceeded`, `AccessDenied`. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** There are no credentials, or they are expired or not known to AWS. */
  | { readonly kind: 'credentials'; readonly code: string; readonly message: string }
  /** Throttled, or AWS or the way to it is in trouble (5xx, reset, no answer in time): the request may have been carried out all the same. */
  | { readonly kind: 'later'; readonly why: string };

export type Account = {
  /** 12 digits. */
  readonly id: string;
  /** Who asks. */
  readonly arn: string;
  /** When the credentials end for good, since the epoch; undefined when they renew themselves or do not say. */
  readonly expires?: Milliseconds;
  /** They end some time (a session token) and do not say when. */
  readonly ends: boolean;
};

/** `name` is AWS's own: `DBInstances`, `DBClusters`, `ManualSnapshots`, `ManualClusterSnapshots`, `AllocatedStorage` (GiB). */
export type Quota = { readonly name: string; readonly used: number; readonly max: number };

export type SnapshotRequest = { readonly of: Target; readonly id: string; readonly tags: Tag[] };

/** Read only; enough for an assessment and a dry run. */
export interface ReadableRds {
  account(): Promise<Asked<Account>>;
  /** Undefined when there is none of that name. */
  describe(target: Target): Promise<Asked<Description | undefined>>;
  /** All of the region. */
  list(kind: Target['kind']): Promise<Asked<readonly Description[]>>;
  /** By identifier or ARN; undefined when there is none. */
  snapshot(kind: Target['kind'], id: string): Promise<Asked<Description | undefined>>;
  /** Manual, automated and AWS Backup's. */
  snapshots(target: Target): Promise<Asked<readonly Description[]>>;
  quotas(): Promise<Asked<readonly Quota[]>>;
}

export interface Rds extends ReadableRds {
  createSnapshot(request: SnapshotRequest): Promise<Asked<void>>;
  restoreInstance(request: InstanceRestore): Promise<Asked<void>>;
  restoreCluster(request: ClusterRestore): Promise<Asked<void>>;
  createMember(request: MemberRequest): Promise<Asked<void>>;
  modifyInstance(request: InstanceModification): Promise<Asked<void>>;
  modifyCluster(request: ClusterModification): Promise<Asked<void>>;
  addRole(to: Target, role: { readonly arn: string; readonly feature: string }): Promise<Asked<void>>;
  reboot(instance: string): Promise<Asked<void>>;
  tag(arn: string, tags: Tag[]): Promise<Asked<void>>;
}
