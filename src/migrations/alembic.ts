/** Alembic: down to exactly the target's own heads, one revision at a time. */
import { targetPresence } from '../commands/git.ts';
import { RollbackError, type ReasonCode } from '../errors.ts';
import type { Facts } from '../ports.ts';
import { alembicFacts, asFound, downgradeSql, readAlembic, readHeads, readSql, takeDown, takeUp, targetHeads, type Known } from './alembic-scripts.ts';
import { pathDown, type DownStep } from './graph.ts';
import type { MigrationPlace } from './place.ts';
import type { MigrationTool, Movement, Place } from './tool.ts';

export const alembic: MigrationTool = async (place) => {
  const { inputs, to, environment } = place;
  const where: MigrationPlace = {
    appDir: inputs.appDir, migrationsDir: inputs.migrationsDir ?? inputs.appDir, environment,
    ...(inputs.virtualenv === undefined ? {} : { virtualenv: inputs.virtualenv }),
  };
  const facts = await place.ask(`${alembicFacts(where)}${targetPresence(to)}${targetHeads(where, '"$source_dir"', to)}`);
  const { current, graph } = known(place, facts);
  const path = pathDown(graph, current, headsOf(place, facts));
  switch (path.kind) {
    case 'diverged':
    case 'unknown-revision':
      throw refusal(place, 'diverged', 'the database cannot go down to the target', path.why, 'Return to a release whose migrations the database holds, or set "schema: keep" if its code works with the schema as it is.');
    case 'irreversible':
      throw refusal(place, 'migration-irreversible', `the migration ${path.revision} cannot go down`, path.why, 'Write its downgrade(), or set "schema: keep" if the target works with the schema as it is.');
    case 'path':
  }
  const { steps } = path;
  return {
    movements: steps.map((step) => movementOf(step, where)),
    migrations: steps.map(({ revision, title }) => ({ revision, title })),
    sql: steps.length === 0 ? '' : readSql(await place.ask(downgradeSql(where, steps))),
    asFound: asFound(where),
  };
};

function movementOf(step: DownStep, where: MigrationPlace): Movement {
  const { revision, title, after } = step;
  return {
    id: `migrate-down-${revision.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-')}`,
    title: `Database down from ${revision}${title === '' ? '' : ` (${title})`} to ${after.join(', ') || 'no revision'}`,
    down: takeDown(where, step), up: takeUp(where, step),
  };
}

function known(place: Place, facts: Facts): Known {
  const [told] = facts.get('alembic') ?? [];
  if (told === undefined) {
    const why = facts.get('alembic-error')?.[0] ?? '';
    throw refusal(place, why.includes('not installed') ? 'missing-tool' : 'migration-irreversible', 'alembic cannot read the migrations', why, 'Check "migrations-dir" and "virtualenv"; `alembic history` there has to work.');
  }
  const read = readAlembic(told);
  if (read.databaseError !== undefined) throw refusal(place, 'database-unreachable', '`alembic current` fails', read.databaseError, 'Check "env-file" or "database-url", and that the database answers.');
  return read;
}

/** None for a target that has no alembic yet: the database goes down to nothing. */
function headsOf(place: Place, facts: Facts): readonly string[] {
  if (facts.has('target-heads-none')) return [];
  const [told] = facts.get('target-heads') ?? [];
  if (told === undefined) throw refusal(place, 'migration-irreversible', 'the migrations of the target cannot be read', facts.get('target-heads-error')?.[0] ?? '', 'Check that the target is a release of this application, and that its migrations load with what is installed now.');
  return readHeads(told);
}

function refusal({ host }: Place, code: ReasonCode, what: string, why: string, fix: string): RollbackError {
  return new RollbackError({ code, host, what, why, fix });
}
