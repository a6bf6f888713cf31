/** What is to be known of RDS before anything is touched. Read only. */
import type { Failure } from '../../errors.ts';
import type { RestoreFrom } from '../../inputs/kinds/restore-from.ts';
import type { Clock, Milliseconds } from '../../ports.ts';
import { duration, moment } from '../../report/quantity.ts';
import { ask, OutOfTime, tell, Refused, type Asking } from './asking.ts';
import { memberIds, makesItsMembers } from './cluster.ts';
import type { Source } from './commands.ts';
import { number, text } from './description.ts';
import { estimate, type Estimate } from './estimate.ts';
import { missingQuotas } from './quotas.ts';
import { notCarried } from './not-carried.ts';
import { madeName } from './names.ts';
import type { Account, ReadableRds, Target } from './port.ts';
import { addressFor, addressOf } from './restore.ts';
import { choose } from './source.ts';
import { sameSource, unfinished } from './unfinished.ts';
import { judge, statusOf } from './waiting.ts';
import { resourceOf } from './working.ts';

export type RdsWanted = {
  /** `rds-instance`, in lower case. */
  readonly id: string;
  /** `aws-region`; undefined where AWS's own variables say it. */
  readonly region?: string;
  readonly expectedAccount?: string;
  /** Undefined for a backup: only the snapshot. */
  readonly restoreFrom?: RestoreFrom;
  /** Full SHA: `latest` is then the newest snapshot of that release. */
  readonly release?: string;
  readonly cutover: 'repoint' | 'rename';
  readonly run: string;
};

/** Plain data. */
export type RdsAssessed = {
  readonly target: Target;
  /** Whose restore this is: this run's, or that of an earlier one that began the same and did not end it. For the place. */
  readonly run: string;
  /** By which the live one is known under any name. */
  readonly resource: string;
  readonly account: string;
  readonly engine: string;
  readonly version: string;
  /** Of the storage. */
  readonly bytes: number;
  /** `<name> <port>` that clients use now. */
  readonly address: string;
  /** The name that clients will use of the restored one. */
  readonly restoredAddress?: string;
  /** What a restore comes from, and of which moment its data are. */
  readonly from?: Source;
  readonly fromTime?: Milliseconds;
  /** Identifiers of what the run makes, and of the live one after a `rename`. */
  readonly names: { readonly snapshot: string; readonly restored: string; readonly kept: string };
  readonly estimate: Estimate;
  readonly notes: readonly string[];
};

export type RdsAnswer = { readonly kind: 'assessed'; readonly assessed: RdsAssessed } | { readonly kind: 'refused'; readonly failures: readonly Failure[] };

/** Answers within two minutes, whatever becomes of AWS. */
export async function assessRds(rds: ReadableRds, wanted: RdsWanted, around: { readonly clock: Clock; readonly random: () => number }): Promise<RdsAnswer> {
  const { clock, random } = around;
  const asking: Asking = { clock, random, deadline: clock.now() + 120_000, say: () => {} };
  try {
    return await assess(rds, wanted, asking);
  } catch (thrown) {
    if (thrown instanceof OutOfTime) return refuse({ code: 'aws-credentials', what: 'AWS could not be asked', why: thrown.message, fix: 'Look at https://health.aws.amazon.com and at the runner’s network, then run it again.' });
    if (thrown instanceof Refused) return refuse({ code: 'aws-credentials', what: 'AWS did not answer a question of the assessment', why: thrown.message, fix: 'Give the role of the run the policy of examples/iam-policy.json, and fresh credentials (aws-actions/configure-aws-credentials).' });
    throw thrown;
  }
}

async function assess(rds: ReadableRds, wanted: RdsWanted, asking: Asking): Promise<RdsAnswer> {
  const { id, run } = wanted;
  const account = await tell(() => rds.account(), asking);
  if (wanted.expectedAccount !== undefined && account.id !== wanted.expectedAccount) {
    return refuse({ code: 'aws-credentials', what: `the credentials are of the AWS account ${account.id} (${account.arn}), and expected-aws-account-id is ${wanted.expectedAccount}`, fix: 'Take the role of the right account, or correct the input.' });
  }
  const instance = await tell(() => rds.describe({ kind: 'instance', id }), asking);
  const cluster = instance === undefined ? await tell(() => rds.describe({ kind: 'cluster', id }), asking) : undefined;
  const live = instance ?? cluster;
  const where = `${wanted.region ?? 'the region'} of the AWS account ${account.id}`;
  if (live === undefined) return refuse({ code: 'invalid-input', what: `there is no RDS instance or cluster ${id} in ${where}`, fix: 'Check the inputs rds-instance, aws-region and the credentials.' });
  const inCluster = instance === undefined ? undefined : text(instance, 'DBClusterIdentifier');
  if (inCluster !== undefined) return refuse({ code: 'invalid-input', what: `${id} is a member of the cluster ${inCluster}, which is restored as a whole`, fix: `Give rds-instance: ${inCluster}` });
  if (judge(statusOf(live)) === 'hopeless' && statusOf(live) !== 'storage-full') return refuse({ code: 'backup-failed', what: `${id} is ${statusOf(live)}, so no snapshot can be taken of it`, fix: 'Look at it in the RDS console; start it if it is stopped.' });

  const target: Target = { kind: instance === undefined ? 'cluster' : 'instance', id };
  const snapshots = await tell(() => rds.snapshots(target), asking);
  const { restoreFrom } = wanted;
  const named = restoreFrom?.kind === 'snapshot' ? await ask(() => rds.snapshot(target.kind, restoreFrom.id), asking) : undefined;
  const chosen = restoreFrom === undefined ? undefined : choose(restoreFrom, {
    live, id, account: account.id, region: wanted.region, snapshots, run, now: asking.clock.now(),
    named: named?.kind === 'answered' ? named.value : undefined, ...(wanted.release === undefined ? {} : { release: wanted.release }),
  });
  const from = chosen?.kind === 'chosen' ? chosen.source : undefined;
  const left = from === undefined ? undefined : sameSource(unfinished(await tell(() => rds.list(target.kind), asking), id, run), from, asking.clock.now());
  const whose = left?.run ?? run;
  const expected = estimate(live, from, snapshots.length > 0);
  const seconds = expected.snapshot + (from === undefined ? 0 : expected.restore + expected.match + (wanted.cutover === 'rename' ? expected.rename : 0));
  const members = cluster === undefined || makesItsMembers(cluster) ? 0 : memberIds(cluster).length;
  const failures: readonly Failure[] = [
    ...(chosen?.kind === 'refused' ? [{ code: 'no-backup' as const, what: chosen.what, fix: chosen.fix }] : []),
    ...endsTooSoon(account, asking.clock.now(), seconds),
    ...missingQuotas(await tell(() => rds.quotas(), asking), { target, members, gib: number(live, 'AllocatedStorage') ?? 0, restores: from !== undefined && left === undefined }),
  ];
  if (failures.length > 0) return { kind: 'refused', failures };
  const restoredAddress = addressFor(live, madeName(id, 'restored', whose));
  return {
    kind: 'assessed',
    assessed: {
      target, run: whose, resource: resourceOf(live), account: account.id, engine: text(live, 'Engine') ?? '', version: text(live, 'EngineVersion') ?? '',
      ...(restoredAddress === undefined ? {} : { restoredAddress }), bytes: (number(live, 'AllocatedStorage') ?? 0) * 2 ** 30, address: addressOf(live),
      ...(from === undefined ? {} : { from }), ...(chosen?.kind === 'chosen' && chosen.at !== undefined ? { fromTime: chosen.at } : {}),
      names: { snapshot: madeName(id, 'snapshot', run), restored: madeName(id, 'restored', whose), kept: madeName(id, 'kept', whose) },
      estimate: expected,
      notes: [
        ...(chosen?.kind === 'chosen' ? [...chosen.notes, ...notCarried(live)] : []),
        ...(left === undefined ? [] : [`The run ${left.run} began this restore and did not end it: it is taken up.`]),
        ...(account.ends && account.expires === undefined ? [`The AWS credentials end some time and do not say when; about ${duration(seconds)} are needed. Should they end, AWS goes on, and the next run takes it up.`] : []),
        ...(wanted.cutover === 'rename' && from !== undefined && target.kind === 'cluster' ? ['Renaming moves the cluster’s endpoints; its instances keep their new names, so a client that names an instance of it goes on with the old data.'] : []),
        `Over RDS this takes about ${duration(seconds)} (${expected.basis}).`,
      ],
    },
  };
}

function refuse(failure: Failure): RdsAnswer {
  return { kind: 'refused', failures: [failure] };
}

function endsTooSoon({ expires }: Account, now: Milliseconds, seconds: number): readonly Failure[] {
  if (expires === undefined || expires >= now + seconds * 1000) return [];
  return [{
    code: 'aws-credentials', what: `the AWS credentials end at ${moment(expires)}, before RDS can be done (about ${duration(seconds)} from now)`,
    fix: `Ask for a longer session: role-duration-seconds: ${Math.ceil(seconds * 1.5 / 900) * 900} for aws-actions/configure-aws-credentials (the role’s maximum session duration must allow it).`,
  }];
}

/** For a dry run and the plan: what is there, in one line. */
export function describeLive(live: RdsAssessed): string {
  return `${live.target.kind} ${live.target.id}, ${live.engine} ${live.version}, ${live.bytes / 2 ** 30} GiB`;
}

