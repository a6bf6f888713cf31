/**
 * What AWS gives to an attribute that a call does not name, as its reference documents it for RestoreDBInstanceFromDBSnapshot,
 * RestoreDBClusterFromSnapshot and CreateDBInstance. `kept` is "the same as the original": what the snapshot was taken of had then.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
 */
import { escaped } from './xml.ts';

export type Attributes = Map<string, string>;
export type Form = URLSearchParams;

/** Field of a description, parameter of a call, default. */
type Scalar = readonly [field: string, parameter: string, absent: string];
const kept = 'kept';

const instanceScalars: readonly Scalar[] = [
  ['DBInstanceClass', 'DBInstanceClass', kept], ['MultiAZ', 'MultiAZ', 'false'], ['PubliclyAccessible', 'PubliclyAccessible', 'false'],
  ['NetworkType', 'NetworkType', 'IPV4'], ['CustomerOwnedIpEnabled', 'EnableCustomerOwnedIp', 'false'], ['AutoMinorVersionUpgrade', 'AutoMinorVersionUpgrade', 'true'],
  ['LicenseModel', 'LicenseModel', kept], ['EngineLifecycleSupport', 'EngineLifecycleSupport', 'open-source-rds-extended-support'],
  ['CACertificateIdentifier', 'CACertificateIdentifier', 'rds-ca-rsa2048-g1'], ['CopyTagsToSnapshot', 'CopyTagsToSnapshot', 'false'],
  ['BackupRetentionPeriod', 'BackupRetentionPeriod', kept], ['PreferredBackupWindow', 'PreferredBackupWindow', kept], ['BackupTarget', 'BackupTarget', 'region'],
  ['IAMDatabaseAuthenticationEnabled', 'EnableIAMDatabaseAuthentication', 'false'], ['DeletionProtection', 'DeletionProtection', 'false'],
  ['DedicatedLogVolume', 'DedicatedLogVolume', 'false'], ['CustomIamInstanceProfile', 'CustomIamInstanceProfile', ''], ['TdeCredentialArn', 'TdeCredentialArn', ''],
  ['AllocatedStorage', 'AllocatedStorage', kept], ['Port', 'Port', kept], ['EngineVersion', 'EngineVersion', kept], ['PromotionTier', 'PromotionTier', '1'],
  ['PreferredMaintenanceWindow', 'PreferredMaintenanceWindow', 'mon:03:00-mon:03:30'], ['MaxAllocatedStorage', 'MaxAllocatedStorage', ''],
  ['MonitoringInterval', 'MonitoringInterval', '0'], ['MonitoringRoleArn', 'MonitoringRoleArn', ''], ['DatabaseInsightsMode', 'DatabaseInsightsMode', 'standard'],
  ['PerformanceInsightsEnabled', 'EnablePerformanceInsights', 'false'], ['PerformanceInsightsKMSKeyId', 'PerformanceInsightsKMSKeyId', ''],
  ['PerformanceInsightsRetentionPeriod', 'PerformanceInsightsRetentionPeriod', ''], ['AutomationMode', 'AutomationMode', ''],
];

const clusterScalars: readonly Scalar[] = [
  ['Port', 'Port', kept], ['DBSubnetGroup', 'DBSubnetGroupName', 'default'], ['DBClusterParameterGroup', 'DBClusterParameterGroupName', 'default.aurora-mysql8.0'],
  ['KmsKeyId', 'KmsKeyId', kept], ['IAMDatabaseAuthenticationEnabled', 'EnableIAMDatabaseAuthentication', 'false'], ['BacktrackWindow', 'BacktrackWindow', '0'],
  ['DeletionProtection', 'DeletionProtection', 'false'], ['CopyTagsToSnapshot', 'CopyTagsToSnapshot', 'false'], ['StorageType', 'StorageType', 'aurora'],
  ['NetworkType', 'NetworkType', 'IPV4'], ['BackupRetentionPeriod', 'BackupRetentionPeriod', kept], ['PreferredBackupWindow', 'PreferredBackupWindow', kept],
  ['EngineLifecycleSupport', 'EngineLifecycleSupport', 'open-source-rds-extended-support'], ['EngineVersion', 'EngineVersion', kept],
  ['PreferredMaintenanceWindow', 'PreferredMaintenanceWindow', 'mon:03:00-mon:03:30'], ['HttpEndpointEnabled', 'EnableHttpEndpoint', 'false'],
  ['DatabaseInsightsMode', 'DatabaseInsightsMode', 'standard'], ['PerformanceInsightsEnabled', 'EnablePerformanceInsights', 'false'],
  ['PerformanceInsightsKMSKeyId', 'PerformanceInsightsKMSKeyId', ''], ['PerformanceInsightsRetentionPeriod', 'PerformanceInsightsRetentionPeriod', ''],
];

/** Never named by a restore: they come with the data. */
const withTheData = ['Engine', 'MasterUsername', 'DBName', 'DatabaseName', 'StorageEncrypted', 'KmsKeyId', 'CharacterSetName', 'Timezone', 'MultiTenant'];

/** What a call makes of a new instance or cluster. @throws Error with AWS's own code in front when it takes no such combination */
export function made(kind: 'instance' | 'cluster', form: Form, original: ReadonlyMap<string, string>): Attributes {
  const attributes: Attributes = new Map(withTheData.map((field) => [field, original.get(field) ?? '']));
  for (const [field, parameter, absent] of kind === 'instance' ? instanceScalars : clusterScalars) {
    attributes.set(field, escaped(form.get(parameter) ?? (absent === kept ? original.get(field) ?? '' : absent)));
  }
  for (const [field, value] of shared(form)) attributes.set(field, value);
  if (kind === 'cluster') {
    attributes.set('ServerlessV2ScalingConfiguration', ['MinCapacity', 'MaxCapacity'].map((name) => [name, form.get(`ServerlessV2ScalingConfiguration.${name}`)] as const).filter(([, value]) => value !== null).map(([name, value]) => `<${name}>${value}</${name}>`).join(''));
    return attributes;
  }
  attributes.set('DBParameterGroups', `<DBParameterGroup><DBParameterGroupName>${form.get('DBParameterGroupName') ?? 'default.mysql8.0'}</DBParameterGroupName><ParameterApplyStatus>in-sync</ParameterApplyStatus></DBParameterGroup>`);
  attributes.set('OptionGroupMemberships', `<OptionGroupMembership><OptionGroupName>${form.get('OptionGroupName') ?? 'default:mysql-8-0'}</OptionGroupName><Status>in-sync</Status></OptionGroupMembership>`);
  attributes.set('DBSubnetGroup', `<DBSubnetGroupName>${form.get('DBSubnetGroupName') ?? 'default'}</DBSubnetGroupName><VpcId>vpc-1</VpcId>`);
  attributes.set('ProcessorFeatures', structures(form, 'ProcessorFeatures').map((one) => `<ProcessorFeature>${xml(one)}</ProcessorFeature>`).join(''));
  attributes.set('AdditionalStorageVolumes', structures(form, 'AdditionalStorageVolumes').map((one) => `<member>${xml(one)}</member>`).join(''));
  for (const [field, value] of storage(form, Number(attributes.get('AllocatedStorage')), original.has('Engine'))) attributes.set(field, value);
  return attributes;
}

function shared(form: Form): Attributes {
  const groups = items(form, 'VpcSecurityGroupIds');
  const domain = form.get('Domain') ?? form.get('DomainFqdn');
  const membership = { Domain: form.get('Domain'), Status: 'joined', FQDN: form.get('DomainFqdn') ?? (form.has('Domain') ? 'corp.example.com' : null), IAMRoleName: form.get('DomainIAMRoleName'), OU: form.get('DomainOu'), AuthSecretArn: form.get('DomainAuthSecretArn') };
  return new Map([
    ['VpcSecurityGroups', (groups.length === 0 ? ['sg-default'] : groups).map((id) => `<VpcSecurityGroupMembership><VpcSecurityGroupId>${id}</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership>`).join('')],
    ['EnabledCloudwatchLogsExports', items(form, 'EnableCloudwatchLogsExports').map((log) => `<member>${log}</member>`).join('')],
    ['DomainMemberships', domain === null ? '' : `<DomainMembership>${xml(membership)}<DnsIps>${items(form, 'DomainDnsIps').map((ip) => `<member>${ip}</member>`).join('')}</DnsIps></DomainMembership>`],
    ['MasterUserSecret', form.get('ManageMasterUserPassword') === 'true' ? `<SecretArn>arn:aws:secretsmanager:eu-central-1:123456789012:secret:${Math.random()}</SecretArn><SecretStatus>active</SecretStatus><KmsKeyId>${form.get('MasterUserSecretKmsKeyId') ?? 'aws/secretsmanager'}</KmsKeyId>` : ''],
  ]);
}

/** "Default: io1, if the Iops parameter is specified. Otherwise, gp3." A small gp3 volume has 3,000 IOPS and 125 MiB/s, and takes no others. */
function storage(form: Form, gib: number, restored: boolean): Attributes {
  if (!restored) return new Map();
  const [iops, throughput] = [form.get('Iops'), form.get('StorageThroughput')];
  const type = form.get('StorageType') ?? (iops === null ? 'gp3' : 'io1');
  const small = gib < 400;
  if (type.startsWith('io') && iops === null) throw new Error('InvalidParameterCombination: You must specify IOPS for provisioned IOPS storage.');
  if (type.startsWith('gp2') && iops !== null) throw new Error('InvalidParameterCombination: You can\'t specify IOPS for gp2 storage.');
  if (type === 'gp3' && small && (iops !== null || throughput !== null)) throw new Error('InvalidParameterCombination: You can\'t specify IOPS or storage throughput for engine mysql and a storage size less than 400.');
  const gp3 = type === 'gp3';
  return new Map([['StorageType', type], ['Iops', iops ?? (gp3 ? (small ? '3000' : '12000') : '')], ['StorageThroughput', throughput ?? (gp3 ? (small ? '125' : '500') : '')]]);
}

/** What a modification changes. */
export function modified(kind: 'instance' | 'cluster', form: Form): Attributes {
  const given = (kind === 'instance' ? instanceScalars : clusterScalars).filter(([, parameter]) => form.has(parameter));
  const insights = form.get('EnablePerformanceInsights') === 'true';
  if (form.has('MonitoringInterval') && form.get('MonitoringInterval') !== '0' && !form.has('MonitoringRoleArn')) throw new Error('InvalidParameterCombination: A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.');
  return new Map(given.filter(([field]) => insights || !/^PerformanceInsights(KMS|Ret)/.test(field)).map(([field, parameter]) => [field, escaped(form.get(parameter) ?? '')]));
}

/** `Name.anything.1`, `Name.anything.2` … */
function items(form: Form, name: string): readonly string[] {
  return [...form].filter(([key]) => new RegExp(`^${name}\\.\\w+\\.\\d+$`).test(key)).map(([, value]) => escaped(value));
}

/** `Name.anything.1.Field` … */
function structures(form: Form, name: string): readonly Record<string, string>[] {
  const found = new Map<string, Record<string, string>>();
  for (const [key, value] of form) {
    const [, index, field] = new RegExp(`^${name}\\.\\w+\\.(\\d+)\\.(\\w+)$`).exec(key) ?? [];
    if (index !== undefined && field !== undefined) found.set(index, { ...found.get(index), [field]: value });
  }
  return [...found.values()];
}

function xml(fields: Readonly<Record<string, string | null>>): string {
  return Object.entries(fields).filter(([, value]) => value !== null).map(([name, value]) => `<${name}>${escaped(value ?? '')}</${name}>`).join('');
}
