/** What a restore has to know before it is planned: the live data, the backup, whose rights, what would be lost. Read only. */
import { findBackup, findBackups } from '../../commands/restore.ts';
import { chooseBackup } from '../../databases/choose.ts';
import type { Admin } from '../../databases/engine.ts';
import { askingDatabase, bytesOf, foundIn, lookAtDatabase, notesOnDump, roomForDump, type Looked } from '../../databases/look.ts';
import { durationsOf, speedsFrom, type Durations } from '../../databases/duration.ts';
import { fileIn, madeIn } from '../../databases/found.ts';
import { askSpace } from '../../databases/space.ts';
import { keptIn, namesFor, usedAfter, type BackupFile, type Restoring } from '../../databases/restoring.ts';
import { RollbackError, type Failure } from '../../errors.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import type { LogExcerpt, Restored } from '../../outcome.ts';
import type { Facts, ReadableHost } from '../../ports.ts';
import type { GitFacts } from '../git/assess.ts';
import type { Surroundings } from '../method.ts';
import { askEnvFiles } from './env-files.ts';
import { certainLoss, judgeRestore } from './judge.ts';
import { noteRestore } from './notes.ts';

export type RestoreFacts = {
  readonly database: Looked;
  readonly restoring: Restoring;
  readonly begun: BegunRun;
  /** The data is from this very backup already: nothing was asked but what an earlier run did. */
  readonly isThere: boolean;
  readonly durations: Durations;
  readonly restored: Restored;
  readonly notes: readonly string[];
  readonly found: readonly LogExcerpt[];
};

/** @throws RollbackError with every reason why nothing may be restored */
export async function assessRestore(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<RestoreFacts> {
  const on = facts.hosts.find(({ facts: { role } }) => role.database);
  const place = on === undefined ? undefined : around.hosts.get(on.facts.host);
  if (on === undefined || place === undefined) throw new Error('A restore without a database host');
  const { cutover, restoreFrom } = inputs;
  if (cutover === 'rename') throw new Error('Only RDS instances are renamed');
  const { unfinished } = facts;
  const named = unfinished?.backup ?? (restoreFrom.kind === 'file' ? restoreFrom.path : undefined);
  const database = await lookAtDatabase(inputs, place, ({ name, beside }) => `${named === undefined ? '' : `(\n${findBackup(named)})\n`}(\n${findBackups(inputs.backupDir)})
${beside.askAdmin({ url: inputs.databaseAdminUrl !== undefined, cutover })}
${askSpace(name)}fact database-revisions "$(revisions_in "$database" '')"
`);
  if (database === undefined) throw new Error('A restore without a database');
  const chosen = choose(inputs, facts, database, named, around.run.id);
  const live = unfinished?.live ?? database.facts.get('database-name')?.[0] ?? '';
  const begun = unfinished ?? {
    run: around.run.id, actor: around.run.actor, from: facts.from, to: facts.target.sha, startedAt: around.clock.now(), backup: chosen.backup.path, live,
  };
  const admin = database.facts.get('admin')?.[0];
  const restoring: Restoring = { engine: database.engine.name, backup: chosen.backup, names: namesFor(live, begun.run), cutover, admin: isAdmin(admin) ? admin : 'own' };
  const [obstacles, files] = await Promise.all([
    cutover === 'swap' && isAdmin(admin) && unfinished === undefined ? askObstacles(inputs, place, database, restoring) : [],
    cutover === 'repoint' ? askEnvFiles(inputs, facts, around) : new Map<string, Facts>(),
  ]);
  const last = on.facts.releases.toSorted((one, other) => one.time - other.time).at(-1);
  const isThere = restoreFrom.kind === 'latest' && unfinished === undefined && last?.result === 'rolled-back' && last.backup === chosen.backup.path && last.database === live;
  const failures = [
    ...judgeRestore(inputs, { database, admin, obstacles, files, live: unfinished === undefined ? live : undefined }),
    ...(unfinished === undefined && !isThere ? certainLoss(inputs, database, restoring) : []),
    ...roomForDump(inputs, database, on.facts.disks.find(({ purpose }) => purpose === 'backups')?.freeBytes),
  ];
  const [first, ...rest] = failures;
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  const manifests = madeIn(database.facts).map(({ manifest }) => manifest);
  const speeds = speedsFrom(manifests);
  const durations = durationsOf(bytesOf(database), chosen.backup.manifest?.['sql-bytes'] ?? chosen.backup.bytes * 5, speeds);
  const notes = isThere ? [] : noteRestore(inputs, { database, restoring, damaged: chosen.damaged, durations, speeds, usedAfter: usedAfter(restoring) });
  return { database, restoring, begun, isThere, durations, restored: restoredBy(restoring, inputs.commit === undefined), notes: [...(isThere ? [] : notesOnDump(database)), ...notes], found: foundIn(database) };
}

type Chosen = { readonly backup: BackupFile; readonly damaged: readonly BackupFile[] };

/** @throws RollbackError `no-backup`, `backup-damaged` */
function choose(inputs: Inputs, facts: GitFacts, { host, engine, facts: asked }: Looked, named: string | undefined, run: string): Chosen {
  const refuse = (failure: Omit<Failure, 'host'>): never => {
    throw new RollbackError({ ...failure, host });
  };
  if (named !== undefined) {
    const file = fileIn(named, asked);
    if ('why' in file) return refuse({ code: 'no-backup', what: `the backup ${named} cannot be restored`, why: file.why, fix: 'Name a file on the database host, or "latest".' });
    const { manifest } = file;
    const foreign = manifest !== undefined && (manifest.kind !== 'database' || manifest.app !== inputs.appDir || manifest.environment !== inputs.environment || (manifest.engine ?? 'mysql') !== engine.name);
    if (foreign) return refuse({ code: 'backup-damaged', what: `the backup ${named} is of something else`, why: `its manifest says ${manifest.kind}, ${manifest.engine ?? 'mysql'}, ${manifest.app}, ${manifest.environment}`, fix: 'Name a backup of this application, environment and kind of database.' });
    return { backup: file, damaged: [] };
  }
  const { commit, environment, appDir: app } = inputs;
  const choice = chooseBackup(madeIn(asked), { environment, app, engine: engine.name, run, ...(commit === undefined ? {} : { release: facts.target.sha }) });
  if (choice.kind === 'chosen') return choice;
  return refuse({ code: 'no-backup', what: `there is no backup to restore in ${inputs.backupDir}`, why: choice.why, fix: 'Name a file with "restore-from", or another "commit"; the backup action, before each deployment, makes backups to go back to.' });
}

async function askObstacles(inputs: Inputs, on: ReadableHost, { engine, source }: Looked, { admin, names }: Restoring): Promise<readonly string[]> {
  const asked = await askingDatabase(inputs, on)(`${engine.client(source)}${engine.beside.admin(admin)}${engine.beside.obstacles(names)}`);
  return asked.get('cannot-swap') ?? [];
}

function isAdmin(text: string | undefined): text is Admin {
  return text === 'url' || text === 'own' || text === 'socket';
}

function restoredBy(restoring: Restoring, dataOnly: boolean): Restored {
  const { path, manifest } = restoring.backup;
  return {
    backup: path, used: usedAfter(restoring), kept: keptIn(restoring), dataOnly,
    ...(manifest === undefined ? {} : { time: manifest.time, release: manifest.release }),
  };
}
