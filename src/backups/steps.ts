/** The steps that save something on a host, for every action that does. Pure. */
import type { HostFacts } from '../assess/host.ts';
import { archiveCheckout } from '../commands/archive.ts';
import type { BackupPlace } from '../commands/backup.ts';
import type { Looked } from '../databases/look.ts';
import type { Inputs } from '../inputs.ts';
import type { Step } from '../plan.ts';
import type { Milliseconds } from '../ports.ts';

export type BackupInputs = Pick<Inputs, 'appDir' | 'environment' | 'backup' | 'backupDir' | 'backupTimeout'>;

/** The run that backs up. */
export type BackupRun = {
  readonly by: BackupPlace['by'];
  readonly run: string;
  readonly startedAt: Milliseconds;
  /** Releases that were known good, and backups that this run needs. */
  readonly good: readonly string[];
  readonly used?: readonly string[];
};

/** Where a host's backups go. What an unfinished run restores there, and what the last restore came from, is in use. */
export function placeOn({ appDir, environment, backupDir }: BackupInputs, { head, releases, unfinished }: HostFacts, { startedAt, used = [], ...run }: BackupRun): BackupPlace {
  const restored = releases.filter(({ result, backup }) => result === 'rolled-back' && backup !== undefined).toSorted((one, other) => one.time - other.time).at(-1);
  return {
    ...run, folder: backupDir, environment, app: appDir, release: head, stamp: new Date(startedAt).toISOString().replaceAll(/[-:]|\.\d+/g, ''),
    used: [...used, unfinished?.backup, restored?.backup].filter((path) => path !== undefined),
  };
}

/** What is saved on one host before anything is touched. @param database where it is this host that reaches it */
export function backupSteps({ appDir, backup, backupDir, backupTimeout }: BackupInputs, { host, role }: Pick<HostFacts, 'host' | 'role'>, place: BackupPlace, database: Looked | undefined): readonly Step[] {
  const step = (kind: string, title: string, script: string): Step => ({
    id: `back-up-${kind}`, title, host, script, limit: backupTimeout,
    failure: { code: 'backup-failed', fix: `Nothing was touched. Look at ${backupDir} on ${host}: space, rights, and whether the dump works by hand.` },
  });
  const dump = role.database && database !== undefined && backup.includes('database');
  return [
    ...(dump ? [{ ...step('database', 'Dump the database and verify the dump', database.engine.client(database.source) + database.engine.dump(place)), needsDatabase: true as const }] : []),
    ...(backup.includes('app') ? [step('app', 'Save the checkout', archiveCheckout(appDir, place))] : []),
  ];
}
