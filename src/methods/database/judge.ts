/** Whether a restore may begin: every reason why not. Pure. */
import { tablesOf, type Looked } from '../../databases/look.ts';
import type { Restoring } from '../../databases/restoring.ts';
import { roomForRestored } from '../../databases/space.ts';
import type { Failure } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import type { Facts } from '../../ports.ts';
import { judgeFiles } from './env-files.ts';

export type Judged = {
  readonly database: Looked;
  readonly admin: string | undefined;
  /** Why the live data cannot be swapped. */
  readonly obstacles: readonly string[];
  /** What was asked of the env file, by host. */
  readonly files: ReadonlyMap<string, Facts>;
  /** The database that every env file has to name; undefined while some may name the restored one already. */
  readonly live: string | undefined;
};

export function judgeRestore(inputs: Inputs, { database, admin, obstacles, files, live }: Judged): readonly Failure[] {
  const { host } = database;
  return [
    ...(admin === undefined ? [nobodyMayRestore(database)] : []),
    ...obstacles.map((why): Failure => ({ code: 'step-failed', host, what: `the data cannot be swapped: ${why}`, fix: 'Set "cutover: repoint" and "env-file": the application then uses the restored database under its own name.' })),
    ...judgeFiles(inputs, files, live === undefined ? undefined : { database: live, host }),
    ...roomForRestored(database),
  ];
}

/** Said where no way to restore beside the live data was found. */
export function nobodyMayRestore({ host, facts }: Looked): Failure {
  return { code: 'no-rights', host, what: 'nobody may create the database into which the backup is restored', why: (facts.get('admin-missing') ?? []).join('; or '), fix: 'Do one of these, or give "database-admin-url".' };
}

/** What is lost for certain, by the number of rows alone: the rest is counted when the backup is restored beside, before anything is touched. */
export function certainLoss({ maxDataLossRows: limit }: Inputs, database: Looked, { backup }: Restoring): readonly Failure[] {
  const before = backup.manifest?.rows;
  if (limit === 'any' || before === undefined) return [];
  const lost = tablesOf(database).filter(({ name, exact }) => exact && name !== 'alembic_version')
    .map(({ name, rows }) => ({ name, rows: rows - (before[name] ?? 0) })).filter(({ rows }) => rows > 0).toSorted((one, other) => other.rows - one.rows);
  const rows = lost.reduce((sum, each) => sum + each.rows, 0);
  if (rows <= limit) return [];
  return [{
    code: 'data-loss', host: database.host,
    what: `going back to the backup of ${backup.manifest?.time} would take at least ${rows} rows out of live use (${lost.slice(0, 10).map((each) => `${each.rows} in ${each.name}`).join(', ')}), and "max-data-loss-rows" is ${limit}`,
    fix: 'Raise "max-data-loss-rows", or set it to "any": the rows then stay in the kept data and in an export.',
  }];
}
