/** Which snapshot or moment a restore comes from. Pure. */
import type { RestoreFrom } from '../../inputs/kinds/restore-from.ts';
import { duration, moment } from '../../report/quantity.ts';
import type { Source } from './commands.ts';
import { number, text, time, type Description } from './description.ts';
import { byTag, releaseTag, tagText, tagValue } from './tags.ts';
import { isEncrypted } from './waiting.ts';
import { isOurs } from './working.ts';

export type Chosen =
  | { readonly kind: 'chosen'; readonly source: Source; readonly snapshot?: Description; /** Of the data, since the epoch. */ readonly at?: number; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly what: string; readonly fix: string };

export type Offer = {
  readonly live: Description;
  readonly id: string;
  readonly account: string;
  readonly region: string | undefined;
  readonly snapshots: readonly Description[];
  /** The one that the user named, if it is there. */
  readonly named?: Description | undefined;
  readonly run: string;
  /** Full SHA; `latest` is then the newest snapshot of that release. */
  readonly release?: string;
  readonly now: number;
};

export function choose(wanted: RestoreFrom, offer: Offer): Chosen {
  switch (wanted.kind) {
    case 'latest':
      return latest(offer);
    case 'snapshot':
      return named(wanted.id, offer);
    case 'time':
      return pointInTime(wanted.at, offer);
    case 'file':
      return { kind: 'refused', what: 'a file cannot be restored into RDS by AWS', fix: 'Give restore-from: latest, snapshot:<id> or time:<ISO 8601>, or leave rds-instance out and restore the file as a dump.' };
  }
}

export function snapshotId(of: Description): string {
  return text(of, 'DBSnapshotIdentifier') ?? text(of, 'DBClusterSnapshotIdentifier') ?? '';
}

function latest(offer: Offer): Chosen {
  const { snapshots, id, run, release } = offer;
  const whole = snapshots.filter((each) => text(each, 'Status') === 'available' && !isOurs(each, run)).toSorted((a, b) => (time(b, 'SnapshotCreateTime') ?? 0) - (time(a, 'SnapshotCreateTime') ?? 0));
  // What a rollback was about to leave is not what to go back to, unless its very release is wanted.
  const [newest] = release === undefined ? whole.filter((each) => tagValue(each, byTag) !== 'rollback') : whole.filter((each) => tagValue(each, releaseTag) === tagText(release));
  if (newest !== undefined) return accept(newest, offer);
  const some = whole.slice(0, 3).map((each) => `${snapshotId(each)} (${text(each, 'SnapshotCreateTime') ?? ''})`).join(', ');
  return {
    kind: 'refused', what: release === undefined ? `there is no available snapshot of ${id}` : `no available snapshot of ${id} belongs to the release ${release.slice(0, 7)}`,
    fix: some === '' ? 'Give restore-from: time:latest, if automated backups are on.' : `Name one with restore-from: snapshot:<id>; the newest are ${some}.`,
  };
}

function named(wanted: string, offer: Offer): Chosen {
  const { named: found, account, region, id } = offer;
  const [, , , inRegion, ofAccount] = wanted.startsWith('arn:') ? wanted.split(':') : [];
  if (ofAccount !== undefined && ofAccount !== account) return { kind: 'refused', what: `the snapshot ${wanted} belongs to the account ${ofAccount}, and the credentials are of ${account}`, fix: 'Name a snapshot of this account; one that is shared with it can be copied first (aws rds copy-db-snapshot).' };
  if (inRegion !== undefined && region !== undefined && inRegion !== region) return { kind: 'refused', what: `the snapshot ${wanted} is in ${inRegion}, and ${id} is in ${region}`, fix: `Copy it to ${region} first (aws rds copy-db-snapshot).` };
  if (found === undefined) return { kind: 'refused', what: `there is no snapshot ${wanted}`, fix: `List them: aws rds ${text(offer.live, 'DBInstanceIdentifier') === undefined ? 'describe-db-cluster-snapshots --db-cluster' : 'describe-db-snapshots --db-instance'}-identifier ${id}` };
  const status = text(found, 'Status') ?? 'unknown';
  if (status !== 'available') return { kind: 'refused', what: `the snapshot ${wanted} is ${status}`, fix: 'Name another, or wait until it is available.' };
  return accept(found, offer);
}

/** Whether what comes of the snapshot can be like the live one at all: known before a restore that takes half an hour. */
function accept(snapshot: Description, { live, id, now }: Offer): Chosen {
  const name = snapshotId(snapshot);
  const [had, has] = [text(snapshot, 'Engine') ?? '', text(live, 'Engine') ?? ''];
  if (had !== has) return { kind: 'refused', what: `the snapshot ${name} is of ${had}, and ${id} is ${has}`, fix: 'Name a snapshot of the same kind of database.' };
  const [old, current] = [text(snapshot, 'EngineVersion') ?? '', text(live, 'EngineVersion') ?? ''];
  if (major(old, has) !== major(current, has)) return { kind: 'refused', what: `the snapshot ${name} is of ${has} ${old}, and ${id} is ${current}: another major version`, fix: 'Restore it by hand, with parameter and option groups of that version.' };
  const instance = text(live, 'DBInstanceIdentifier') !== undefined;
  const [key, liveKey] = [text(snapshot, 'KmsKeyId') ?? '', text(live, 'KmsKeyId') ?? ''];
  if (isEncrypted(snapshot) !== isEncrypted(live) && (instance || isEncrypted(snapshot))) return { kind: 'refused', what: `the snapshot ${name} is ${isEncrypted(snapshot) ? '' : 'not '}encrypted, and ${id} is ${isEncrypted(live) ? '' : 'not '}`.trimEnd(), fix: 'Copy the snapshot with the instance’s key first (aws rds copy-db-snapshot --kms-key-id), and name the copy.' };
  if (instance && isEncrypted(live) && key !== liveKey) return { kind: 'refused', what: `the snapshot ${name} is encrypted with another key than ${id}`, fix: `Copy it with the key ${liveKey} first (aws rds copy-db-snapshot --kms-key-id), and name the copy.` };
  const of = text(snapshot, 'DBInstanceIdentifier') ?? text(snapshot, 'DBClusterIdentifier') ?? '';
  const at = time(snapshot, 'SnapshotCreateTime');
  return {
    kind: 'chosen', source: { kind: 'snapshot', id: text(snapshot, 'SnapshotType') === 'shared' ? text(snapshot, 'DBSnapshotArn') ?? name : name }, snapshot, ...(at === undefined ? {} : { at }),
    notes: [
      ...(at === undefined ? [] : [`The snapshot ${name} is of ${moment(at)}, ${duration(Math.max(0, (now - at) / 1000))} ago: what was written since is only in the kept ${instance ? 'instance' : 'cluster'}.`]),
      ...(of === id ? [] : [`The snapshot ${name} was taken of ${of}, not of ${id}.`]),
      ...(old === current ? [] : [`The snapshot ${name} is of version ${old}: the restored one is upgraded to ${current}.`]),
    ],
  };
}

/** What of a version names parameter groups: `8.0` of MySQL, `16` of PostgreSQL. */
function major(version: string, engine: string): string {
  const numbers = version.split('.');
  return engine.includes('postgres') ? numbers[0] ?? '' : numbers.slice(0, 2).join('.');
}

function pointInTime(at: number | 'latest', { live, id, now }: Offer): Chosen {
  const last = time(live, 'LatestRestorableTime');
  const days = number(live, 'BackupRetentionPeriod') ?? 0;
  if (days === 0 || last === undefined) return { kind: 'refused', what: `${id} has no automated backups, so AWS cannot go to a point in time`, fix: 'Give restore-from: latest or snapshot:<id>.' };
  const first = time(live, 'EarliestRestorableTime') ?? Math.max(time(live, 'InstanceCreateTime') ?? 0, now - days * 86_400_000);
  const when = at === 'latest' ? last : at;
  if (when < first || when > last) return { kind: 'refused', what: `${id} cannot be restored to ${moment(when)}`, fix: `Choose a time from ${moment(first)} to ${moment(last)}, or time:latest.` };
  return { kind: 'chosen', source: { kind: 'time', at }, at: when, notes: [`What was written after ${moment(when)} is only in the kept one.`] };
}
