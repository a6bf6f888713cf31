/** Sources whose every attribute is neither AWS's default nor what it was when the snapshot was taken. Each as DescribeDB… tells it. */
import type { Aws } from './aws.ts';

const role = 'arn:aws:iam::123456789012:role';
const key = 'arn:aws:kms:eu-central-1:123456789012:key';
const groups = (...ids: readonly string[]): string => ids.map((id) => `<VpcSecurityGroupMembership><VpcSecurityGroupId>${id}</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership>`).join('');
const members = (...texts: readonly string[]): string => texts.map((text) => `<member>${text}</member>`).join('');

const common: Readonly<Record<string, string>> = {
  DBInstanceClass: 'db.r6g.xlarge', VpcSecurityGroups: groups('sg-app', 'sg-office'), DBSubnetGroup: '<DBSubnetGroupName>private</DBSubnetGroupName><VpcId>vpc-1</VpcId>',
  DBParameterGroups: '<DBParameterGroup><DBParameterGroupName>tuned</DBParameterGroupName><ParameterApplyStatus>in-sync</ParameterApplyStatus></DBParameterGroup>',
  OptionGroupMemberships: '<OptionGroupMembership><OptionGroupName>audited</OptionGroupName><Status>in-sync</Status></OptionGroupMembership>',
  MultiAZ: 'true', PubliclyAccessible: 'true', Port: '3307', NetworkType: 'DUAL', AutoMinorVersionUpgrade: 'false', LicenseModel: 'bring-your-own-license',
  EngineLifecycleSupport: 'open-source-rds-extended-support-disabled', CACertificateIdentifier: 'rds-ca-ecc384-g1', CopyTagsToSnapshot: 'true',
  BackupRetentionPeriod: '21', PreferredBackupWindow: '22:10-22:40', IAMDatabaseAuthenticationEnabled: 'true', DeletionProtection: 'true',
  EnabledCloudwatchLogsExports: members('error', 'slowquery'),
  PreferredMaintenanceWindow: 'sun:04:10-sun:04:40', MonitoringInterval: '15', MonitoringRoleArn: `${role}/monitoring`,
  PerformanceInsightsEnabled: 'true', PerformanceInsightsKMSKeyId: `${key}/insights`, PerformanceInsightsRetentionPeriod: '465', DatabaseInsightsMode: 'advanced',
  MaxAllocatedStorage: '900', EngineVersion: '8.0.40',
};

export const instances: Readonly<Record<'io2' | 'gp3', Readonly<Record<string, string>>>> = {
  io2: {
    ...common, StorageType: 'io2', AllocatedStorage: '600', Iops: '20000', StorageThroughput: '', DedicatedLogVolume: 'true',
    DomainMemberships: `<DomainMembership><Domain>d-1234567890</Domain><Status>joined</Status><FQDN>corp.example.com</FQDN><IAMRoleName>directory</IAMRoleName></DomainMembership>`,
    ProcessorFeatures: '<ProcessorFeature><Name>coreCount</Name><Value>2</Value></ProcessorFeature><ProcessorFeature><Name>threadsPerCore</Name><Value>1</Value></ProcessorFeature>',
    CustomerOwnedIpEnabled: 'true', BackupTarget: 'outposts', CustomIamInstanceProfile: 'AWSRDSCustomProfile', TdeCredentialArn: `${key}/tde`, AutomationMode: 'all-paused',
  },
  gp3: {
    ...common, StorageType: 'gp3', AllocatedStorage: '700', Iops: '14000', StorageThroughput: '750',
    DomainMemberships: '<DomainMembership><Status>joined</Status><FQDN>corp.example.com</FQDN><OU>OU=db</OU><AuthSecretArn>arn:aws:secretsmanager:eu-central-1:123456789012:secret:join</AuthSecretArn><DnsIps><member>10.0.0.2</member><member>10.0.0.3</member></DnsIps></DomainMembership>',
    MasterUserSecret: `<SecretArn>arn:aws:secretsmanager:eu-central-1:123456789012:secret:one</SecretArn><SecretStatus>active</SecretStatus><KmsKeyId>${key}/secret</KmsKeyId>`,
    AdditionalStorageVolumes: '<member><VolumeName>rdsdbdata2</VolumeName><AllocatedStorage>300</AllocatedStorage><StorageType>gp3</StorageType></member>',
  },
};

/** An instance of MySQL with default attributes, with a snapshot of it; then it becomes what `fields` say. */
export async function makeInstance({ call, relay, clock }: Aws, id: string, fields: Readonly<Record<string, string>>, snapshot: string): Promise<void> {
  await call('CreateDBInstance', {
    DBInstanceIdentifier: id, DBInstanceClass: 'db.m5.large', Engine: 'mysql', EngineVersion: '8.0.36', MasterUsername: 'admin', MasterUserPassword: 'not-a-real-one', AllocatedStorage: '20', Port: '3306',
    LicenseModel: 'general-public-license', BackupRetentionPeriod: '7', PreferredBackupWindow: '01:00-01:30', 'Tags.Tag.1.Key': 'team', 'Tags.Tag.1.Value': 'green', 'Tags.Tag.2.Key': 'aws:cloudformation:stack-name', 'Tags.Tag.2.Value': 'web',
  });
  relay.set('instance', id, { StorageType: 'gp3', Iops: '3000', StorageThroughput: '125' });
  await call('CreateDBSnapshot', { DBInstanceIdentifier: id, DBSnapshotIdentifier: snapshot });
  await clock.sleep(180_000);
  relay.set('instance', id, fields);
  await call('AddRoleToDBInstance', { DBInstanceIdentifier: id, RoleArn: `${role}/s3`, FeatureName: 's3Import' });
}

const cluster: Readonly<Record<string, string>> = {
  VpcSecurityGroups: groups('sg-app'), DBSubnetGroup: 'private', DBClusterParameterGroup: 'tuned', Port: '3307', IAMDatabaseAuthenticationEnabled: 'true', BacktrackWindow: '7200',
  DeletionProtection: 'true', CopyTagsToSnapshot: 'true', StorageType: 'aurora-iopt1', NetworkType: 'DUAL', BackupRetentionPeriod: '21', PreferredBackupWindow: '22:10-22:40',
  EngineLifecycleSupport: 'open-source-rds-extended-support-disabled', PreferredMaintenanceWindow: 'sun:04:10-sun:04:40', HttpEndpointEnabled: 'true',
  DatabaseInsightsMode: 'advanced', PerformanceInsightsEnabled: 'true', PerformanceInsightsKMSKeyId: `${key}/insights`, PerformanceInsightsRetentionPeriod: '465',
  EnabledCloudwatchLogsExports: members('audit', 'error'), ServerlessV2ScalingConfiguration: '<MinCapacity>0.5</MinCapacity><MaxCapacity>16</MaxCapacity>',
  StorageEncrypted: 'true', KmsKeyId: `${key}/data`,
};

const member: Readonly<Record<string, string>> = Object.fromEntries(['DBParameterGroups', 'DBSubnetGroup', 'PubliclyAccessible', 'AutoMinorVersionUpgrade', 'CACertificateIdentifier', 'MonitoringInterval', 'MonitoringRoleArn', 'PerformanceInsightsEnabled', 'PerformanceInsightsKMSKeyId', 'PerformanceInsightsRetentionPeriod'].map((field) => [field, common[field] ?? '']));

/** An Aurora cluster of two instances, with a snapshot from before it became what it is. */
export async function makeCluster({ call, relay, clock }: Aws, id: string, snapshot: string): Promise<void> {
  await call('CreateDBCluster', { DBClusterIdentifier: id, Engine: 'aurora-mysql', EngineVersion: '8.0.mysql_aurora.3.08.0', MasterUsername: 'admin', MasterUserPassword: 'not-a-real-one', Port: '3306', 'Tags.Tag.1.Key': 'team', 'Tags.Tag.1.Value': 'green' });
  relay.set('cluster', id, { StorageEncrypted: 'true', KmsKeyId: `${key}/old` });
  for (const [index, tier] of [['1', '2'], ['2', '5']] as const) {
    await call('CreateDBInstance', { DBInstanceIdentifier: `${id}-${index}`, DBClusterIdentifier: id, DBInstanceClass: 'db.serverless', Engine: 'aurora-mysql', PromotionTier: tier, EngineVersion: '8.0.mysql_aurora.3.08.0' });
    relay.become('instance', `${id}-${index}`, [[0, 'available']]);
    relay.set('instance', `${id}-${index}`, { ...member, EngineVersion: '8.0.mysql_aurora.3.08.0', PreferredMaintenanceWindow: 'sat:04:10-sat:04:40', DBInstanceClass: `db.r6g.${index}xlarge` });
  }
  await call('CreateDBClusterSnapshot', { DBClusterIdentifier: id, DBClusterSnapshotIdentifier: snapshot });
  await clock.sleep(180_000);
  relay.set('cluster', id, cluster);
}
