/** The git method: code, dependencies, migrations and services back to a commit. */
import { environmentFor } from '../databases/source.ts';
import type { EndedRun } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import { askAsFound } from './git/ask-as-found.ts';
import { assessData } from './git/assess-data.ts';
import { assessCheckouts } from './git/assess.ts';
import { closeCode } from './git/close.ts';
import { closeData, dataAsFound, planData } from './git/data.ts';
import { describeCode, isThere, notesOn } from './git/described.ts';
import { planGit } from './git/plan.ts';
import { rolesOf } from './git/roles.ts';
import type { Assessed, Method, Surroundings } from './method.ts';

export const git: Method = { assess, close };

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const facts = await assessCheckouts(inputs, rolesOf(inputs), around);
  const data = await assessData(inputs, facts, around);
  const asFound = await askAsFound(inputs, facts, { database: (recorded) => dataAsFound(inputs, data, recorded) }, around);
  const { from, target, unfinished } = facts;
  const begun = unfinished ?? { run: around.run.id, actor: around.run.actor, from, to: target.sha, startedAt: around.clock.now() };
  const { movements, migrations, sql } = data.way;
  return {
    ...describeCode(facts),
    plan: planGit(inputs, facts, planData(inputs, facts, data, begun), { environment: environmentFor(inputs), begun, asFound }),
    asAsked: unfinished === undefined && movements.length === 0 && isThere(facts),
    migrations,
    migrationSql: sql,
    notes: [...notesOn(facts, true), ...data.notes],
    found: data.found,
    asFound,
    run: begun.run,
    ...(data.database === undefined ? {} : { engine: data.database.engine.name }),
    appHosts: inputs.hosts.map(({ name }) => name),
  };
}

function close(inputs: Inputs, assessed: Assessed, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): ReturnType<Method['close']> {
  const data = material === 'drop' && rolesOf(inputs).get(host)?.database === true ? closeData(inputs, assessed) : '';
  const script = closeCode(inputs, assessed.run, ended, material) + data;
  return data === '' ? { script } : { script, needsDatabase: true };
}
