/** Amazon RDS through its SDK. Credentials: the SDK's own chain (environment, web identity, container, instance profile). */
import {
  AddRoleToDBClusterCommand, AddRoleToDBInstanceCommand, AddTagsToResourceCommand, CreateDBClusterSnapshotCommand, CreateDBInstanceCommand,
  CreateDBSnapshotCommand, DescribeAccountAttributesCommand, DescribeDBClusterSnapshotsCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand, ModifyDBClusterCommand, ModifyDBInstanceCommand, paginateDescribeDBClusterSnapshots, paginateDescribeDBClusters,
  paginateDescribeDBInstances, paginateDescribeDBSnapshots, RDSClient, RebootDBInstanceCommand, RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand, RestoreDBInstanceFromDBSnapshotCommand, RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import { STSClient } from '@aws-sdk/client-sts';
import type { Description } from '../databases/rds/description.ts';
import type { Rds, Target } from '../databases/rds/port.ts';
import type { Milliseconds } from '../ports.ts';
import { asked, askedFor } from './aws-answer.ts';
import { accountOf } from './sts.ts';

const noInstance = /^DBInstanceNotFound(Fault)?$/;
const noCluster = /^DBClusterNotFound(Fault)?$/;
const noSnapshot = /^DB(Cluster)?SnapshotNotFound(Fault)?$/;

/**
 * Nothing is asked twice here: whoever asks knows what may be asked again, and for how long. Endpoints other than AWS's own come from AWS's own
 * variables alone (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_RDS, AWS_ENDPOINT_URL_STS).
 * @param region undefined: AWS_REGION, or the profile's
 * @param patience for one answer
 */
export function rdsIn(region: string | undefined, patience: Milliseconds = 60_000): Rds & Disposable {
  const options = {
    ...(region === undefined ? {} : { region }),
    maxAttempts: 1, requestHandler: { connectionTimeout: 5000, requestTimeout: patience, throwOnRequestTimeout: true },
  };
  const rds = new RDSClient(options);
  const sts = new STSClient(options);

  const list = (target: Pick<Target, 'kind'>): Promise<readonly Description[]> => (target.kind === 'instance'
    ? collect(paginateDescribeDBInstances({ client: rds }, {}), ({ DBInstances }) => DBInstances)
    : collect(paginateDescribeDBClusters({ client: rds }, {}), ({ DBClusters }) => DBClusters));

  return {
    account: () => accountOf(sts),
    describe: ({ kind, id }) => (kind === 'instance'
      ? asked(async () => described((await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances?.[0]), noInstance)
      : asked(async () => described((await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters?.[0]), noCluster)),
    list: (kind) => askedFor(() => list({ kind })),
    snapshot: (kind, id) => (kind === 'instance'
      ? asked(async () => described((await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id, IncludeShared: id.startsWith('arn:') }))).DBSnapshots?.[0]), noSnapshot)
      : asked(async () => described((await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: id, IncludeShared: id.startsWith('arn:') }))).DBClusterSnapshots?.[0]), noSnapshot)),
    snapshots: ({ kind, id }) => askedFor(() => (kind === 'instance'
      ? collect(paginateDescribeDBSnapshots({ client: rds }, { DBInstanceIdentifier: id }), ({ DBSnapshots }) => DBSnapshots)
      : collect(paginateDescribeDBClusterSnapshots({ client: rds }, { DBClusterIdentifier: id }), ({ DBClusterSnapshots }) => DBClusterSnapshots))),
    quotas: () => askedFor(async () => {
      const { AccountQuotas = [] } = await rds.send(new DescribeAccountAttributesCommand({}));
      return AccountQuotas.map(({ AccountQuotaName: name = '', Used: used = 0, Max: max = 0 }) => ({ name, used, max }));
    }),

    createSnapshot: ({ of, id, tags }) => done(() => (of.kind === 'instance'
      ? rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: of.id, DBSnapshotIdentifier: id, Tags: tags }))
      : rds.send(new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: of.id, DBClusterSnapshotIdentifier: id, Tags: tags })))),
    restoreInstance: ({ as, from, settings }) => done(() => ('snapshot' in from
      ? rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: as, DBSnapshotIdentifier: from.snapshot, ...settings }))
      : rds.send(new RestoreDBInstanceToPointInTimeCommand({
        TargetDBInstanceIdentifier: as, SourceDBInstanceIdentifier: from.instance, ...settings,
        ...(from.at === 'latest' ? { UseLatestRestorableTime: true } : { RestoreTime: new Date(from.at) }),
      })))),
    restoreCluster: ({ as, from, settings }) => done(() => ('snapshot' in from
      ? rds.send(new RestoreDBClusterFromSnapshotCommand({ DBClusterIdentifier: as, SnapshotIdentifier: from.snapshot, Engine: from.engine, EngineVersion: from.version, ...settings }))
      : rds.send(new RestoreDBClusterToPointInTimeCommand({
        DBClusterIdentifier: as, SourceDBClusterIdentifier: from.cluster, ...settings,
        ...(from.at === 'latest' ? { UseLatestRestorableTime: true } : { RestoreToTime: new Date(from.at) }),
      })))),
    createMember: (request) => done(() => rds.send(new CreateDBInstanceCommand(request))),
    modifyInstance: (request) => done(() => rds.send(new ModifyDBInstanceCommand({ ApplyImmediately: true, ...request }))),
    modifyCluster: (request) => done(() => rds.send(new ModifyDBClusterCommand({ ApplyImmediately: true, ...request }))),
    addRole: ({ kind, id }, { arn, feature }) => done(() => (kind === 'instance'
      ? rds.send(new AddRoleToDBInstanceCommand({ DBInstanceIdentifier: id, RoleArn: arn, FeatureName: feature }))
      : rds.send(new AddRoleToDBClusterCommand({ DBClusterIdentifier: id, RoleArn: arn, ...(feature === '' ? {} : { FeatureName: feature }) })))),
    reboot: (id) => done(() => rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: id }))),
    tag: (arn, tags) => done(() => rds.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: tags }))),
    [Symbol.dispose]() {
      rds.destroy();
      sts.destroy();
    },
  };
}

function done(request: () => Promise<unknown>): ReturnType<Rds['tag']> {
  return askedFor(async () => { await request(); });
}

async function collect<Page>(pages: AsyncIterable<Page>, of: (page: Page) => readonly object[] | undefined): Promise<readonly Description[]> {
  const all: Description[] = [];
  for await (const page of pages) all.push(...(of(page) ?? []).map(described).filter((each) => each !== undefined));
  return all;
}

/** As plain data: times become ISO 8601. */
function described(answer: object | undefined): Description | undefined {
  if (answer === undefined) return undefined;
  const read: unknown = JSON.parse(JSON.stringify(answer));
  return isDescription(read) ? read : undefined;
}

function isDescription(read: unknown): read is Description {
  return typeof read === 'object' && read !== null && !Array.isArray(read);
}
