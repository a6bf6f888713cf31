/**
 * What of a restored instance or cluster may be unlike the source, and why. The list is closed: a field that is not in it, one that AWS adds
 * next year as well, ends the run before anything is cut over.
 */
const named = 'names it, or was given to it when it was made';
const moment = 'tells of this moment';
const place = 'AWS chooses it; with Multi-AZ it changes with every failover';
const link = 'belongs to the source alone; a note of the assessment says how to make it again';

const both: Readonly<Record<string, string>> = {
  StatusInfos: moment, PercentProgress: moment, AutomaticRestartTime: moment, LatestRestorableTime: moment,
  PendingModifiedValues: 'the restored one is compared when nothing is pending; what is pending on the source is not in force',
  CertificateDetails: 'the server’s own certificate; the authority is compared as CACertificateIdentifier',
  ActivityStreamStatus: link, ActivityStreamKmsKeyId: link, ActivityStreamKinesisStreamName: link, ActivityStreamMode: link,
  ActivityStreamEngineNativeAuditFieldsIncluded: link, ActivityStreamPolicyStatus: link,
  AwsBackupRecoveryPointArn: 'AWS Backup’s own record of the source',
  UpgradeRolloutOrder: 'follows from the organization’s policy and the tags',
};

export const instanceMayDiffer: Readonly<Record<string, string>> = {
  ...both,
  DBInstanceIdentifier: named, DBInstanceArn: named, DbiResourceId: named, InstanceCreateTime: named, DBClusterIdentifier: named,
  EnhancedMonitoringResourceArn: named,
  DBInstanceStatus: moment, StorageVolumeStatus: moment, StorageOperationStatus: moment, StorageOperationPercentProgress: moment, ResumeFullAutomationModeTime: moment,
  AvailabilityZone: place, SecondaryAvailabilityZone: place,
  PrimaryEndpoint: place, ListenerEndpoint: named,
  ReadReplicaDBInstanceIdentifiers: link, ReadReplicaDBClusterIdentifiers: link, ReadReplicaSourceDBInstanceIdentifier: link,
  ReadReplicaSourceDBClusterIdentifier: link, ReplicaMode: link, DBInstanceAutomatedBackupsReplications: link,
  DBCapacityReservationIdentifier: 'the reservation is in use by the source',
  IsStorageConfigUpgradeAvailable: 'a restored volume may have the newer layout already',
  DbInstancePort: '0 for everything but a cluster’s member; the port is compared as that of the endpoint',
};

export const clusterMayDiffer: Readonly<Record<string, string>> = {
  ...both,
  DBClusterIdentifier: named, DBClusterArn: named, DbClusterResourceId: named, ClusterCreateTime: named, CloneGroupId: named, HostedZoneId: named,
  Endpoint: named, ReaderEndpoint: named, CustomEndpoints: link,
  Status: moment, EarliestRestorableTime: moment, EarliestBacktrackTime: moment, BacktrackConsumedChangeRecords: moment, Capacity: moment,
  IOOptimizedNextAllowedModificationTime: moment, ServerlessV2PlatformVersion: 'AWS chooses it',
  AvailabilityZones: place,
  DBClusterMembers: 'compared one by one, as instances',
  ReadReplicaIdentifiers: link, ReplicationSourceIdentifier: link, GlobalClusterIdentifier: link, GlobalWriteForwardingStatus: link,
  GlobalWriteForwardingRequested: link, CrossAccountClone: link,
};

/** A member has from its cluster what the cluster is compared by. */
export const memberMayDiffer: Readonly<Record<string, string>> = {
  ...instanceMayDiffer,
  DbInstancePort: 'the port is compared as that of the endpoint', MasterUserSecret: 'the cluster’s',
};
