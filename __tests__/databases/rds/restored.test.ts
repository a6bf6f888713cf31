import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeCommand, type Command } from '../../../src/databases/rds/commands.ts';
import { madeName } from '../../../src/databases/rds/names.ts';
import type { Rds } from '../../../src/databases/rds/port.ts';
import type { JobEnd } from '../../../src/ports.ts';
import { startAws, type Aws } from './aws.ts';
import { motoAvailable } from './moto.ts';
import { instances, makeInstance } from './sources.ts';

type Storage = keyof typeof instances;
type Request = 'restore' | 'modify';

/** Every field of our requests, and how its absence is told: as a field that is unlike the source, or by AWS. */
const fields: readonly (readonly [source: Storage, request: Request, field: string, told: string])[] = [
  ...['DBInstanceClass', 'MultiAZ', 'PubliclyAccessible', 'NetworkType', 'StorageType', 'AutoMinorVersionUpgrade', 'LicenseModel', 'EngineLifecycleSupport',
    'CACertificateIdentifier', 'CopyTagsToSnapshot', 'BackupRetentionPeriod', 'PreferredBackupWindow', 'BackupTarget', 'DeletionProtection', 'DedicatedLogVolume',
    'ProcessorFeatures', 'CustomIamInstanceProfile', 'TdeCredentialArn', 'AllocatedStorage'].map((field) => ['io2', 'restore', field, field] as const),
  ['io2', 'restore', 'DBSubnetGroupName', 'DBSubnetGroup'], ['io2', 'restore', 'VpcSecurityGroupIds', 'VpcSecurityGroups'], ['io2', 'restore', 'DBParameterGroupName', 'DBParameterGroups'],
  ['io2', 'restore', 'OptionGroupName', 'OptionGroupMemberships'], ['io2', 'restore', 'Port', 'Endpoint is 3306 and should be 3307'], ['io2', 'restore', 'Iops', 'You must specify IOPS'],
  ['io2', 'restore', 'EnableCustomerOwnedIp', 'CustomerOwnedIpEnabled'], ['io2', 'restore', 'EnableIAMDatabaseAuthentication', 'IAMDatabaseAuthenticationEnabled'],
  ['io2', 'restore', 'EnableCloudwatchLogsExports', 'EnabledCloudwatchLogsExports'], ['io2', 'restore', 'Domain', 'DomainMemberships'], ['io2', 'restore', 'DomainIAMRoleName', 'DomainMemberships'],
  ['gp3', 'restore', 'Iops', 'Iops'], ['gp3', 'restore', 'StorageThroughput', 'StorageThroughput'], ['gp3', 'restore', 'AdditionalStorageVolumes', 'AdditionalStorageVolumes'],
  ['gp3', 'restore', 'DomainFqdn', 'DomainMemberships'], ['gp3', 'restore', 'DomainOu', 'DomainMemberships'], ['gp3', 'restore', 'DomainAuthSecretArn', 'DomainMemberships'], ['gp3', 'restore', 'DomainDnsIps', 'DomainMemberships'],
  ['gp3', 'restore', 'ManageMasterUserPassword', 'MasterUserSecret'], ['gp3', 'restore', 'MasterUserSecretKmsKeyId', 'MasterUserSecret'],
  ...['EngineVersion', 'PreferredMaintenanceWindow', 'MaxAllocatedStorage', 'DatabaseInsightsMode', 'AutomationMode', 'PerformanceInsightsKMSKeyId', 'PerformanceInsightsRetentionPeriod']
    .map((field) => ['io2', 'modify', field, field] as const),
  ['io2', 'modify', 'MonitoringInterval', 'MonitoringInterval'], ['io2', 'modify', 'MonitoringRoleArn', 'A MonitoringRoleARN value is required'], ['io2', 'modify', 'EnablePerformanceInsights', 'PerformanceInsightsEnabled'],
];

const limit = 3 * 3_600_000;
let aws: Aws;
let runs = 0;

async function restoreAndMatch(id: string, rds?: Rds): Promise<JobEnd> {
  const of = { kind: 'instance', id } as const;
  const run = `run-${++runs}`;
  const as = madeName(id, 'restored', run);
  aws.relay.scripts.set(as, [[0, 'creating'], [10_000, 'available']]);
  const perform = (command: Command): Promise<JobEnd> => aws.place(of, run, rds).perform({ id: `rds-${command.rds}`, script: writeCommand(command), limit });
  const restored = await perform({ rds: 'restore', of, from: { kind: 'snapshot', id: `${id}-early` }, as });
  return restored.kind === 'finished' && restored.code === 0 ? perform({ rds: 'match', of, restored: as }) : restored;
}

/** The adapter, with one field of one kind of request left out. */
function without(request: Request, field: string, rds: Rds): Rds {
  const leave = <T extends object>(from: T): T => Object.fromEntries(Object.entries(from).filter(([name]) => name !== field)) as T;
  return { ...rds, ...(request === 'restore' ? { restoreInstance: (asked) => rds.restoreInstance({ ...asked, settings: leave(asked.settings) }) } : { modifyInstance: (asked) => rds.modifyInstance(leave(asked)) }) };
}

describe.skipIf(!motoAvailable())('a restored instance', () => {
  beforeAll(async () => {
    aws = await startAws();
    for (const [id, source] of Object.entries(instances)) await makeInstance(aws, id, source, `${id}-early`);
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  test.each(['io2', 'gp3'])('of %s storage is like its source in everything', async (id) => {
    const end = await restoreAndMatch(id);
    expect(end).toMatchObject({ kind: 'finished', code: 0, output: '' });
    expect(end.kind === 'finished' ? end.facts.get('differences') : []).toEqual(['0']);
    expect(Number(end.kind === 'finished' ? end.facts.get('compared')?.[0] : 0)).toBeGreaterThan(40);
  });

  test.each(fields)('of %s storage without the %s request’s %s is found out', async (source, request, field, told) => {
    const end = await restoreAndMatch(source, without(request, field, aws.rds));
    expect(end).toMatchObject({ kind: 'finished', code: 1 });
    expect(end.kind === 'finished' ? end.output : '').toContain(told);
  });

  test('without its tags or its roles is found out, too', async () => {
    const rds = aws.rds;
    const untagged = await restoreAndMatch('gp3', { ...rds, restoreInstance: (asked) => rds.restoreInstance({ ...asked, settings: { ...asked.settings, Tags: (asked.settings.Tags ?? []).filter(({ Key }) => Key.startsWith('rollback-action:')) } }) });
    expect(untagged).toMatchObject({ code: 1, output: expect.stringContaining('TagList is not set and should be team=green') as unknown });
    const roleless = await restoreAndMatch('gp3', { ...rds, addRole: () => Promise.resolve({ kind: 'refused', code: 'DBInstanceRoleNotFound', message: 'no such role' }) });
    expect(roleless).toMatchObject({ code: 1, output: expect.stringContaining('no such role') as unknown });
  });

  test('names nothing in its requests that the table above does not leave out once', async () => {
    const named: Record<Request, Set<string>> = { restore: new Set(), modify: new Set() };
    const { rds } = aws;
    const note = (request: Request, asked: object): void => { for (const [name, value] of Object.entries(asked)) if (value !== undefined) named[request].add(name); };
    const noting: Rds = {
      ...rds,
      restoreInstance: (asked) => { note('restore', asked.settings); return rds.restoreInstance(asked); },
      modifyInstance: (asked) => { note('modify', asked); return rds.modifyInstance(asked); },
    };
    for (const id of ['io2', 'gp3']) expect(await restoreAndMatch(id, noting)).toMatchObject({ code: 0 });
    const left = (request: Request): string[] => [...named[request]].filter((name) => !fields.some(([, of, field]) => of === request && field === name)).toSorted();
    expect(left('restore')).toEqual(['Tags']);
    expect(left('modify')).toEqual(['DBInstanceIdentifier']);
  });
});
