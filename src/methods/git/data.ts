/** What belongs to the data in a git rollback: backups, migrations, and what an undo of them needs. */
import { backupSteps, placeOn } from '../../backups/steps.ts';
import { repository } from '../../commands/git.ts';
import { lossLimit } from '../../databases/loss-limit.ts';
import type { Looked } from '../../databases/look.ts';
import { engineNamed } from '../../databases/registry.ts';
import { sourceOf } from '../../databases/source.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import type { Step, Undo } from '../../plan.ts';
import type { Assessed } from '../method.ts';
import type { DataFacts } from './assess-data.ts';
import type { GitFacts } from './assess.ts';
import type { DataSteps } from './plan.ts';

/** Tables with more data than this are compared by their number of rows only. */
const checksumLimit = 512 * 1024 * 1024;

export function planData(inputs: Inputs, facts: GitFacts, data: DataFacts, begun: BegunRun): DataSteps {
  return { backups: planBackups(inputs, facts, data.database, begun), migrations: migrations(inputs, facts, data, begun) };
}

/** What is saved before anything is touched, on each host. */
export function planBackups(inputs: Inputs, facts: GitFacts, database: Looked | undefined, { run, startedAt, backup }: BegunRun): readonly Step[] {
  return facts.hosts.flatMap(({ facts: on }): readonly Step[] => {
    const good = [facts.target.sha, ...on.releases.filter(({ result }) => result === 'rolled-back' || result === 'good').map(({ to }) => to).toReversed()];
    const place = placeOn(inputs, on, { by: 'rollback', run, startedAt, good, used: backup === undefined ? [] : [backup] });
    return backupSteps(inputs, on, { ...place, keep: inputs.backupKeep }, database);
  });
}

function migrations(inputs: Inputs, facts: GitFacts, { way: { movements, sql }, database, keptAside }: DataFacts, begun: BegunRun): readonly Step[] {
  const host = facts.hosts.find(({ facts: { role } }) => role.database)?.facts.host;
  if (host === undefined || (movements.length === 0 && !keptAside)) return [];
  const repo = repository(inputs.appDir);
  const client = database === undefined ? '' : database.engine.client(database.source);
  const step = (id: string, title: string, script: string, undo?: Undo): Step => ({
    id, title, host, script, limit: inputs.backupTimeout, needsDatabase: true, ...(undo === undefined ? {} : { undo }),
    failure: { code: 'step-failed', fix: `Mend the migration's downgrade, then try again; \`alembic current\` on ${host} says where the database is.` },
  });
  const down = movements.map((movement) => step(movement.id, movement.title, repo + movement.down, {
    title: `Take back: ${movement.title}`, limit: inputs.backupTimeout,
    // What kept the schema from going up is mended by what was kept aside, which is restored after it and compared with what was found.
    script: database === undefined ? repo + movement.up : `${repo}${client}${database.engine.aside.keepWritten(begun.run)}(\n${movement.up}) || say 'Taken from what was kept aside instead.'\n`,
  }));
  if (database === undefined) return down;
  const { aside } = database.engine;
  return [
    step('keep-rows', 'Keep aside what the migrations may drop', client + aside.keep(begun.run, sql), {
      title: 'Rows and definitions as they were found', limit: inputs.backupTimeout, script: client + aside.restore(begun.run),
    }),
    ...down,
    step('count-loss', 'Count what is no longer in use', `${client}${aside.lost(begun.run)}fact counted yes\n${lossLimit(inputs.maxDataLossRows)}`),
  ];
}

/**
 * sh with facts `as-found` for the database: revisions, schema, rows of every table; undefined where this run and the one that it takes up
 * leave the database alone.
 * @param recorded what the one that is taken up had found
 */
export function dataAsFound(inputs: Inputs, { way, database, keptAside }: DataFacts, recorded: readonly string[]): string | undefined {
  const parts = [
    ...(way.asFound === '' ? [] : [repository(inputs.appDir) + way.asFound]),
    ...(database === undefined ? [] : [`${database.engine.client(database.source)}(\nfact() { name=$1; shift; printf 'as-found=%s %s\\n' "$name" "$(printf '%s' "$*" | tr '\\t' ' ')" >&3; }\n${database.engine.schemaFingerprint}${database.engine.rowChecksums(checksumLimit)})\n`]),
  ];
  return (way.movements.length === 0 && !keptAside && recorded.length === 0) || parts.length === 0 ? undefined : parts.join('');
}

/** sh that takes away what was kept aside in the database. */
export function closeData(inputs: Inputs, { run, engine: name }: Pick<Assessed, 'run' | 'engine'>): string {
  const source = sourceOf(inputs);
  const engine = name === undefined ? undefined : engineNamed(name);
  return source === undefined || engine === undefined ? '' : engine.client(source) + engine.aside.forget(run);
}
