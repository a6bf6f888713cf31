import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeCommand, type Command } from '../../../src/databases/rds/commands.ts';
import { madeName } from '../../../src/databases/rds/names.ts';
import type { JobEnd } from '../../../src/ports.ts';
import { startAws, type Aws } from './aws.ts';
import { motoAvailable } from './moto.ts';
import type { Call, Fault } from './relay.ts';
import { instances, makeInstance } from './sources.ts';

const of = { kind: 'instance', id: 'mydb' } as const;
const hours = 3_600_000;
const containing = (text: string): unknown => expect.stringContaining(text) as unknown;

describe.skipIf(!motoAvailable())('RDS as a place', () => {
  let aws: Aws;
  let runs = 0;
  let run = '';
  beforeAll(async () => {
    aws = await startAws();
    await makeInstance(aws, 'mydb', instances.gp3, 'early');
  });
  afterAll(() => aws[Symbol.asyncDispose]());
  beforeEach(() => {
    run = `trouble-${++runs}`;
    aws.relay.faults = [];
    aws.relay.calls.length = 0;
    aws.said.length = 0;
  });

  const perform = (command: Command, { limit = 3 * hours, signal, id = `rds-${command.rds}` }: { limit?: number; signal?: AbortSignal; id?: string } = {}): Promise<JobEnd> =>
    aws.place(of, run, aws.rds, signal).perform({ id, script: writeCommand(command), limit });
  const snapshotCommand = (): Command => ({ rds: 'snapshot', of, snapshot: madeName('mydb', 'snapshot', run), by: 'backup', release: 'a'.repeat(40) });
  const restoreCommand = (): Extract<Command, { rds: 'restore' }> => ({ rds: 'restore', of, from: { kind: 'snapshot', id: 'early' }, as: madeName('mydb', 'restored', run) });
  const matchCommand = (): Command => ({ rds: 'match', of, restored: madeName('mydb', 'restored', run) });
  const on = (action: RegExp, fault: Fault): void => { aws.relay.faults = [({ action: asked }: Call) => (action.test(asked) ? fault : undefined)]; };

  test('takes a snapshot, once, and tells how far it is', async () => {
    const snapshot = madeName('mydb', 'snapshot', run);
    const end = await perform(snapshotCommand());
    expect(end).toMatchObject({ kind: 'finished', code: 0 });
    expect(end.kind === 'finished' ? Object.fromEntries(end.facts) : {}).toEqual({ backup: ['rds'], location: [snapshot], bytes: [String(700 * 2 ** 30)], sha256: [''], 'snapshot-arn': [`arn:aws:rds:eu-central-1:123456789012:snapshot:${snapshot}`] });
    expect(aws.said).toContain(`rds mydb: the snapshot ${snapshot} is creating, 55 %`);
    expect(await perform(snapshotCommand())).toEqual(end);
    expect(aws.relay.count('CreateDBSnapshot')).toBe(1);
  });

  test('waits while the instance is busy with a backup of its own', async () => {
    aws.relay.become('instance', 'mydb', [[0, 'backing-up'], [4 * 60_000, 'available']]);
    expect(await perform(snapshotCommand())).toMatchObject({ kind: 'finished', code: 0 });
    expect(aws.said).toContain('rds mydb: waiting until mydb can be worked on: it is backing-up');
  });

  test('does not wait for an instance that is beyond work', async () => {
    aws.relay.become('instance', 'mydb', [[0, 'stopped']]);
    const end = await perform(snapshotCommand());
    aws.relay.become('instance', 'mydb', [[0, 'available']]);
    expect(end).toMatchObject({ kind: 'finished', code: 1, output: containing('mydb is stopped') });
  });

  test.each<[what: string, action: RegExp, command: () => Command, fault: Fault, told: string]>([
    ['an expired token', /./, restoreCommand, { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' }, 'AWS does not take the credentials: The security token included in the request is expired (ExpiredToken)'],
    ['a key that is not known', /./, restoreCommand, { status: 403, code: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }, 'InvalidClientTokenId'],
    ['the quota of instances', /^Restore/, restoreCommand, { status: 400, code: 'InstanceQuotaExceeded', message: 'The limit of 40 instances is reached' }, 'AWS did not begin the restore: The limit of 40 instances is reached (InstanceQuotaExceeded'],
    ['the quota of storage', /^Restore/, restoreCommand, { status: 400, code: 'StorageQuotaExceeded', message: 'too much' }, 'too much (StorageQuotaExceeded'],
    ['the quota of snapshots', /^CreateDBSnapshot/, snapshotCommand, { status: 400, code: 'SnapshotQuotaExceeded', message: 'The limit of 100 snapshots is reached' }, 'AWS took no snapshot of mydb: The limit of 100 snapshots is reached (SnapshotQuotaExceeded'],
    ['no capacity of that class', /^Restore/, restoreCommand, { status: 400, code: 'InsufficientDBInstanceCapacity', message: 'none left' }, 'none left (InsufficientDBInstanceCapacity'],
    ['a missing right', /^Restore/, restoreCommand, { status: 403, code: 'AccessDenied', message: 'User: x is not authorized to perform: rds:RestoreDBInstanceFromDBSnapshot' }, 'not authorized to perform: rds:RestoreDBInstanceFromDBSnapshot (AccessDenied'],
  ])('says at once, in one line, that it cannot go on for %s', async (_what, action, command, fault, told) => {
    const before = aws.clock.now();
    on(action, fault);
    const end = await perform(command());
    expect(end).toMatchObject({ kind: 'finished', code: 1, output: containing(told) });
    expect(end.kind === 'finished' ? end.output.trimEnd().split('\n') : []).toHaveLength(1);
    expect(aws.clock.now() - before).toBeLessThan(1000);
  });

  test('takes up after fresh credentials what was begun before the old ones ended', async () => {
    let restored = false;
    aws.relay.faults = [({ action }) => {
      if (restored && action === 'DescribeDBInstances') return { status: 403, code: 'ExpiredToken', message: 'expired' };
      restored = restored || action.startsWith('Restore');
      return undefined;
    }];
    expect(await perform(restoreCommand())).toMatchObject({ code: 1, output: containing('ExpiredToken') });
    aws.relay.faults = [];
    expect(await perform(restoreCommand())).toMatchObject({ code: 0 });
    expect(aws.relay.count('RestoreDBInstanceFromDBSnapshot')).toBe(1);
  });

  test('a second place takes up the restore that a killed runner began, and its journal tells of it', async () => {
    const killed = new AbortController();
    const waiting = perform(restoreCommand(), { signal: killed.signal });
    await aws.clock.sleep(4 * 60_000);
    killed.abort();
    expect(await waiting).toMatchObject({ kind: 'lost', why: containing('the next run takes up what it made') });
    const second = aws.place(of, run);
    expect(await second.journal()).toEqual([{ id: 'rds-restore', state: 'running' }]);
    expect(await perform(restoreCommand())).toMatchObject({ kind: 'finished', code: 0 });
    expect(await perform(matchCommand())).toMatchObject({ kind: 'finished', code: 0 });
    expect(aws.relay.count('RestoreDBInstanceFromDBSnapshot')).toBe(1);
    expect(await second.journal()).toEqual([{ id: 'rds-restore', state: 'finished', code: 0 }, { id: 'rds-match', state: 'finished', code: 0 }]);
  });

  test('another’s instance of that name is neither used nor replaced', async () => {
    const { as } = restoreCommand();
    await aws.call('CreateDBInstance', { DBInstanceIdentifier: as, DBInstanceClass: 'db.m5.large', Engine: 'mysql', MasterUsername: 'a', MasterUserPassword: 'not-a-real-one', AllocatedStorage: '20' });
    expect(await perform(restoreCommand())).toMatchObject({ kind: 'finished', code: 1, output: containing('was not made by this run') });
    expect(aws.relay.calls.filter(({ action }) => !action.startsWith('Describe'))).toEqual([]);
  });

  test('what takes longer than its limit ends, and goes on in the next run', async () => {
    expect(await perform(restoreCommand(), { limit: 5 * 60_000 })).toMatchObject({ kind: 'timeout', output: containing('not done within 300 s') });
    expect(await perform(restoreCommand())).toMatchObject({ kind: 'finished', code: 0 });
    expect(aws.relay.count('RestoreDBInstanceFromDBSnapshot')).toBe(1);
  });

  test.each([[Date.parse('2026-01-02T03:04:05Z'), { RestoreTime: '2026-01-02T03:04:05Z' }], ['latest', { UseLatestRestorableTime: 'true' }]] as const)('goes to the point in time %s', async (at, asked) => {
    expect(await perform({ ...restoreCommand(), from: { kind: 'time', at } })).toMatchObject({ code: 0 });
    const call = aws.relay.calls.find(({ action }) => action === 'RestoreDBInstanceToPointInTime');
    expect(Object.fromEntries(call?.form ?? [])).toMatchObject({ SourceDBInstanceIdentifier: 'mydb', ...asked });
    expect(await perform(matchCommand())).toMatchObject({ code: 0 });
  });

  test('does not go on with an address that the plan does not know', async () => {
    const command = restoreCommand();
    expect(await perform({ ...command, address: `${command.as}.zzzzzzzz.eu-central-1.rds.amazonaws.com` })).toMatchObject({ code: 1, output: containing(`AWS gave ${command.as} the address ${command.as}.abcdefgh.eu-central-1.rds.amazonaws.com, and the plan goes by`) });
    expect(await perform({ ...command, address: `${command.as}.abcdefgh.eu-central-1.rds.amazonaws.com` })).toMatchObject({ code: 0 });
  });

  test('restarts what was restored when its parameters wait for that', async () => {
    expect(await perform(restoreCommand())).toMatchObject({ code: 0 });
    const { as } = restoreCommand();
    aws.relay.set('instance', as, { DBParameterGroups: aws.relay.get('instance', as, 'DBParameterGroups').replace('in-sync', 'pending-reboot') });
    expect(await perform(matchCommand())).toMatchObject({ code: 0 });
    expect(aws.relay.count('RebootDBInstance')).toBe(1);
  });

  test('a job of a run that lost its lock is not begun', async () => {
    const { rdsPlace } = await import('../../../src/databases/rds/place.ts');
    const place = rdsPlace({ target: of, rds: aws.rds, run, clock: aws.clock, random: () => 0, say: () => {}, fencedBy: () => Promise.resolve('run 7 of somebody') });
    expect(await place.perform({ id: 'rds-restore', script: writeCommand(restoreCommand()), limit: 1000 })).toEqual({ kind: 'fenced', owner: 'run 7 of somebody' });
    expect(aws.relay.calls).toEqual([]);
  });

  test('prints neither keys nor tokens when AWS refuses them', async () => {
    vi.stubEnv('AWS_SESSION_TOKEN', 'a-token-that-is-secret');
    on(/./, { status: 403, code: 'SignatureDoesNotMatch', message: 'The request signature we calculated does not match' });
    const { rdsIn } = await import('../../../src/adapters/rds.ts');
    using rds = rdsIn('eu-central-1');
    const end = await aws.place(of, run, rds).perform({ id: 'rds-restore', script: writeCommand(restoreCommand()), limit: 1000 });
    vi.stubEnv('AWS_SESSION_TOKEN', undefined);
    expect(JSON.stringify([end, aws.said])).not.toMatch(/a-token|AKIAEXAMPLE|Signature=|authorization/i);
    expect(end).toMatchObject({ code: 1, output: containing('SignatureDoesNotMatch') });
  });
});
