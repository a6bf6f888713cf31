/** An instance as it is, turned into what makes another one like it. Pure. */
import { each, flag, number, part, parts, text, texts, type Description } from './description.ts';
import type { InstanceModification, InstanceSettings } from './requests.ts';
import { userTags, type Tag } from './tags.ts';

/** All that a restore call can say of the new instance; what only a modification can say is `modificationOf`. */
export function settingsOf(source: Description, ours: readonly Tag[]): InstanceSettings {
  const secret = part(source, 'MasterUserSecret');
  const managed = text(secret, 'SecretArn') !== undefined;
  return {
    DBInstanceClass: text(source, 'DBInstanceClass'),
    DBSubnetGroupName: text(part(source, 'DBSubnetGroup'), 'DBSubnetGroupName'),
    VpcSecurityGroupIds: each(source, 'VpcSecurityGroups', 'VpcSecurityGroupId'),
    DBParameterGroupName: each(source, 'DBParameterGroups', 'DBParameterGroupName')?.[0],
    OptionGroupName: each(source, 'OptionGroupMemberships', 'OptionGroupName')?.[0],
    MultiAZ: flag(source, 'MultiAZ'),
    PubliclyAccessible: flag(source, 'PubliclyAccessible'),
    Port: number(part(source, 'Endpoint'), 'Port'),
    NetworkType: text(source, 'NetworkType'),
    EnableCustomerOwnedIp: flag(source, 'CustomerOwnedIpEnabled') === true ? true : undefined,
    ...storageOf(source),
    AutoMinorVersionUpgrade: flag(source, 'AutoMinorVersionUpgrade'),
    LicenseModel: text(source, 'LicenseModel'),
    EngineLifecycleSupport: text(source, 'EngineLifecycleSupport'),
    CACertificateIdentifier: text(source, 'CACertificateIdentifier'),
    CopyTagsToSnapshot: flag(source, 'CopyTagsToSnapshot'),
    BackupRetentionPeriod: number(source, 'BackupRetentionPeriod'),
    PreferredBackupWindow: text(source, 'PreferredBackupWindow'),
    BackupTarget: text(source, 'BackupTarget'),
    EnableIAMDatabaseAuthentication: flag(source, 'IAMDatabaseAuthenticationEnabled'),
    DeletionProtection: flag(source, 'DeletionProtection'),
    EnableCloudwatchLogsExports: texts(source, 'EnabledCloudwatchLogsExports'),
    ...domainOf(source),
    ProcessorFeatures: parts(source, 'ProcessorFeatures').length === 0 ? undefined : parts(source, 'ProcessorFeatures').map((one) => ({ Name: text(one, 'Name'), Value: text(one, 'Value') })),
    CustomIamInstanceProfile: text(source, 'CustomIamInstanceProfile'),
    TdeCredentialArn: text(source, 'TdeCredentialArn'),
    ManageMasterUserPassword: managed ? true : undefined,
    MasterUserSecretKmsKeyId: managed ? text(secret, 'KmsKeyId') : undefined,
    Tags: [...userTags(source), ...ours],
  };
}

/**
 * AWS takes IOPS and throughput only where they can be chosen: not for gp2 and magnetic storage, and for gp3 not below a size that depends
 * on the engine. There a gp3 volume has exactly the baseline, so the baseline is never named.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
 */
function storageOf(source: Description): InstanceSettings {
  const type = text(source, 'StorageType');
  const [iops, throughput] = [number(source, 'Iops'), number(source, 'StorageThroughput')];
  const baseline = (iops ?? 3000) === 3000 && (throughput ?? 125) === 125;
  const provisioned = type === 'io1' || type === 'io2';
  const chosen = provisioned || (type === 'gp3' && !baseline);
  const volumes = parts(source, 'AdditionalStorageVolumes').map((one) => ({
    VolumeName: text(one, 'VolumeName'), AllocatedStorage: number(one, 'AllocatedStorage'), IOPS: number(one, 'IOPS'),
    StorageThroughput: number(one, 'StorageThroughput'), StorageType: text(one, 'StorageType'), MaxAllocatedStorage: number(one, 'MaxAllocatedStorage'),
  }));
  return {
    StorageType: type,
    AllocatedStorage: sizeIsTheSnapshots(source) ? undefined : number(source, 'AllocatedStorage'),
    Iops: chosen ? iops : undefined,
    StorageThroughput: type === 'gp3' && chosen ? throughput : undefined,
    DedicatedLogVolume: flag(source, 'DedicatedLogVolume') === true ? true : undefined,
    AdditionalStorageVolumes: volumes.length === 0 ? undefined : volumes,
  };
}

/** A restore call takes no size for SQL Server. */
function sizeIsTheSnapshots(source: Description): boolean {
  return text(source, 'Engine')?.startsWith('sqlserver') === true;
}

/** A directory of AWS goes by its id, one of the user's own by name, unit, secret and DNS servers: a call names one of the two. */
function domainOf(source: Description): InstanceSettings {
  const [membership] = parts(source, 'DomainMemberships');
  if (membership === undefined) return {};
  const secret = text(membership, 'AuthSecretArn');
  if (secret === undefined) return { Domain: text(membership, 'Domain'), DomainIAMRoleName: text(membership, 'IAMRoleName') };
  return { DomainFqdn: text(membership, 'FQDN'), DomainOu: text(membership, 'OU'), DomainAuthSecretArn: secret, DomainDnsIps: texts(membership, 'DnsIps') };
}

/** What a restore call cannot say and the restored instance does not have yet; undefined when it has all of it. */
export function modificationOf(source: Description, restored: Description): InstanceModification | undefined {
  const insights = flag(source, 'PerformanceInsightsEnabled') === true;
  const mode = insightsMode(source);
  const asked = {
    EngineVersion: differing(text, 'EngineVersion', source, restored),
    AllocatedStorage: sizeIsTheSnapshots(source) ? differing(number, 'AllocatedStorage', source, restored) : undefined,
    PreferredMaintenanceWindow: differing(text, 'PreferredMaintenanceWindow', source, restored),
    MaxAllocatedStorage: differing(number, 'MaxAllocatedStorage', source, restored),
    ...((number(source, 'MonitoringInterval') ?? 0) === (number(restored, 'MonitoringInterval') ?? 0) && text(source, 'MonitoringRoleArn') === text(restored, 'MonitoringRoleArn')
      ? {} : { MonitoringInterval: number(source, 'MonitoringInterval') ?? 0, MonitoringRoleArn: text(source, 'MonitoringRoleArn') }),
    ...(sameInsights(source, restored) ? {} : {
      EnablePerformanceInsights: insights,
      PerformanceInsightsKMSKeyId: insights ? text(source, 'PerformanceInsightsKMSKeyId') : undefined,
      PerformanceInsightsRetentionPeriod: insights ? number(source, 'PerformanceInsightsRetentionPeriod') : undefined,
      DatabaseInsightsMode: mode,
    }),
    AutomationMode: automationMode(source) === automationMode(restored) ? undefined : automationMode(source),
  };
  return Object.values(asked).every((value) => value === undefined) ? undefined : { DBInstanceIdentifier: text(restored, 'DBInstanceIdentifier') ?? '', ...asked };
}

function differing<T>(read: (of: Description, field: string) => T | undefined, field: string, source: Description, restored: Description): T | undefined {
  return read(source, field) === read(restored, field) ? undefined : read(source, field);
}

/** The same for instances and clusters. */
export function sameInsights(source: Description, restored: Description): boolean {
  const of = (one: Description): string => JSON.stringify([
    flag(one, 'PerformanceInsightsEnabled') ?? false, text(one, 'PerformanceInsightsKMSKeyId') ?? '', number(one, 'PerformanceInsightsRetentionPeriod') ?? 0, text(one, 'DatabaseInsightsMode') ?? 'standard',
  ]);
  return of(source) === of(restored);
}

export function insightsMode(source: Description): 'standard' | 'advanced' | undefined {
  const mode = text(source, 'DatabaseInsightsMode');
  return mode === 'standard' || mode === 'advanced' ? mode : undefined;
}

function automationMode(of: Description): 'full' | 'all-paused' | undefined {
  const mode = text(of, 'AutomationMode');
  return mode === 'full' || mode === 'all-paused' ? mode : undefined;
}
