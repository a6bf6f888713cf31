/** What a git rollback has to know of the data before it is planned: the way down, the database itself, what would be lost. Read only. */
import { repository } from '../../commands/git.ts';
import { databasePrelude } from '../../commands/mysql.ts';
import { asideOf } from '../../databases/mysql/aside.ts';
import { databaseFacts } from '../../databases/mysql/facts.ts';
import { countDrops, dropsIn } from '../../databases/mysql/loss.ts';
import { RollbackError, type Failure } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import type { LogExcerpt } from '../../outcome.ts';
import { migrationTools } from '../../migrations/registry.ts';
import type { Way } from '../../migrations/tool.ts';
import type { Facts } from '../../ports.ts';
import type { Surroundings } from '../method.ts';
import type { GitFacts } from './assess.ts';
import { environmentFor, sourceOf } from './source.ts';

export type DataFacts = {
  readonly way: Way;
  /** The interrupted run that this one takes up kept rows aside in the database: an undo goes back to what it found. */
  readonly keptAside: boolean;
  readonly notes: readonly string[];
  /** The database's tables and connections, for people. */
  readonly found: readonly LogExcerpt[];
};

/** Tables with more data are not counted row by row for the report. */
const countUpTo = 64 * 1024 * 1024;

export async function assessData(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<DataFacts> {
  const on = facts.hosts.find(({ facts: { role } }) => role.database);
  if (on === undefined) return { way: await migrationTools.none(), keptAside: false, notes: [], found: [] };
  const { host, head, disks } = on.facts;
  const ask = async (script: string): Promise<Facts> => {
    const secret = inputs.databaseUrl === undefined ? {} : { secret: inputs.databaseUrl };
    const { facts: answered, code, output } = (await around.hosts.get(host)?.ask(script, { limit: 300_000, ...secret })) ?? { facts: new Map(), code: 1, output: '' };
    if (code !== 0) throw unanswered(host, output);
    return answered;
  };
  const tool = migrationTools[inputs.schema === 'keep' ? 'none' : inputs.migrations];
  const way = await tool({
    inputs, host, from: facts.unfinished?.from ?? head, to: facts.target.sha, environment: environmentFor(inputs), ask: (script) => ask(repository(inputs.appDir) + script),
  });
  const source = sourceOf(inputs);
  if (source === undefined) return { way, keptAside: false, notes: [], found: [] };
  const database = await ask(`${databasePrelude(source)}${databaseFacts(countUpTo)}${countDrops(dropsIn(way.sql))}`);
  const freeBytes = disks.find(({ purpose }) => purpose === 'backups')?.freeBytes;
  const [first, ...rest] = judge(inputs, host, database, way, freeBytes);
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  const keptAside = facts.unfinished !== undefined && (database.get('database-kept') ?? []).includes(asideOf(facts.unfinished.run));
  return { way, keptAside, notes: notesOn(host, database, keptAside), found: foundIn(host, database) };
}

function judge(inputs: Inputs, host: string, database: Facts, { movements, sql }: Way, freeBytes: number | undefined): readonly Failure[] {
  const one = (name: string): string => database.get(name)?.[0] ?? '';
  if (one('database-reachable') !== 'yes') {
    return [{ code: 'database-unreachable', host, what: 'the database does not answer', why: one('database-error'), fix: 'Check "env-file" or "database-url", and that the database is up.' }];
  }
  const failures: Failure[] = [];
  const missing = database.get('database-missing-privilege') ?? [];
  if (missing.length > 0 && movements.length > 0) {
    failures.push({ code: 'no-rights', host, what: `the user of the database lacks ${missing.join(', ')} on ${one('database-name')}`, fix: `Grant it: GRANT ${missing.join(', ')} ON \`${one('database-name')}\`.* TO that user.` });
  }
  const needed = 2 * Number(one('database-bytes'));
  if (inputs.backup.includes('database') && freeBytes !== undefined && freeBytes < needed) {
    failures.push({ code: 'disk-full', host, what: `a dump needs up to ${megabytes(needed)} in ${inputs.backupDir}, ${megabytes(freeBytes)} are free`, fix: 'Free space, or name another "backup-dir".' });
  }
  const limit = inputs.maxDataLossRows;
  if (limit !== 'any' && movements.length > 0) {
    const lost = (database.get('would-lose') ?? []).map((line) => ({ rows: Number(line.split(' ')[0]), table: line.split(' ').slice(1).join(' ') }));
    const rows = lost.reduce((sum, each) => sum + each.rows, 0);
    const told = lost.map((each) => `${each.rows} in ${each.table}`).join(', ');
    if (rows > limit) failures.push({ code: 'data-loss', host, what: `going down would take ${rows} rows out of live use (${told}), and "max-data-loss-rows" is ${limit}`, fix: 'Raise "max-data-loss-rows" (the backup holds the rows), or set "schema: keep".' });
    if (sql === '') failures.push({ code: 'data-loss', host, what: 'what the migrations drop cannot be told beforehand, and "max-data-loss-rows" is a number', fix: 'Set "max-data-loss-rows: any" (a backup is made first), or "schema: keep".' });
  }
  return failures;
}

function notesOn(host: string, database: Facts, takenUp: boolean): readonly string[] {
  const tables = (database.get('database-table') ?? []).map((line) => line.split(' '));
  const others = tables.filter(([, , , engine]) => engine !== 'InnoDB').map(([, , , , ...name]) => name.join(' '));
  return [
    ...(others.length > 0 ? [`${host}: the dump is not of one moment for tables that are not InnoDB: ${others.join(', ')}.`] : []),
    ...(!takenUp && (database.get('database-kept') ?? []).length > 0 ? [`${host}: the database holds tables that an earlier rollback kept aside: ${(database.get('database-kept') ?? []).slice(0, 5).join(', ')}.`] : []),
  ];
}

/** Facts `database-table` are rows, exact or estimate, bytes, engine, name; `database-process` connections, longest seconds, command, user. */
function foundIn(host: string, database: Facts): readonly LogExcerpt[] {
  const tables = (database.get('database-table') ?? []).map((line) => {
    const [rows, counted, bytes, engine, ...name] = line.split(' ');
    return `${name.join(' ')}: ${counted === 'exact' ? '' : 'about '}${rows} rows, ${bytes} bytes, ${engine}`;
  });
  const processes = (database.get('database-process') ?? []).map((line) => {
    const [connections, seconds, command, ...user] = line.split(' ');
    return `${user.join(' ')}: ${connections} in ${command}, the longest for ${seconds} s`;
  });
  return [{ host, file: 'tables of the database', text: tables.join('\n') }, { host, file: 'connections to the database', text: processes.join('\n') }];
}

function unanswered(host: string, output: string): RollbackError {
  return new RollbackError({
    code: 'database-unreachable', host, what: 'the database could not be looked at', why: output.trimEnd().split('\n').at(-1) ?? '',
    fix: 'Check "env-file", "env-key" or "database-url", and that the database\'s client is installed on that host.',
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
