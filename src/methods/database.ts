/** The database method: the data back to a backup, and the code with it where a commit is given. */
import { repository } from '../commands/git.ts';
import { envFileAsFound } from '../commands/env-file.ts';
import { engineNamed } from '../databases/registry.ts';
import { keptIn, usedAfter, type Restoring } from '../databases/restoring.ts';
import { environmentFor, sourceOf } from '../databases/source.ts';
import type { EndedRun } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import type { Restored } from '../outcome.ts';
import { assessRestore } from './database/assess.ts';
import { planRestore } from './database/plan.ts';
import { askAsFound } from './git/ask-as-found.ts';
import { assessCheckouts } from './git/assess.ts';
import { closeCode } from './git/close.ts';
import { describeCode, isThere, notesOn } from './git/described.ts';
import { rolesOf } from './git/roles.ts';
import type { Assessed, Method, Surroundings } from './method.ts';

export const database: Method = { assess, close };

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const facts = await assessCheckouts(inputs, rolesOf(inputs), around);
  const restore = await assessRestore(inputs, facts, around);
  const { engine, source } = restore.database;
  const { envFile } = inputs;
  const asFound = await askAsFound(inputs, facts, {
    beside: () => (envFile === undefined ? '' : envFileAsFound(envFile)),
    database: () => `${engine.client(source)}fact as-found "database $database"
fact as-found "revisions $(revisions_in "$database" '')"
fact as-found "schema $(fingerprint_in "$database" '')"
`,
  }, around);
  const { begun, restoring } = restore;
  return {
    ...describeCode(facts),
    plan: planRestore(inputs, facts, restore, { environment: environmentFor(inputs), begun, asFound }),
    asAsked: restore.isThere && (inputs.commit === undefined || isThere(facts)),
    migrations: [],
    migrationSql: '',
    notes: [...notesOn(facts, inputs.commit !== undefined), ...restore.notes],
    found: restore.found,
    asFound,
    run: begun.run,
    engine: engine.name,
    restoring,
    restored: restoredBy(restoring, inputs.commit === undefined),
    appHosts: inputs.hosts.map(({ name }) => name),
  };
}

/** The restored database goes where it did not come into use. The replaced one stays: it is for a person to take it away. */
function close(inputs: Inputs, assessed: Assessed, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): ReturnType<Method['close']> {
  const { restoring, run } = assessed;
  const engine = restoring === undefined ? undefined : engineNamed(restoring.engine);
  const source = sourceOf(inputs);
  if (restoring === undefined || engine === undefined || source === undefined) return { script: closeCode(inputs, run, ended, material) };
  const code = closeCode(inputs, run, { ...ended, backup: restoring.backup.path, database: usedAfter(restoring) }, material);
  const forgets = material === 'drop' && ended.result !== 'rolled-back' && rolesOf(inputs).get(host)?.database === true;
  if (!forgets) return { script: code };
  return { script: `${code}${repository(inputs.appDir)}${engine.client(source)}${engine.beside.admin(restoring.admin)}${engine.beside.forget(restoring.names)}`, needsDatabase: true };
}

function restoredBy(restoring: Restoring, dataOnly: boolean): Restored {
  const { path, manifest } = restoring.backup;
  return {
    backup: path, used: usedAfter(restoring), kept: keptIn(restoring), dataOnly,
    ...(manifest === undefined ? {} : { time: manifest.time, release: manifest.release }),
  };
}
