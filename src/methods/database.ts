/** The database method: the data back to a backup, and the code with it where a commit is given. */
import { closeTraffic } from '../commands/nginx.ts';
import { envFileAsFound } from '../commands/env-file.ts';
import { repository } from '../commands/git.ts';
import type { Looked } from '../databases/look.ts';
import { engineNamed } from '../databases/registry.ts';
import { environmentFor, sourceOf } from '../databases/source.ts';
import type { BegunRun, EndedRun } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from '../plan.ts';
import { assessPage } from './database/maintenance.ts';
import { assessRestore } from './database/assess.ts';
import { planRestore } from './database/plan.ts';
import { assessRdsRestore, planRdsRestore } from './database/rds.ts';
import { askAsFound } from './git/ask-as-found.ts';
import { assessCheckouts, type GitFacts } from './git/assess.ts';
import { closeCode } from './git/close.ts';
import { describeCode, isThere, notesOn } from './git/described.ts';
import type { PlanContext } from './git/parts.ts';
import { rolesOf } from './git/roles.ts';
import type { Assessed, Method, Surroundings } from './method.ts';
import { trafficPlace } from './traffic/place.ts';

export const database: Method = { assess, close };

/** A restore, whatever it comes from. */
type Restore = Pick<Assessed, 'restored' | 'notes' | 'found' | 'rds' | 'restoring'> & {
  /** Undefined where an instance is restored and no address of its database is known. */
  readonly database?: Looked;
  readonly begun: BegunRun;
  /** The data is what is asked for already. */
  readonly isThere: boolean;
  readonly plan: (context: PlanContext) => Plan;
};

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const facts = await assessCheckouts(inputs, rolesOf(inputs), around);
  const { database: looked, begun, isThere: dataIsThere, plan, ...told } = await (inputs.rdsInstance === undefined ? ofDump : ofRds)(inputs, facts, around);
  const page = await assessPage(inputs, around);
  const asFound = await askAsFound(inputs, facts, {
    beside: () => (inputs.envFile === undefined ? '' : envFileAsFound(inputs.envFile)),
    database: () => (looked === undefined ? undefined : askData(looked)),
  }, around);
  return {
    ...describeCode(facts),
    ...told,
    plan: plan({ environment: environmentFor(inputs), begun, asFound, page: page.steps(begun) }),
    asAsked: dataIsThere && (inputs.commit === undefined || isThere(facts)),
    migrations: [],
    migrationSql: '',
    notes: [...notesOn(facts, inputs.commit !== undefined), ...told.notes],
    asFound: [...asFound, ...page.asFound(begun)],
    run: begun.run,
    ...(looked === undefined ? {} : { engine: looked.engine.name }),
    appHosts: inputs.hosts.map(({ name }) => name),
  };
}

async function ofDump(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<Restore> {
  const restore = await assessRestore(inputs, facts, around);
  return { ...restore, plan: (context) => planRestore(inputs, facts, restore, context) };
}

async function ofRds(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<Restore> {
  const { rds, ...restore } = await assessRdsRestore(inputs, facts, around);
  return { ...restore, rds: { ...rds.target, run: rds.run }, plan: (context) => planRdsRestore(inputs, facts, { ...restore, rds }, context) };
}

function askData({ engine, source }: Looked): string {
  return `${engine.client(source)}fact as-found "database $database"
fact as-found "revisions $(revisions_in "$database" '')"
fact as-found "schema $(fingerprint_in "$database" '')"
`;
}

/** The restored database goes where it did not come into use. The replaced one stays: it is for a person to take it away. */
function close(inputs: Inputs, assessed: Assessed, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): ReturnType<Method['close']> {
  const { restored, restoring, run } = assessed;
  const page = inputs.maintenance && inputs.loadBalancers.some(({ name }) => name === host) ? closeTraffic(trafficPlace(inputs), material, ended.run) : '';
  if (!rolesOf(inputs).has(host)) return { script: page };
  const code = page + closeCode(inputs, run, { ...ended, ...(restored === undefined ? {} : { backup: restored.backup, database: restored.used }) }, material);
  const engine = restoring === undefined ? undefined : engineNamed(restoring.engine);
  const source = sourceOf(inputs);
  const forgets = material === 'drop' && ended.result !== 'rolled-back' && rolesOf(inputs).get(host)?.database === true;
  if (restoring === undefined || engine === undefined || source === undefined || !forgets) return { script: code };
  return { script: `${code}${repository(inputs.appDir)}${engine.client(source)}${engine.beside.admin(restoring.admin)}${engine.beside.forget(restoring.names)}`, needsDatabase: true };
}
