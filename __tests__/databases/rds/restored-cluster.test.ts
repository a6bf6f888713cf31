import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeCommand, type Command } from '../../../src/databases/rds/commands.ts';
import { madeName } from '../../../src/databases/rds/names.ts';
import type { Rds } from '../../../src/databases/rds/port.ts';
import type { JobEnd } from '../../../src/ports.ts';
import { startAws, type Aws } from './aws.ts';
import { motoAvailable } from './moto.ts';
import { makeCluster } from './sources.ts';

type Request = 'restore' | 'modify' | 'member';

/** Every field of our requests, and how its absence is told; empty where the modification of a member mends it. */
const fields: readonly (readonly [request: Request, field: string, told: string])[] = [
  ...['BacktrackWindow', 'DeletionProtection', 'CopyTagsToSnapshot', 'StorageType', 'NetworkType', 'ServerlessV2ScalingConfiguration', 'BackupRetentionPeriod', 'PreferredBackupWindow', 'EngineLifecycleSupport', 'KmsKeyId']
    .map((field) => ['restore', field, field] as const),
  ['restore', 'Port', 'Port is 3306 and should be 3307'], ['restore', 'DBSubnetGroupName', 'DBSubnetGroup'], ['restore', 'VpcSecurityGroupIds', 'VpcSecurityGroups'],
  ['restore', 'DBClusterParameterGroupName', 'DBClusterParameterGroup'], ['restore', 'EnableIAMDatabaseAuthentication', 'IAMDatabaseAuthenticationEnabled'],
  ['restore', 'EnableCloudwatchLogsExports', 'EnabledCloudwatchLogsExports'], ['restore', 'Tags', 'was not made by this run'],
  ...['PreferredMaintenanceWindow', 'DatabaseInsightsMode', 'PerformanceInsightsKMSKeyId', 'PerformanceInsightsRetentionPeriod'].map((field) => ['modify', field, field] as const),
  ['modify', 'EnableHttpEndpoint', 'HttpEndpointEnabled'], ['modify', 'EnablePerformanceInsights', 'PerformanceInsightsEnabled'],
  ...['PubliclyAccessible', 'AutoMinorVersionUpgrade', 'PromotionTier', 'CACertificateIdentifier'].map((field) => ['member', field, field] as const),
  ['member', 'DBParameterGroupName', 'DBParameterGroups'], ['member', 'DBSubnetGroupName', 'DBSubnetGroup'], ['member', 'Tags', 'was not made by this run'],
  ...['PreferredMaintenanceWindow', 'MonitoringInterval', 'MonitoringRoleArn', 'EnablePerformanceInsights', 'PerformanceInsightsKMSKeyId', 'PerformanceInsightsRetentionPeriod'].map((field) => ['member', field, ''] as const),
];
/** Without these there is no such request. */
const needed = ['DBClusterIdentifier', 'DBInstanceIdentifier', 'DBInstanceClass', 'Engine'];

let aws: Aws;
let runs = 0;

async function restoreAndMatch(through: (rds: Rds) => Rds): Promise<JobEnd> {
  const of = { kind: 'cluster', id: 'shop' } as const;
  const run = `run-${++runs}`;
  const as = madeName('shop', 'restored', run);
  for (const name of [as, ...['shop-1', 'shop-2'].map((id) => madeName(id, 'restored', run))]) aws.relay.scripts.set(name, [[0, 'creating'], [10_000, 'available']]);
  const perform = (command: Command): Promise<JobEnd> => aws.place(of, run, through(aws.rds)).perform({ id: `rds-${command.rds}`, script: writeCommand(command), limit: 3 * 3_600_000 });
  const restored = await perform({ rds: 'restore', of, from: { kind: 'snapshot', id: 'early' }, as });
  return restored.kind === 'finished' && restored.code === 0 ? perform({ rds: 'match', of, restored: as }) : restored;
}

/** The adapter, with what is done to each request before it is sent. */
const changed = (rds: Rds, change: <T extends object>(request: Request, asked: T) => T): Rds => ({
  ...rds,
  restoreCluster: (asked) => rds.restoreCluster({ ...asked, settings: change('restore', asked.settings) }),
  modifyCluster: (asked) => rds.modifyCluster(change('modify', asked)),
  createMember: (asked) => rds.createMember(change('member', asked)),
});

describe.skipIf(!motoAvailable())('a restored Aurora cluster', () => {
  beforeAll(async () => {
    aws = await startAws();
    await makeCluster(aws, 'shop', 'early');
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  test.each(fields)('without the %s request’s %s is found out, or mended', async (request, field, told) => {
    const end = await restoreAndMatch((rds) => changed(rds, (of, asked) => (of === request ? Object.fromEntries(Object.entries(asked).filter(([name]) => name !== field)) as typeof asked : asked)));
    expect(end).toMatchObject({ kind: 'finished', code: told === '' ? 0 : 1 });
    expect(end.kind === 'finished' ? end.output : '').toContain(told);
  });

  test('names nothing in its requests that the table above does not leave out once', async () => {
    const named = new Set<string>();
    expect(await restoreAndMatch((rds) => changed(rds, (of, asked) => {
      for (const [name, value] of Object.entries(asked)) if (value !== undefined) named.add(`${of} ${name}`);
      return asked;
    }))).toMatchObject({ code: 0, output: '' });
    expect([...named].filter((name) => !needed.some((each) => name.endsWith(` ${each}`))).toSorted()).toEqual(fields.map(([request, field]) => `${request} ${field}`).toSorted());
  });
});
