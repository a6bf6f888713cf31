import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memberIds } from '../../../src/databases/rds/cluster.ts';
import { readCommand, writeCommand, type Command } from '../../../src/databases/rds/commands.ts';
import { differences, tellDifferences } from '../../../src/databases/rds/compare.ts';
import type { Description } from '../../../src/databases/rds/description.ts';
import { settingsOf } from '../../../src/databases/rds/instance.ts';
import { instanceMayDiffer } from '../../../src/databases/rds/may-differ.ts';
import { madeName } from '../../../src/databases/rds/names.ts';
import { rdsSteps } from '../../../src/databases/rds/steps.ts';

describe('names of what a run makes', () => {
  test('are what AWS takes, whatever the run and the instance are called', () => {
    const given = fc.tuple(fc.stringMatching(/^[a-z](-?[a-z0-9]){0,62}$/).map((id) => id.slice(0, 63).replace(/-$/, '')), fc.constantFrom('restored', 'kept', 'snapshot'), fc.stringMatching(/^[\w.:-]{1,80}$/));
    fc.assert(fc.property(given, ([id, what, run]) => {
      expect(madeName(id, what as 'kept', run)).toMatch(/^[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)$/);
    }), { numRuns: 2000 });
  });

  test('are others for another run, also where the instance’s name is as long as it may be', () => {
    const long = `a${'b'.repeat(62)}`;
    expect(madeName(long, 'restored', '12345678901-1')).toHaveLength(63);
    expect(madeName(long, 'restored', '12345678901-1')).not.toBe(madeName(long, 'restored', '12345678901-2'));
    const run = '12345678901-1-a-job-with-a-very-long-name-indeed-0badcafe';
    expect(new Set((['restored', 'kept', 'snapshot'] as const).map((what) => madeName(long, what, run))).size).toBe(3);
    expect(madeName('mydb', 'kept', '12345678901-1')).toBe('mydb-kept-12345678901-1');
  });
});

describe('commands', () => {
  const of = { kind: 'instance', id: 'mydb' } as const;
  test.each<Command>([
    { rds: 'snapshot', of, snapshot: 's', by: 'backup', release: 'abc' }, { rds: 'snapshot', of, snapshot: 's', by: 'rollback' }, { rds: 'restore', of, from: { kind: 'time', at: 'latest' }, as: 'x' },
    { rds: 'restore', of, from: { kind: 'time', at: 5 }, as: 'x' }, { rds: 'restore', of, from: { kind: 'snapshot', id: 's' }, as: 'x' }, { rds: 'match', of, restored: 'x' }, { rds: 'restore', of, from: { kind: 'snapshot', id: 's' }, as: 'x', address: 'y' },
    { rds: 'rename', from: of, to: 'x', whose: 'restored' }, { rds: 'rename', from: of, to: 'x', whose: { resource: 'db-1' } },
  ])('%j is read as it was written', (command) => { expect(readCommand(writeCommand(command))).toEqual(command); });

  test.each(['{}', '[]', '{"rds":"snapshot","of":{"kind":"instance","id":"x"},"snapshot":"s"}', 'null', '{"rds":"delete","of":{"kind":"instance","id":"x"}}', '{"rds":"match","of":{"kind":"host","id":"x"},"restored":"y"}', '{"rds":"restore","of":{"kind":"instance","id":"x"},"as":"y","from":{"kind":"time"}}'])('%s is none', (script) => {
    expect(() => readCommand(script)).toThrow('This is no command for RDS');
  });
});

describe('the comparison', () => {
  const source: Description = { MultiAZ: true, Iops: 3000, TagList: [{ Key: 'a', Value: '1' }, { Key: 'aws:x', Value: '1' }], VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1', Status: 'active' }, { VpcSecurityGroupId: 'sg-2' }] };
  test.each<[what: string, restored: Description, told: string]>([
    ['the same in another order', { ...source, VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-2' }, { VpcSecurityGroupId: 'sg-1', Status: 'adding' }] }, ''],
    ['tags of AWS and of this action', { ...source, TagList: [{ Key: 'rollback-action:run', Value: '7' }, { Key: 'a', Value: '1' }] }, ''],
    ['an identifier, an address, a time', { ...source, DBInstanceIdentifier: 'x', Endpoint: { Address: 'y' }, InstanceCreateTime: 'z', AvailabilityZone: 'b' }, ''],
    ['off and absent', { ...source, DeletionProtection: false, MonitoringInterval: 0, DomainMemberships: [], PendingModifiedValues: {}, DBName: '' }, ''],
    ['another value', { ...source, MultiAZ: false, Iops: 4000 }, 'Iops is 4000 and should be 3000; MultiAZ is not set and should be true'],
    ['one group less', { ...source, VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1' }] }, 'VpcSecurityGroups is sg-1 and should be sg-1, sg-2'],
    ['a field that nobody knows yet', { ...source, SomethingNewOfAws: { On: true } }, 'SomethingNewOfAws is {On: true} and should be not set'],
    ['another port', { ...source, Endpoint: { Address: 'y', Port: 3307 } }, 'Endpoint is 3307 and should be not set'],
  ])('of %s', (_what, restored, told) => {
    expect(tellDifferences(differences(source, restored, instanceMayDiffer))).toBe(told);
  });
});

test.each<[what: string, source: Description, asked: Description]>([
  ['a small gp3 volume has the baseline and takes no other', { StorageType: 'gp3', AllocatedStorage: 20, Iops: 3000, StorageThroughput: 125 }, { StorageType: 'gp3', AllocatedStorage: 20, Iops: undefined, StorageThroughput: undefined }],
  ['a large gp3 volume', { StorageType: 'gp3', AllocatedStorage: 500, Iops: 12000, StorageThroughput: 500 }, { StorageType: 'gp3', AllocatedStorage: 500, Iops: 12000, StorageThroughput: 500 }],
  ['gp2, which tells IOPS and takes none', { StorageType: 'gp2', AllocatedStorage: 500, Iops: 1500 }, { StorageType: 'gp2', AllocatedStorage: 500, Iops: undefined, StorageThroughput: undefined }],
  ['io2', { StorageType: 'io2', AllocatedStorage: 500, Iops: 9000, StorageThroughput: 0 }, { StorageType: 'io2', AllocatedStorage: 500, Iops: 9000, StorageThroughput: undefined }],
  ['SQL Server, whose size is the snapshot’s', { Engine: 'sqlserver-se', StorageType: 'gp2', AllocatedStorage: 500 }, { StorageType: 'gp2', AllocatedStorage: undefined, Iops: undefined, StorageThroughput: undefined }],
])('storage: %s', (_what, source, asked) => {
  const { StorageType, AllocatedStorage, Iops, StorageThroughput } = settingsOf(source, []);
  expect({ StorageType, AllocatedStorage, Iops, StorageThroughput }).toEqual({ StorageThroughput: undefined, ...asked });
});

test('a cluster’s members come with the writer first, then as they would be promoted', () => {
  const member = (id: string, tier: number, writes = false): Description => ({ DBInstanceIdentifier: id, PromotionTier: tier, IsClusterWriter: writes });
  expect(memberIds({ DBClusterMembers: [member('c', 9), member('b', 1), member('w', 5, true), member('a', 0)] })).toEqual(['w', 'a', 'b', 'c']);
});

test('the steps, and how each rename is undone', () => {
  const { snapshot, restore, rename } = rdsSteps({
    target: { kind: 'instance', id: 'mydb' }, resource: 'db-ONE', account: '1', engine: 'mysql', version: '8', bytes: 1, address: 'a 1', restoredAddress: 'b', from: { kind: 'snapshot', id: 'nightly' },
    names: { snapshot: 'mydb-snapshot-1', restored: 'mydb-restored-1', kept: 'mydb-kept-1' }, estimate: { snapshot: 1, restore: 1, match: 1, rename: 1, basis: '' }, notes: [], run: '1',
  }, 1000, 'rollback', 'abc');
  expect([snapshot, ...restore, ...rename].map(({ id, title, host, script, undo }) => [host, id, title, JSON.parse(script) as unknown, undo?.title, undo === undefined ? undefined : JSON.parse(undo.script) as unknown])).toEqual([
    ['rds mydb', 'rds-snapshot', 'Take the snapshot mydb-snapshot-1', { rds: 'snapshot', of: { kind: 'instance', id: 'mydb' }, snapshot: 'mydb-snapshot-1', by: 'rollback', release: 'abc' }, undefined, undefined],
    ['rds mydb', 'rds-restore', 'Restore the snapshot nightly as mydb-restored-1', { rds: 'restore', of: { kind: 'instance', id: 'mydb' }, from: { kind: 'snapshot', id: 'nightly' }, as: 'mydb-restored-1', address: 'b' }, undefined, undefined],
    ['rds mydb', 'rds-match', 'Give mydb-restored-1 every setting of mydb and compare them', { rds: 'match', of: { kind: 'instance', id: 'mydb' }, restored: 'mydb-restored-1' }, undefined, undefined],
    ['rds mydb', 'rds-rename-live', 'Rename mydb to mydb-kept-1', { rds: 'rename', from: { kind: 'instance', id: 'mydb' }, to: 'mydb-kept-1', whose: { resource: 'db-ONE' } }, 'Rename mydb-kept-1 back to mydb', { rds: 'rename', from: { kind: 'instance', id: 'mydb-kept-1' }, to: 'mydb', whose: { resource: 'db-ONE' } }],
    ['rds mydb', 'rds-rename-restored', 'Rename mydb-restored-1 to mydb', { rds: 'rename', from: { kind: 'instance', id: 'mydb-restored-1' }, to: 'mydb', whose: 'restored' }, 'Rename mydb back to mydb-restored-1', { rds: 'rename', from: { kind: 'instance', id: 'mydb' }, to: 'mydb-restored-1', whose: 'restored' }],
  ]);
});
