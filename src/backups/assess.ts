/** What has to be known before something is saved: every host, the database, room, rights. Read only. */
import { answerTo, type AsFound } from '../as-found.ts';
import { hostQuestion, readHostFacts, type HostFacts, type Role } from '../assess/host.ts';
import { judgeHost, noteClockAndLogin } from '../assess/judge.ts';
import { knownGood } from '../assess/target.ts';
import { repository } from '../commands/git.ts';
import { findBackups } from '../commands/restore.ts';
import { durationsOf, speedsFrom, type Durations } from '../databases/duration.ts';
import type { Admin } from '../databases/engine.ts';
import { madeIn } from '../databases/found.ts';
import { bytesOf, lookAtDatabase, notesOnDump, roomForDump, type Looked } from '../databases/look.ts';
import { assessRds, type RdsAnswer, type RdsAssessed } from '../databases/rds/assess.ts';
import { askSpace, roomForRestored } from '../databases/space.ts';
import { RollbackError, type Failure } from '../errors.ts';
import { stateFolder } from '../hosts/history.ts';
import type { BackupInputs } from '../inputs/backup.ts';
import { nobodyMayRestore } from '../methods/database/judge.ts';
import type { Surroundings } from '../methods/method.ts';
import { eachAtMost } from '../parallel.ts';
import type { World } from '../world.ts';

export type BackupFacts = {
  readonly hosts: readonly HostFacts[];
  /** Undefined when no dump is made. */
  readonly database?: Looked & { readonly admin: Admin; readonly durations: Durations };
  /** Full SHA of the checkout; where hosts differ, that of the database host. */
  readonly release: string;
  /** Releases that were known good, newest first. */
  readonly good: readonly string[];
  readonly notes: readonly string[];
  readonly asFound: readonly AsFound[];
  /** The instance or cluster of which a snapshot is taken. */
  readonly rds?: RdsAssessed;
};

type Around = Omit<Surroundings, 'run'> & Pick<World, 'rds' | 'random'>;

/** @throws RollbackError with every reason why nothing can be saved */
export async function assessBackup(inputs: BackupInputs, run: string, around: Around): Promise<BackupFacts> {
  const [deployments, rds, asked] = await Promise.all([
    around.deployments(),
    askRds(inputs, run, around),
    eachAtMost(inputs.parallel, [...rolesOf(inputs)], ([host, role]) => askHost(inputs, host, role, around)),
  ]);
  const hosts = asked.map(({ facts }) => facts);
  const [database, unreachable] = await askDatabase(inputs, hosts, around);
  const [first, ...rest] = [...hosts.flatMap((each) => judgeHost(inputs, each)), ...unreachable, ...(rds?.kind === 'refused' ? rds.failures : [])];
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  return {
    hosts, ...(database === undefined ? {} : { database }),
    release: (hosts.find(({ role }) => role.database) ?? hosts[0])?.head ?? '',
    good: knownGood(hosts.flatMap(({ releases }) => releases), deployments),
    notes: [...hosts.flatMap((each) => noteHost(each).map((note) => `${each.host}: ${note}`)), ...noteReleases(hosts), ...(database === undefined ? [] : notesOnDump(database)), ...(rds?.kind === 'assessed' ? rds.assessed.notes : [])],
    asFound: asked.map(({ asFound }) => asFound),
    ...(rds?.kind === 'assessed' ? { rds: rds.assessed } : {}),
  };
}

async function askRds({ backup, rdsInstance, awsRegion, expectedAwsAccountId }: BackupInputs, run: string, { clock, random, rds }: Around): Promise<RdsAnswer | undefined> {
  if (!backup.includes('rds') || rdsInstance === undefined) return undefined;
  const asked = await rds();
  if (asked === undefined) return undefined;
  const wanted = { id: rdsInstance, cutover: 'repoint' as const, run, ...(awsRegion === undefined ? {} : { region: awsRegion }), ...(expectedAwsAccountId === undefined ? {} : { expectedAccount: expectedAwsAccountId }) };
  return assessRds(asked, wanted, { clock, random });
}

/** The database host need not serve the application. */
function rolesOf({ hosts, databaseHost, backup }: BackupInputs): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>(hosts.map(({ name }) => [name, { app: true, database: false }]));
  if (backup.includes('database')) roles.set(databaseHost.name, { app: roles.has(databaseHost.name), database: true });
  return roles;
}

async function askHost(inputs: BackupInputs, host: string, role: Role, around: Around): Promise<{ readonly facts: HostFacts; readonly asFound: AsFound }> {
  const place = around.hosts.get(host);
  if (place === undefined) throw new Error(`${host} is no host of this run`);
  const question = {
    host, what: 'the checkout',
    script: `${repository(inputs.appDir)}fact as-found "commit $(repo rev-parse HEAD)"
fact as-found "rollbacks $(wc -l < ${stateFolder(inputs.environment)}/releases 2>/dev/null || echo 0)"
fact as-found "unfinished $(cat "$found/run" 2>/dev/null || :)"
`,
  };
  const [answer, seen] = await Promise.all([place.ask(hostQuestion(inputs, role)), answerTo(question, around.hosts, undefined)]);
  const read = readHostFacts(host, role, answer.facts, Math.round(around.clock.now() / 1000));
  // Other applications of the environment write to the same record.
  const releases = read.releases.filter(({ app = inputs.appDir }) => app === inputs.appDir);
  return { facts: { ...read, releases }, asFound: { ...question, answer: seen, seen } };
}

async function askDatabase(inputs: BackupInputs, hosts: readonly HostFacts[], around: Around): Promise<readonly [BackupFacts['database'], readonly Failure[]]> {
  const on = hosts.find(({ role }) => role.database);
  const place = on === undefined ? undefined : around.hosts.get(on.host);
  // Without the env file it cannot be asked, and that is told already.
  if (on === undefined || place === undefined || on.missingFiles.length > 0) return [undefined, []];
  const full = inputs.verify === 'full';
  try {
    const looked = await lookAtDatabase(inputs, place, ({ name, beside }) => `(\n${findBackups(inputs.backupDir)})\n${full ? `${beside.askAdmin({ url: inputs.databaseAdminUrl !== undefined, cutover: 'repoint' })}\n${askSpace(name)}` : ''}`);
    if (looked === undefined) return [undefined, []];
    const admin = looked.facts.get('admin')?.[0];
    const free = on.disks.find(({ purpose }) => purpose === 'backups')?.freeBytes;
    const bytes = bytesOf(looked);
    const durations = durationsOf(bytes, bytes, speedsFrom(madeIn(looked.facts).map(({ manifest }) => manifest)));
    return [
      { ...looked, durations, admin: admin === 'url' || admin === 'socket' ? admin : 'own' },
      [...roomForDump(inputs, looked, free), ...(full ? [...(admin === undefined ? [nobodyMayRestore(looked)] : []), ...roomForRestored(looked)] : [])],
    ];
  } catch (thrown) {
    if (thrown instanceof RollbackError) return [undefined, thrown.failures];
    throw thrown;
  }
}

function noteHost(facts: HostFacts): readonly string[] {
  const { unfinished } = facts;
  return [
    ...noteClockAndLogin(facts),
    ...(unfinished === undefined ? [] : [`the rollback ${unfinished.run} of ${unfinished.actor} was interrupted before it ended; run it again before anything is deployed.`]),
  ];
}

function noteReleases(hosts: readonly HostFacts[]): readonly string[] {
  const on = Map.groupBy(hosts, ({ head }) => head);
  return on.size < 2 ? [] : [`The hosts are on different releases: ${[...on].map(([head, all]) => `${all.map(({ host }) => host).join(', ')} on ${head.slice(0, 7)}`).join('; ')}.`];
}
