/** What a git rollback has to know of the data before it is planned: the way down, the database itself, what would be lost. Read only. */
import { repository } from '../../commands/git.ts';
import { askingDatabase, foundIn, lookAtDatabase, notesOnDump, roomForDump, type Looked } from '../../databases/look.ts';
import { environmentFor } from '../../databases/source.ts';
import { RollbackError, type Failure } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import type { LogExcerpt } from '../../outcome.ts';
import { migrationTools } from '../../migrations/registry.ts';
import type { Way } from '../../migrations/tool.ts';
import type { Surroundings } from '../method.ts';
import type { GitFacts } from './assess.ts';

export type DataFacts = {
  readonly way: Way;
  /** Undefined when no database is known. */
  readonly database?: Looked;
  /** The interrupted run that this one takes up kept rows aside in the database: an undo goes back to what it found. */
  readonly keptAside: boolean;
  readonly notes: readonly string[];
  /** The database's tables and connections, for people. */
  readonly found: readonly LogExcerpt[];
};

export async function assessData(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<DataFacts> {
  const on = facts.hosts.find(({ facts: { role } }) => role.database);
  const place = on === undefined ? undefined : around.hosts.get(on.facts.host);
  if (on === undefined || place === undefined) return { way: await migrationTools.none(), keptAside: false, notes: [], found: [] };
  const { host, head, disks } = on.facts;
  const ask = askingDatabase(inputs, place);
  const tool = migrationTools[inputs.schema === 'keep' ? 'none' : inputs.migrations];
  const way = await tool({
    inputs, host, from: facts.unfinished?.from ?? head, to: facts.target.sha, environment: environmentFor(inputs), ask: (script) => ask(repository(inputs.appDir) + script),
  });
  const database = await lookAtDatabase(inputs, place, ({ aside }) => aside.countDrops(way.sql));
  if (database === undefined) return { way, keptAside: false, notes: [], found: [] };
  const freeBytes = disks.find(({ purpose }) => purpose === 'backups')?.freeBytes;
  const [first, ...rest] = [...judge(inputs, database, way), ...roomForDump(inputs, database, freeBytes)];
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  const kept = database.facts.get('database-kept') ?? [];
  const keptAside = facts.unfinished !== undefined && kept.includes(database.engine.aside.nameOf(facts.unfinished.run));
  const earlier = keptAside || kept.length === 0 ? [] : [`${host}: the database holds tables that an earlier rollback kept aside: ${kept.slice(0, 5).join(', ')}.`];
  return { way, database, keptAside, notes: [...notesOnDump(database), ...earlier], found: foundIn(database) };
}

function judge(inputs: Inputs, { host, facts }: Looked, { movements, sql }: Way): readonly Failure[] {
  const name = facts.get('database-name')?.[0] ?? '';
  const failures: Failure[] = [];
  const missing = facts.get('database-missing-privilege') ?? [];
  if (missing.length > 0 && movements.length > 0) {
    failures.push({ code: 'no-rights', host, what: `the user of the database lacks ${missing.join(', ')} on ${name}`, fix: `Grant it: GRANT ${missing.join(', ')} ON \`${name}\`.* TO that user.` });
  }
  const limit = inputs.maxDataLossRows;
  if (limit !== 'any' && movements.length > 0) {
    const lost = (facts.get('would-lose') ?? []).map((line) => ({ rows: Number(line.split(' ')[0]), table: line.split(' ').slice(1).join(' ') }));
    const rows = lost.reduce((sum, each) => sum + each.rows, 0);
    const told = lost.map((each) => `${each.rows} in ${each.table}`).join(', ');
    if (rows > limit) failures.push({ code: 'data-loss', host, what: `going down would take ${rows} rows out of live use (${told}), and "max-data-loss-rows" is ${limit}`, fix: 'Raise "max-data-loss-rows" (the backup holds the rows), or set "schema: keep".' });
    if (sql === '') failures.push({ code: 'data-loss', host, what: 'what the migrations drop cannot be told beforehand, and "max-data-loss-rows" is a number', fix: 'Set "max-data-loss-rows: any" (a backup is made first), or "schema: keep".' });
  }
  return failures;
}
