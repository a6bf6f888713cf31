/** Whether the account has room for what a run makes. Pure. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AccountQuota.html */
import type { Failure } from '../../errors.ts';
import type { Quota, Target } from './port.ts';

type Need = { readonly target: Target; /** Instances of an Aurora cluster. */ readonly members: number; readonly gib: number; readonly restores: boolean };

/** A quota that AWS does not tell stops nothing: the call itself will be refused. */
export function missingQuotas(quotas: readonly Quota[], { target, members, gib, restores }: Need): readonly Failure[] {
  const instance = target.kind === 'instance';
  const needs: readonly (readonly [name: string, needed: number, what: string, code: Failure['code']])[] = [
    instance ? ['ManualSnapshots', 1, 'snapshots', 'backup-failed'] : ['ManualClusterSnapshots', 1, 'cluster snapshots', 'backup-failed'],
    ...(!restores ? [] : [
      ['DBInstances', instance ? 1 : members, 'instances', 'rds-restore-failed'] as const,
      ...(instance ? [['AllocatedStorage', gib, 'GiB of storage', 'rds-restore-failed'] as const] : [['DBClusters', 1, 'clusters', 'rds-restore-failed'] as const]),
    ]),
  ];
  return needs.flatMap(([name, needed, what, code]) => {
    const quota = quotas.find((each) => each.name === name);
    if (quota === undefined || quota.used + needed <= quota.max) return [];
    return [{
      code, what: `the AWS account may have ${quota.max} ${what} and has ${quota.used}: ${needed} more do not fit`,
      fix: `Ask for a higher quota (Service Quotas, RDS), or delete ${what === 'GiB of storage' ? 'what is not needed' : what} by hand: this action deletes none.`,
    }];
  });
}
