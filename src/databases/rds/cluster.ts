/** A cluster and its members as they are, turned into what makes others like them. Pure. */
import { each, flag, number, part, parts, text, texts, type Description } from './description.ts';
import { insightsMode, sameInsights } from './instance.ts';
import { madeName } from './names.ts';
import type { ClusterModification, ClusterSettings, MemberRequest } from './requests.ts';
import { memberTag, tagText, userTags, type Tag } from './tags.ts';

/** Aurora's members are instances that are made one by one; a Multi-AZ DB cluster makes its own, of one class for all. */
export function makesItsMembers(cluster: Description): boolean {
  return text(cluster, 'DBClusterInstanceClass') !== undefined;
}

export function clusterSettingsOf(source: Description, ours: readonly Tag[]): ClusterSettings {
  const whole = makesItsMembers(source);
  const interval = number(source, 'MonitoringInterval') ?? 0;
  const [domain] = parts(source, 'DomainMemberships');
  const mode = text(source, 'EngineMode');
  const capacity = part(source, 'ServerlessV2ScalingConfiguration');
  const scaling = part(source, 'ScalingConfigurationInfo');
  return {
    Port: number(source, 'Port'),
    DBSubnetGroupName: text(source, 'DBSubnetGroup'),
    VpcSecurityGroupIds: each(source, 'VpcSecurityGroups', 'VpcSecurityGroupId'),
    DBClusterParameterGroupName: text(source, 'DBClusterParameterGroup'),
    OptionGroupName: each(source, 'DBClusterOptionGroupMemberships', 'DBClusterOptionGroupName')?.[0],
    KmsKeyId: flag(source, 'StorageEncrypted') === true ? text(source, 'KmsKeyId') : undefined,
    EnableIAMDatabaseAuthentication: flag(source, 'IAMDatabaseAuthenticationEnabled'),
    BacktrackWindow: (number(source, 'BacktrackWindow') ?? 0) > 0 ? number(source, 'BacktrackWindow') : undefined,
    EnableCloudwatchLogsExports: texts(source, 'EnabledCloudwatchLogsExports'),
    EngineMode: mode === 'provisioned' ? undefined : mode,
    DeletionProtection: flag(source, 'DeletionProtection'),
    CopyTagsToSnapshot: flag(source, 'CopyTagsToSnapshot'),
    Domain: domain === undefined ? undefined : text(domain, 'Domain'),
    DomainIAMRoleName: domain === undefined ? undefined : text(domain, 'IAMRoleName'),
    DBClusterInstanceClass: text(source, 'DBClusterInstanceClass'),
    StorageType: text(source, 'StorageType'),
    // Aurora takes neither.
    Iops: whole ? number(source, 'Iops') : undefined,
    PubliclyAccessible: whole ? flag(source, 'PubliclyAccessible') : undefined,
    NetworkType: text(source, 'NetworkType'),
    ServerlessV2ScalingConfiguration: Object.keys(capacity).length === 0 ? undefined
      : { MinCapacity: decimal(capacity, 'MinCapacity'), MaxCapacity: decimal(capacity, 'MaxCapacity'), SecondsUntilAutoPause: number(capacity, 'SecondsUntilAutoPause') },
    ScalingConfiguration: Object.keys(scaling).length === 0 ? undefined : {
      MinCapacity: number(scaling, 'MinCapacity'), MaxCapacity: number(scaling, 'MaxCapacity'), AutoPause: flag(scaling, 'AutoPause'),
      SecondsUntilAutoPause: number(scaling, 'SecondsUntilAutoPause'), TimeoutAction: text(scaling, 'TimeoutAction'), SecondsBeforeTimeout: number(scaling, 'SecondsBeforeTimeout'),
    },
    MonitoringInterval: interval > 0 ? interval : undefined,
    MonitoringRoleArn: interval > 0 ? text(source, 'MonitoringRoleArn') : undefined,
    BackupRetentionPeriod: number(source, 'BackupRetentionPeriod'),
    PreferredBackupWindow: text(source, 'PreferredBackupWindow'),
    EngineLifecycleSupport: text(source, 'EngineLifecycleSupport'),
    Tags: [...userTags(source), ...ours],
  };
}

/** Capacity units come in halves. */
function decimal(of: Description, field: string): number | undefined {
  const value = of[field];
  return typeof value === 'number' ? value : undefined;
}

/** What a restore call cannot say and the restored cluster does not have yet; undefined when it has all of it. */
export function clusterModificationOf(source: Description, restored: Description): ClusterModification | undefined {
  const insights = flag(source, 'PerformanceInsightsEnabled') === true;
  const secret = part(source, 'MasterUserSecret');
  const forwards = (of: Description): boolean => text(of, 'LocalWriteForwardingStatus')?.startsWith('enabl') === true;
  const unlike = <T>(read: (of: Description, field: string) => T | undefined, field: string): T | undefined => (read(source, field) === read(restored, field) ? undefined : read(source, field));
  const asked = {
    PreferredMaintenanceWindow: unlike(text, 'PreferredMaintenanceWindow'),
    EnableHttpEndpoint: (flag(source, 'HttpEndpointEnabled') ?? false) === (flag(restored, 'HttpEndpointEnabled') ?? false) ? undefined : flag(source, 'HttpEndpointEnabled') ?? false,
    EnableLocalWriteForwarding: forwards(source) === forwards(restored) ? undefined : forwards(source),
    AutoMinorVersionUpgrade: makesItsMembers(source) ? unlike(flag, 'AutoMinorVersionUpgrade') : undefined,
    ...(text(secret, 'SecretArn') === undefined || text(part(restored, 'MasterUserSecret'), 'SecretArn') !== undefined ? {}
      : { ManageMasterUserPassword: true, MasterUserSecretKmsKeyId: text(secret, 'KmsKeyId') }),
    ...(sameInsights(source, restored) ? {} : {
      DatabaseInsightsMode: insightsMode(source), EnablePerformanceInsights: insights,
      PerformanceInsightsKMSKeyId: insights ? text(source, 'PerformanceInsightsKMSKeyId') : undefined,
      PerformanceInsightsRetentionPeriod: insights ? number(source, 'PerformanceInsightsRetentionPeriod') : undefined,
    }),
  };
  return Object.values(asked).every((value) => value === undefined) ? undefined : { DBClusterIdentifier: text(restored, 'DBClusterIdentifier') ?? '', ...asked };
}

/** Identifiers of the members, the writer first, for the first that is made becomes the writer. */
export function memberIds(cluster: Description): readonly string[] {
  return parts(cluster, 'DBClusterMembers')
    .toSorted((a, b) => Number(flag(b, 'IsClusterWriter') ?? false) - Number(flag(a, 'IsClusterWriter') ?? false) || (number(a, 'PromotionTier') ?? 1) - (number(b, 'PromotionTier') ?? 1))
    .map((member) => text(member, 'DBInstanceIdentifier')).filter((id) => id !== undefined);
}

/** A member like `source` for the cluster `cluster`. */
export function memberLike(source: Description, cluster: string, run: string, ours: readonly Tag[]): MemberRequest {
  const insights = flag(source, 'PerformanceInsightsEnabled') === true;
  const interval = number(source, 'MonitoringInterval') ?? 0;
  const id = text(source, 'DBInstanceIdentifier') ?? '';
  return {
    DBInstanceIdentifier: madeName(id, 'restored', run), DBClusterIdentifier: cluster,
    DBInstanceClass: text(source, 'DBInstanceClass') ?? '', Engine: text(source, 'Engine') ?? '',
    DBParameterGroupName: each(source, 'DBParameterGroups', 'DBParameterGroupName')?.[0],
    DBSubnetGroupName: text(part(source, 'DBSubnetGroup'), 'DBSubnetGroupName'),
    PubliclyAccessible: flag(source, 'PubliclyAccessible'), AutoMinorVersionUpgrade: flag(source, 'AutoMinorVersionUpgrade'),
    PromotionTier: number(source, 'PromotionTier'), CACertificateIdentifier: text(source, 'CACertificateIdentifier'),
    PreferredMaintenanceWindow: text(source, 'PreferredMaintenanceWindow'),
    MonitoringInterval: interval, MonitoringRoleArn: interval > 0 ? text(source, 'MonitoringRoleArn') : undefined,
    EnablePerformanceInsights: insights ? true : undefined,
    PerformanceInsightsKMSKeyId: insights ? text(source, 'PerformanceInsightsKMSKeyId') : undefined,
    PerformanceInsightsRetentionPeriod: insights ? number(source, 'PerformanceInsightsRetentionPeriod') : undefined,
    Tags: [...userTags(source), ...ours, { Key: memberTag, Value: tagText(id) }],
  };
}
