/** What belongs to the source alone and has to be made again by hand. Pure. */
import { flag, part, parts, text, texts, type Description } from './description.ts';
import { tagsOf } from './tags.ts';

/** A sentence for each, for the report. */
export function notCarried(source: Description): readonly string[] {
  const replicas = [...(texts(source, 'ReadReplicaDBInstanceIdentifiers') ?? []), ...(texts(source, 'ReadReplicaDBClusterIdentifiers') ?? []), ...(texts(source, 'ReadReplicaIdentifiers') ?? [])];
  const primary = text(source, 'ReadReplicaSourceDBInstanceIdentifier') ?? text(source, 'ReadReplicaSourceDBClusterIdentifier') ?? text(source, 'ReplicationSourceIdentifier');
  const stack = tagsOf(source).find(({ Key }) => Key === 'aws:cloudformation:stack-name')?.Value;
  return [
    ...(replicas.length > 0 ? [`Read replicas stay with the old data: ${replicas.join(', ')}. Make new ones of the restored database.`] : []),
    ...(primary === undefined ? [] : [`It is a replica of ${primary}; what is restored is not, and takes nothing from there any more.`]),
    ...(text(source, 'ActivityStreamStatus') === 'started' ? ['Its activity stream is not carried over: start it again on the restored database.'] : []),
    ...(parts(source, 'DBInstanceAutomatedBackupsReplications').length > 0 ? ['Its backups are replicated to another region; those of the restored database are not until you say so.'] : []),
    ...(text(source, 'GlobalClusterIdentifier') === undefined ? [] : [`It belongs to the global database ${text(source, 'GlobalClusterIdentifier') ?? ''}; the restored cluster does not.`]),
    ...((texts(source, 'CustomEndpoints') ?? []).length > 0 ? ['Its custom endpoints are not carried over.'] : []),
    ...(text(source, 'AwsBackupRecoveryPointArn') === undefined ? [] : ['AWS Backup keeps recovery points of it by its ARN: check that its plan selects the restored database (by tag).']),
    ...(flag(source, 'IAMDatabaseAuthenticationEnabled') === true ? ['It takes IAM logins: policies that name its resource id (rds-db:connect) have to name that of the restored database as well.'] : []),
    ...(text(part(source, 'MasterUserSecret'), 'SecretArn') === undefined ? [] : ['AWS keeps its master password: the restored one gets a secret and a password of its own; users of the application have theirs from the data.']),
    ...(stack === undefined ? [] : [`CloudFormation made it (stack ${stack}) and does not know of the restored one: import that before the stack is updated.`]),
    'Alarms, event subscriptions and RDS Proxy targets that name it by its identifier or resource id go on naming the old one.',
  ];
}
