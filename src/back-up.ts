/** The story of a backup before a deployment, from assessment to report. What happens is told here; how, in the files that it names. */
import { unlikeFound } from './as-found.ts';
import { assessBackup, type BackupFacts } from './backups/assess.ts';
import { backupReportOf, type BackupRecording, type BackupReport } from './backups/outcome.ts';
import { planKeeping, planRemoval, planSaving, planTrial, type Dumped, type Verified } from './backups/plan.ts';
import { backupIn } from './backups/told.ts';
import { readManifest } from './databases/manifest.ts';
import type { Target } from './databases/rds/port.ts';
import { withRds } from './databases/rds/with-rds.ts';
import { databaseSecret } from './databases/source.ts';
import { failuresIn, sentence, type Failure } from './errors.ts';
import { execute, followUp, type Executed, type Executor } from './execute.ts';
import type { BackupInputs } from './inputs/backup.ts';
import type { Plan } from './plan.ts';
import type { Host, ReadableHost } from './ports.ts';
import type { RunStart } from './recording.ts';
import { begunOn } from './settle.ts';
import type { Locked, World } from './world.ts';

/** What `post` needs to bring a run to its end that was killed: what was begun, and what has to go. Without secrets. */
export type BackupCheckpoint = { readonly token: string; readonly recording: BackupRecording; readonly plans: readonly Plan[]; readonly removal: Plan; readonly rds?: Target };

export function startBackup(run: RunStart): BackupRecording {
  return { run, release: '', backups: [], timeline: [], notes: [] };
}

export async function backUp(inputs: BackupInputs, run: RunStart, world: World): Promise<BackupReport> {
  const recording = startBackup(run);
  const end = (failures: readonly Failure[]): BackupReport => backupReportOf(recording, failures, world.clock.now());
  try {
    await using connected = await world.connect(inputs, run);
    world.log.info(`Looking at ${connected.hosts.size} ${connected.hosts.size === 1 ? 'host' : 'hosts'}; nothing is changed yet`);
    const look = (): Promise<BackupFacts> => assessBackup(inputs, run.id, { ...world, hosts: connected.hosts });
    const seen = await look();
    recording.release = seen.release;

    // A rollback at the same time would prune beneath us, and change what is saved.
    await using locked = await connected.lock();
    const facts = (await isAsSeen(seen, locked.hosts, inputs)) ? seen : await look();
    recording.release = facts.release;
    recording.notes.push(...locked.notes, ...facts.notes);
    const by = executorOf(inputs, recording, await placesOf(locked, run.id, facts.rds?.target, world), world);
    const keep = (...plans: readonly Plan[]): void =>
      world.checkpoint({ token: locked.token, recording, plans, ...(facts.rds === undefined ? {} : { rds: facts.rds.target }), removal: inputs.verify === 'full' ? planRemoval(inputs, facts, run) : { stages: [] } } satisfies BackupCheckpoint);

    const saving = planSaving(inputs, facts, run);
    keep(saving);
    const saved = await execute(saving, Number.POSITIVE_INFINITY, by);
    const dump = tellSaved(recording, saving, saved);
    const missing = saved.failures.length > 0 ? saved.failures : notSaved(inputs, recording);

    const verified = await verify();
    const failures = [...missing, ...verified.failures];
    const kept = await execute(planKeeping(inputs, facts, run, { verified: verified.how, whole: failures.length === 0 }), Number.POSITIVE_INFINITY, by);
    tellVerified(recording, verified.how);
    // Only older backups that stay change nothing in what was saved now.
    if (verified.how.kind === 'quick') recording.notes.push(...kept.failures.map(sentence));
    return end(verified.how.kind === 'quick' ? failures : [...failures, ...kept.failures]);

    async function verify(): Promise<{ readonly how: Verified; readonly failures: readonly Failure[] }> {
      if (inputs.verify === 'quick' || dump === undefined) return { how: { kind: 'quick' }, failures: [] };
      if (dump.manifest.rows === undefined || dump.manifest.schema === undefined) throw new Error('A dump tells neither rows nor schema');
      const trial = planTrial(inputs, facts, run, dump);
      keep(saving, trial);
      const tried = await execute(trial, Number.POSITIVE_INFINITY, by);
      await remove(planRemoval(inputs, facts, run), recording, by);
      if (tried.failures.length > 0) return { how: { kind: 'failed', dump: dump.path }, failures: tried.failures };
      const seconds = [...tried.facts.values()].flatMap((each) => each.get('restored-seconds') ?? []).map(Number).find(Number.isFinite) ?? 0;
      return { how: { kind: 'full', dump: dump.path, seconds }, failures: [] };
    }
  } catch (thrown) {
    return end(failuresIn(thrown));
  }
}

/** Brings a run to its end that was killed: what is in flight ends by itself, the scratch database goes, the lock is freed. */
export async function endBackup(inputs: BackupInputs, { token, recording, plans, removal, rds: target }: BackupCheckpoint, world: World): Promise<BackupReport> {
  const cancelled: Failure = { code: 'cancelled', what: 'the backup was cancelled', fix: 'Run it again before anything is deployed.' };
  try {
    await using connected = await world.connect(inputs, recording.run);
    await using locked = await connected.lock(token);
    const by = executorOf(inputs, recording, await placesOf(locked, recording.run.id, target, world), world);
    const begun = await begunOn(by.hosts, ['running', 'finished']);
    for (const plan of plans) {
      const facts = await followUp(plan, begun, by);
      if (plan === plans[0]) tellSaved(recording, plan, { facts });
    }
    await remove(removal, recording, by);
    return backupReportOf(recording, [cancelled], world.clock.now());
  } catch (thrown) {
    return backupReportOf(recording, [cancelled, ...failuresIn(thrown)], world.clock.now());
  }
}

function executorOf(inputs: BackupInputs, recording: BackupRecording, hosts: ReadonlyMap<string, Host>, { clock, log }: World): Executor {
  const secret = databaseSecret(inputs);
  return {
    hosts, clock, log, parallel: inputs.parallel, ...(secret === undefined ? {} : { databaseSecret: secret }),
    prove: () => Promise.resolve([]), onTouch: () => undefined, record: (span) => recording.timeline.push(span),
  };
}

async function placesOf(locked: Locked, run: string, target: Target | undefined, world: World): Promise<ReadonlyMap<string, Host>> {
  return withRds(locked.hosts, await world.rds(), { target, run, fencedBy: () => locked.fencedBy() }, world);
}

/** Between the assessment and the lock somebody may have deployed or rolled back. */
async function isAsSeen({ asFound }: BackupFacts, hosts: ReadonlyMap<string, ReadableHost>, { parallel }: BackupInputs): Promise<boolean> {
  return (await unlikeFound(asFound, hosts, { parallel })).length === 0;
}

/** Writes down what the steps saved; the dump, where one was made. */
function tellSaved(recording: BackupRecording, { stages }: Plan, { facts }: Pick<Executed, 'facts'>): Dumped | undefined {
  const told = stages.flatMap(({ steps }) => steps).flatMap(({ host, id }) => {
    const each = facts.get(`${host} ${id}`);
    return each === undefined ? [] : [{ host, each, backups: backupIn(host, each) }];
  });
  recording.backups = told.flatMap(({ backups }) => backups);
  recording.notes.push(...told.flatMap(({ host, each }) => (each.get('note') ?? []).map((note) => `${host}: ${note}.`)));
  const dump = told.find(({ backups }) => backups.some(({ kind }) => kind === 'database'));
  const manifest = readManifest(dump?.each.get('manifest')?.[0] ?? '');
  const [path] = dump?.backups.map(({ location }) => location) ?? [];
  if (manifest === undefined || path === undefined) return undefined;
  recording.manifest = manifest;
  return { path, manifest };
}

/** Everything that was asked for has to be there. */
function notSaved({ backup, hosts }: BackupInputs, { backups }: BackupRecording): readonly Failure[] {
  return backup.filter((kind) => backups.filter((each) => each.kind === kind).length < (kind === 'app' ? hosts.length : 1)).map((kind): Failure => ({
    code: 'no-backup', what: `there is no verified backup of kind ${kind}${kind === 'app' ? ' on every host' : ''}`, fix: 'Do not deploy: there is nothing to go back to. Mend what is named here, and run it again.',
  }));
}

function tellVerified(recording: BackupRecording, how: Verified): void {
  if (how.kind === 'failed') recording.backups = recording.backups.filter(({ location }) => location !== how.dump);
  else if (recording.manifest !== undefined) recording.verified = how.kind;
  if (how.kind === 'full') recording.restoreSeconds = how.seconds;
}

async function remove(removal: Plan, recording: BackupRecording, by: Executor): Promise<void> {
  const removed = await execute(removal, Number.POSITIVE_INFINITY, by);
  const left = [...removed.facts.values()].flatMap((each) => each.get('left') ?? []);
  recording.notes.push(...removed.failures.map(sentence), ...left.map((name) => `The scratch database ${name} is still there: somebody wrote to it.`));
}
