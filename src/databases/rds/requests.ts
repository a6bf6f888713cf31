/**
 * What is asked of AWS, by its own names. Absent or undefined: AWS's default, which for a restore is hardly ever what the source has.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
 */
import type { Tag } from './tags.ts';

type Maybe<T> = { [K in keyof T]?: T[K] | undefined };

/** What both ways of restoring an instance take. */
export type InstanceSettings = Maybe<{
  DBInstanceClass: string; DBSubnetGroupName: string; VpcSecurityGroupIds: string[]; DBParameterGroupName: string; OptionGroupName: string;
  MultiAZ: boolean; PubliclyAccessible: boolean; Port: number; NetworkType: string; EnableCustomerOwnedIp: boolean;
  StorageType: string; AllocatedStorage: number; Iops: number; StorageThroughput: number; DedicatedLogVolume: boolean;
  AdditionalStorageVolumes: StorageVolume[];
  AutoMinorVersionUpgrade: boolean; LicenseModel: string; EngineLifecycleSupport: string; CACertificateIdentifier: string;
  CopyTagsToSnapshot: boolean; BackupRetentionPeriod: number; PreferredBackupWindow: string; BackupTarget: string;
  EnableIAMDatabaseAuthentication: boolean; DeletionProtection: boolean; EnableCloudwatchLogsExports: string[];
  Domain: string; DomainIAMRoleName: string; DomainFqdn: string; DomainOu: string; DomainAuthSecretArn: string; DomainDnsIps: string[];
  ProcessorFeatures: { Name?: string | undefined; Value?: string | undefined }[];
  CustomIamInstanceProfile: string; TdeCredentialArn: string; ManageMasterUserPassword: boolean; MasterUserSecretKmsKeyId: string;
  Tags: Tag[];
}>;

export type StorageVolume = { VolumeName: string | undefined } & Maybe<{ AllocatedStorage: number; IOPS: number; StorageThroughput: number; StorageType: string; MaxAllocatedStorage: number }>;

/** Milliseconds since the epoch, or the last that AWS can restore. */
export type PointInTime = number | 'latest';

export type InstanceRestore = {
  readonly as: string;
  readonly from: { readonly snapshot: string } | { readonly instance: string; readonly at: PointInTime };
  readonly settings: InstanceSettings;
};

export type InstanceModification = { DBInstanceIdentifier: string } & Maybe<{
  NewDBInstanceIdentifier: string; EngineVersion: string; AllocatedStorage: number; PreferredMaintenanceWindow: string; MaxAllocatedStorage: number;
  MonitoringInterval: number; MonitoringRoleArn: string;
  EnablePerformanceInsights: boolean; PerformanceInsightsKMSKeyId: string; PerformanceInsightsRetentionPeriod: number;
  DatabaseInsightsMode: 'standard' | 'advanced'; AutomationMode: 'full' | 'all-paused';
}>;

export type ClusterSettings = Maybe<{
  Port: number; DBSubnetGroupName: string; VpcSecurityGroupIds: string[]; DBClusterParameterGroupName: string; OptionGroupName: string;
  KmsKeyId: string; EnableIAMDatabaseAuthentication: boolean; BacktrackWindow: number; EnableCloudwatchLogsExports: string[];
  EngineMode: string; DeletionProtection: boolean; CopyTagsToSnapshot: boolean; Domain: string; DomainIAMRoleName: string;
  DBClusterInstanceClass: string; StorageType: string; Iops: number; PubliclyAccessible: boolean; NetworkType: string;
  ServerlessV2ScalingConfiguration: Maybe<{ MinCapacity: number; MaxCapacity: number; SecondsUntilAutoPause: number }>;
  ScalingConfiguration: Maybe<{ MinCapacity: number; MaxCapacity: number; AutoPause: boolean; SecondsUntilAutoPause: number; TimeoutAction: string; SecondsBeforeTimeout: number }>;
  MonitoringInterval: number; MonitoringRoleArn: string;
  BackupRetentionPeriod: number; PreferredBackupWindow: string; EngineLifecycleSupport: string;
  Tags: Tag[];
}>;

export type ClusterRestore = {
  readonly as: string;
  readonly from: { readonly snapshot: string; readonly engine: string; readonly version: string | undefined } | { readonly cluster: string; readonly at: PointInTime };
  readonly settings: ClusterSettings;
};

export type ClusterModification = { DBClusterIdentifier: string } & Maybe<{
  NewDBClusterIdentifier: string; PreferredMaintenanceWindow: string; EnableHttpEndpoint: boolean; EnableLocalWriteForwarding: boolean;
  AutoMinorVersionUpgrade: boolean; ManageMasterUserPassword: boolean; MasterUserSecretKmsKeyId: string;
  DatabaseInsightsMode: 'standard' | 'advanced'; EnablePerformanceInsights: boolean; PerformanceInsightsKMSKeyId: string; PerformanceInsightsRetentionPeriod: number;
}>;

/** An instance of a restored Aurora cluster. */
export type MemberRequest = { DBInstanceIdentifier: string; DBClusterIdentifier: string; DBInstanceClass: string; Engine: string } & Maybe<{
  DBParameterGroupName: string; DBSubnetGroupName: string; PubliclyAccessible: boolean; AutoMinorVersionUpgrade: boolean; PromotionTier: number;
  MonitoringInterval: number; MonitoringRoleArn: string; EnablePerformanceInsights: boolean; PerformanceInsightsKMSKeyId: string;
  PerformanceInsightsRetentionPeriod: number; CACertificateIdentifier: string; PreferredMaintenanceWindow: string;
  Tags: Tag[];
}>;
