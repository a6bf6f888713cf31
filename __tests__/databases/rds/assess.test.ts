import { describe, expect, test } from 'vitest';
import { assessRds, describeLive, type RdsAnswer, type RdsWanted } from '../../../src/databases/rds/assess.ts';
import type { Description } from '../../../src/databases/rds/description.ts';
import type { Account, Asked, Quota, ReadableRds } from '../../../src/databases/rds/port.ts';
import { FakeClock } from '../../fakes/clock.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const iso = (hoursAgo: number): string => new Date(now - hoursAgo * 3_600_000).toISOString();
const release = 'a'.repeat(40);
const key = 'arn:aws:kms:eu-central-1:123456789012:key/data';

const live: Description = {
  DBInstanceIdentifier: 'mydb', DbiResourceId: 'db-ONE', DBInstanceStatus: 'available', Engine: 'postgres', EngineVersion: '16.4', AllocatedStorage: 200, MultiAZ: true, StorageEncrypted: true, KmsKeyId: key,
  BackupRetentionPeriod: 7, InstanceCreateTime: iso(1000), LatestRestorableTime: iso(0.05), Endpoint: { Address: 'mydb.x.rds.amazonaws.com', Port: 5432 },
};
const snapshot = (id: string, hoursAgo: number, more: Description = {}): Description => ({
  DBSnapshotIdentifier: id, DBInstanceIdentifier: 'mydb', Status: 'available', SnapshotCreateTime: iso(hoursAgo), Engine: 'postgres', EngineVersion: '16.4', Encrypted: true, KmsKeyId: key, TagList: [], ...more,
});
const tags = (values: Readonly<Record<string, string>>): Description => ({ TagList: Object.entries(values).map(([Key, Value]) => ({ Key, Value })) });

type World = { list?: Description[]; account?: Partial<Account>; instances?: Description[]; clusters?: Description[]; snapshots?: Description[]; quotas?: Quota[]; asking?: Asked<never> };

function rds({ list = [], account = {}, instances = [live], clusters = [], snapshots = [snapshot('nightly', 9)], quotas = [], asking }: World): ReadableRds {
  const answer = <T>(value: T): Promise<Asked<T>> => Promise.resolve(asking ?? { kind: 'answered', value });
  return {
    account: () => answer({ id: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/ci/x', ends: false, ...account }),
    describe: ({ kind, id }) => answer((kind === 'instance' ? instances : clusters).find((each) => each[kind === 'instance' ? 'DBInstanceIdentifier' : 'DBClusterIdentifier'] === id)),
    list: () => answer(list), snapshots: () => answer(snapshots), quotas: () => answer(quotas),
    snapshot: (_kind, id) => answer(snapshots.find((each) => each['DBSnapshotIdentifier'] === id.split(':').at(-1))),
  };
}

const assess = (world: World, wanted: Partial<RdsWanted> = {}): Promise<RdsAnswer> =>
  assessRds(rds(world), { id: 'mydb', run: '42-1', region: 'eu-central-1', cutover: 'repoint', restoreFrom: { kind: 'latest' }, ...wanted }, { clock: new FakeClock(now), random: () => 0 });
const refusals = async (world: World, wanted?: Partial<RdsWanted>): Promise<readonly string[]> => {
  const answer = await assess(world, wanted);
  return answer.kind === 'refused' ? answer.failures.map(({ code, what, fix }) => `${code}: ${what}. ${fix}`) : [];
};
const chosen = async (world: World, wanted?: Partial<RdsWanted>): Promise<unknown> => {
  const answer = await assess(world, wanted);
  return answer.kind === 'assessed' ? answer.assessed.from : answer.failures;
};

describe('assessing RDS', () => {
  test('tells what is there, what it restores and how long that takes', async () => {
    const answer = await assess({});
    if (answer.kind === 'refused') throw new Error('refused');
    expect(answer.assessed).toMatchObject({
      target: { kind: 'instance', id: 'mydb' }, resource: 'db-ONE', account: '123456789012', address: 'mydb.x.rds.amazonaws.com 5432', restoredAddress: 'mydb-restored-42-1.x.rds.amazonaws.com', bytes: 200 * 2 ** 30, from: { kind: 'snapshot', id: 'nightly' }, fromTime: now - 9 * 3_600_000,
      names: { snapshot: 'mydb-snapshot-42-1', restored: 'mydb-restored-42-1', kept: 'mydb-kept-42-1' },
      estimate: { snapshot: 220, restore: 1380, match: 300, rename: 1200, basis: 'not measured: from 200 GiB of storage, Multi-AZ; AWS promises no times' },
    });
    expect(describeLive(answer.assessed)).toBe('instance mydb, postgres 16.4, 200 GiB');
    expect(answer.assessed.notes).toEqual([
      'The snapshot nightly is of 2026-03-10 03:00:00 UTC, 9 h ago: what was written since is only in the kept instance.',
      'Alarms, event subscriptions and RDS Proxy targets that name it by its identifier or resource id go on naming the old one.',
      'Over RDS this takes about 31 min 40 s (not measured: from 200 GiB of storage, Multi-AZ; AWS promises no times).',
    ]);
  });

  test.each<[what: string, snapshots: Description[], wanted: Partial<RdsWanted>, id: string]>([
    ['the newest', [snapshot('old', 50), snapshot('new', 3), snapshot('older', 90)], {}, 'new'],
    ['not one that is being made', [snapshot('old', 50), snapshot('new', 3, { Status: 'creating' })], {}, 'old'],
    ['not its own', [snapshot('old', 50), snapshot('own', 1, tags({ 'rollback-action:run': '42-1' }))], {}, 'old'],
    ['not what a rollback saved', [snapshot('old', 50), snapshot('bad', 1, tags({ 'rollback-action:by': 'rollback', 'rollback-action:run': '41-1' }))], {}, 'old'],
    ['another run’s', [snapshot('old', 50), snapshot('other', 1, tags({ 'rollback-action:run': '41-1' }))], {}, 'other'],
    ['the newest of the release', [snapshot('of-it', 70, tags({ 'rollback-action:release': release })), snapshot('of-it-too', 60, tags({ 'rollback-action:release': release })), snapshot('new', 3)], { release }, 'of-it-too'],
    ['the one that was named', [snapshot('old', 50), snapshot('new', 3)], { restoreFrom: { kind: 'snapshot', id: 'old' } }, 'old'],
    ['one of an older minor version', [snapshot('old', 50, { EngineVersion: '16.1' })], {}, 'old'],
  ])('chooses %s', async (_what, snapshots, wanted, id) => {
    expect(await chosen({ snapshots }, wanted)).toEqual({ kind: 'snapshot', id });
  });

  test.each<[at: number | 'latest']>([['latest'], [now - 3_600_000], [now - 7 * 24 * 3_600_000 + 1000]])('chooses the point in time %s', async (at) => {
    expect(await chosen({}, { restoreFrom: { kind: 'time', at } })).toEqual({ kind: 'time', at });
  });

  test.each<[what: string, world: World, wanted: Partial<RdsWanted>, told: RegExp]>([
    ['another account', {}, { expectedAccount: '999999999999' }, /^aws-credentials: the credentials are of the AWS account 123456789012 .* and expected-aws-account-id is 999999999999/],
    ['credentials that end too soon', { account: { expires: now + 1_800_000, ends: true } }, {}, /^aws-credentials: the AWS credentials end at 2026-03-10 12:30:00 UTC, before RDS can be done \(about 31 min 40 s from now\)\. .*role-duration-seconds: 3600/],
    ['credentials that end during the renames', { account: { expires: now + 2_400_000, ends: true } }, { cutover: 'rename' }, /^aws-credentials: .*role-duration-seconds: 5400/],
    ['no such instance', { instances: [] }, {}, /^invalid-input: there is no RDS instance or cluster mydb in eu-central-1 of the AWS account 123456789012/],
    ['a member of a cluster', { instances: [{ ...live, DBClusterIdentifier: 'shop' }] }, {}, /^invalid-input: mydb is a member of the cluster shop.*rds-instance: shop/],
    ['a stopped instance', { instances: [{ ...live, DBInstanceStatus: 'stopped' }] }, {}, /^backup-failed: mydb is stopped/],
    ['no snapshot', { snapshots: [] }, {}, /^no-backup: there is no available snapshot of mydb/],
    ['none of the release', { snapshots: [snapshot('new', 3)] }, { release }, /^no-backup: no available snapshot of mydb belongs to the release aaaaaaa\. .*the newest are new/],
    ['a snapshot that is not there', {}, { restoreFrom: { kind: 'snapshot', id: 'gone' } }, /^no-backup: there is no snapshot gone\. List them: aws rds describe-db-snapshots --db-instance-identifier mydb/],
    ['a snapshot of another account', {}, { restoreFrom: { kind: 'snapshot', id: 'arn:aws:rds:eu-central-1:999999999999:snapshot:theirs' } }, /^no-backup: the snapshot .* belongs to the account 999999999999, and the credentials are of 123456789012/],
    ['a snapshot in another region', {}, { restoreFrom: { kind: 'snapshot', id: 'arn:aws:rds:us-east-1:123456789012:snapshot:far' } }, /^no-backup: the snapshot .* is in us-east-1/],
    ['a snapshot of another engine', { snapshots: [snapshot('s', 1, { Engine: 'mysql' })] }, {}, /^no-backup: the snapshot s is of mysql, and mydb is postgres/],
    ['a snapshot of another major version', { snapshots: [snapshot('s', 1, { EngineVersion: '15.8' })] }, {}, /another major version/],
    ['a snapshot without encryption', { snapshots: [snapshot('s', 1, { Encrypted: false, KmsKeyId: undefined })] }, {}, /^no-backup: the snapshot s is not encrypted, and mydb is\./],
    ['a snapshot with another key', { snapshots: [snapshot('s', 1, { KmsKeyId: 'other' })] }, {}, /encrypted with another key/],
    ['a snapshot that is not ready', { snapshots: [snapshot('s', 1, { Status: 'failed' })] }, { restoreFrom: { kind: 'snapshot', id: 's' } }, /^no-backup: the snapshot s is failed/],
    ['a file', {}, { restoreFrom: { kind: 'file', path: '/tmp/x' } }, /^no-backup: a file cannot be restored into RDS/],
    ['a time to come', {}, { restoreFrom: { kind: 'time', at: now + 1000 } }, /^no-backup: mydb cannot be restored to 2026-03-10 12:00:01 UTC\. Choose a time from 2026-03-03 12:00:00 UTC to 2026-03-10 11:57:00 UTC/],
    ['a time too long ago', {}, { restoreFrom: { kind: 'time', at: now - 8 * 24 * 3_600_000 } }, /^no-backup: mydb cannot be restored to/],
    ['no automated backups', { instances: [{ ...live, BackupRetentionPeriod: 0 }] }, { restoreFrom: { kind: 'time', at: 'latest' } }, /^no-backup: mydb has no automated backups/],
    ['no room for an instance', { quotas: [{ name: 'DBInstances', used: 40, max: 40 }] }, {}, /^rds-restore-failed: the AWS account may have 40 instances and has 40: 1 more do not fit/],
    ['no room for a snapshot', { quotas: [{ name: 'ManualSnapshots', used: 100, max: 100 }] }, {}, /^backup-failed: the AWS account may have 100 snapshots/],
    ['no room for the storage', { quotas: [{ name: 'AllocatedStorage', used: 900, max: 1000 }] }, {}, /^rds-restore-failed: .*900: 200 more do not fit/],
    ['an expired token', { asking: { kind: 'credentials', code: 'ExpiredToken', message: 'The security token is expired' } }, {}, /^aws-credentials: AWS did not answer/],
    ['a missing right', { asking: { kind: 'refused', code: 'AccessDenied', message: 'not authorized' } }, {}, /examples\/iam-policy\.json/],
    ['an AWS that is down', { asking: { kind: 'later', why: 'ServiceUnavailable' } }, {}, /^aws-credentials: AWS could not be asked/],
  ])('refuses %s', async (_what, world, wanted, told) => {
    const [first, ...more] = await refusals(world, wanted);
    expect(first).toMatch(told);
    expect(more).toEqual([]);
  });

  test('a backup needs room for a snapshot only, and no snapshot to go back to', async () => {
    const { restoreFrom: _none, ...wanted } = { id: 'mydb', run: '42-1', cutover: 'repoint' as const, restoreFrom: undefined };
    const answer = await assessRds(rds({ snapshots: [], quotas: [{ name: 'DBInstances', used: 40, max: 40 }] }), wanted, { clock: new FakeClock(now), random: () => 0 });
    expect(answer).toMatchObject({ kind: 'assessed', assessed: { estimate: { snapshot: 900 } } });
  });

  describe('an earlier run that did not end', () => {
    const restored = (more: Readonly<Record<string, string>>, status = 'creating'): Description => ({
      DBInstanceIdentifier: 'mydb-restored-41-1', DBInstanceStatus: status, InstanceCreateTime: iso(1),
      ...tags({ 'rollback-action:run': '41-1', 'rollback-action:source': 'mydb', 'rollback-action:from': 'snapshot:nightly', 'rollback-action:job:rds-restore': `${iso(1)} running`, ...more }),
    });
    test.each<[what: string, left: Description, wanted: Partial<RdsWanted>, run: string]>([
      ['is taken up', restored({}), {}, '41-1'],
      ['is taken up in its comparison', restored({ 'rollback-action:job:rds-match': `${iso(0)} running` }, 'available'), {}, '41-1'],
      ['is left when it was compared to the end: it may be in use', restored({ 'rollback-action:job:rds-match': `${iso(0)} finished` }, 'available'), {}, '42-1'],
      ['is left when it failed', restored({}, 'incompatible-restore'), {}, '42-1'],
      ['is left when it restored something else', restored({ 'rollback-action:from': 'snapshot:older' }), {}, '42-1'],
      ['is left when it is of another source', restored({ 'rollback-action:source': 'other' }), {}, '42-1'],
      ['is taken up when it went to the last moment just now', restored({ 'rollback-action:from': 'time:latest' }), { restoreFrom: { kind: 'time', at: 'latest' } }, '41-1'],
      ['is left when it went to what was the last moment yesterday', { ...restored({ 'rollback-action:from': 'time:latest' }), InstanceCreateTime: iso(20) }, { restoreFrom: { kind: 'time', at: 'latest' } }, '42-1'],
    ])('%s', async (_what, left, wanted, run) => {
      // There is room for no other instance: one that is taken up needs none.
      const quotas = run === '42-1' ? [] : [{ name: 'DBInstances', used: 40, max: 40 }];
      const answer = await assess({ list: [left], quotas }, wanted);
      expect(answer).toMatchObject({ kind: 'assessed', assessed: { run, names: { restored: `mydb-restored-${run}` } } });
    });
  });

  test('says all that is in the way at once', async () => {
    expect(await refusals({ snapshots: [], quotas: [{ name: 'ManualSnapshots', used: 100, max: 100 }], account: { expires: now, ends: true } })).toHaveLength(3);
  });

  test('what a replica, a stack and IAM logins mean is told', async () => {
    const answer = await assess({ instances: [{ ...live, ReadReplicaDBInstanceIdentifiers: ['mydb-reader'], IAMDatabaseAuthenticationEnabled: true, ActivityStreamStatus: 'started', ...tags({ 'aws:cloudformation:stack-name': 'web' }) }], account: { ends: true } });
    const notes = answer.kind === 'assessed' ? answer.assessed.notes.join('\n') : '';
    for (const part of ['mydb-reader', 'rds-db:connect', 'activity stream', 'stack web', 'do not say when']) expect(notes).toContain(part);
  });
});
