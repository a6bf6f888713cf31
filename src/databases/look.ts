/** What every method asks of the database before it plans. Read only. */
import { RollbackError, type Failure } from '../errors.ts';
import type { DatabaseSource } from '../commands/environment.ts';
import type { Inputs } from '../inputs.ts';
import type { LogExcerpt } from '../outcome.ts';
import type { Facts, ReadableHost } from '../ports.ts';
import type { Engine } from './engine.ts';
import { engineNamed, engineTitles } from './registry.ts';
import { askEngine, databaseSecret, sourceOf } from './source.ts';

/** How the database is reached. */
export type DatabaseInputs = Pick<Inputs, 'databaseUrl' | 'databaseAdminUrl' | 'envFile' | 'envKey'>;

/** A database that answers. */
export type Looked = { readonly host: string; readonly engine: Engine; readonly source: DatabaseSource; readonly facts: Facts };

/** Tables with more data are not counted row by row for the report. */
const countUpTo = 64 * 1024 * 1024;

/** Asks the database host a script that may need the database's credentials. @throws RollbackError `database-unreachable` when it fails */
export function askingDatabase(inputs: DatabaseInputs, on: ReadableHost): (script: string) => Promise<Facts> {
  const secret = databaseSecret(inputs);
  return async (script) => {
    const { facts, code, output } = await on.ask(script, { limit: 300_000, ...(secret === undefined ? {} : { secret }) });
    if (code !== 0) throw unanswered(on.name, output);
    return facts;
  };
}

/**
 * Undefined when no database is known.
 * @param more what else is to be asked in the same breath
 * @throws RollbackError `database-unreachable`
 */
export async function lookAtDatabase(inputs: DatabaseInputs, on: ReadableHost, more: (engine: Engine) => string): Promise<Looked | undefined> {
  const source = sourceOf(inputs);
  if (source === undefined) return undefined;
  const host = on.name;
  const ask = askingDatabase(inputs, on);
  const scheme = (await ask(askEngine(source))).get('database-engine')?.[0] ?? '';
  const engine = engineNamed(scheme);
  if (engine === undefined) {
    throw new RollbackError({ code: 'invalid-input', host, what: `the address of the database begins with ${JSON.stringify(scheme.slice(0, 40))}, which is none of ${engineTitles.join(', ')}`, fix: 'Correct "env-file", "env-key" or "database-url".' });
  }
  const facts = await ask(`${engine.client(source)}${engine.facts(countUpTo)}${more(engine)}`);
  if (facts.get('database-reachable')?.[0] === 'yes') return { host, engine, source, facts };
  throw new RollbackError({
    code: 'database-unreachable', host, what: 'the database does not answer', why: facts.get('database-error')?.[0] ?? '', fix: 'Check "env-file" or "database-url", and that the database is up.',
  });
}

/** A table as the fact `database-table` tells it. */
export type Table = { readonly name: string; readonly rows: number; readonly exact: boolean; readonly bytes: number; readonly engine: string };

export function tablesOf({ facts }: Looked): readonly Table[] {
  return (facts.get('database-table') ?? []).map((line) => {
    const [rows, counted, bytes, engine = '', ...name] = line.split(' ');
    return { name: name.join(' '), rows: Number(rows), exact: counted === 'exact', bytes: Number(bytes), engine };
  });
}

/** Data and indexes, in bytes. */
export function bytesOf({ facts }: Looked): number {
  return Number(facts.get('database-bytes')?.[0] ?? 0);
}

/** Where a dump has no room: it is written once as it is and once compressed. */
export function roomForDump(inputs: Pick<Inputs, 'backup' | 'backupDir'>, looked: Looked, freeBytes: number | undefined): readonly Failure[] {
  const needed = 2 * bytesOf(looked);
  if (!inputs.backup.includes('database') || freeBytes === undefined || freeBytes >= needed) return [];
  return [{ code: 'disk-full', host: looked.host, what: `a dump needs up to ${megabytes(needed)} in ${inputs.backupDir}, ${megabytes(freeBytes)} are free`, fix: 'Free space, or name another "backup-dir".' }];
}

/** Worth knowing of a dump of this database. */
export function notesOnDump(looked: Looked): readonly string[] {
  const others = looked.engine.name === 'mysql' ? tablesOf(looked).filter(({ engine }) => engine !== 'InnoDB').map(({ name }) => name) : [];
  return others.length === 0 ? [] : [`${looked.host}: the dump is not of one moment for tables that are not InnoDB: ${others.join(', ')}.`];
}

/** Tables and connections as they were found, for people. */
export function foundIn(looked: Looked): readonly LogExcerpt[] {
  const { host, facts } = looked;
  const tables = tablesOf(looked).map(({ name, rows, exact, bytes, engine }) => `${name}: ${exact ? '' : 'about '}${rows} rows, ${bytes} bytes, ${engine}`);
  const processes = (facts.get('database-process') ?? []).map((line) => {
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

export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
