/** The story of a rollback, from assessment to report. What happens is told here; how, in the files that it names. */
import { unlikeFound } from './as-found.ts';
import { refuseUnreadable } from './checks/hurl-ready.ts';
import { positions, positionsIn, tails, tailsIn } from './checks/logs.ts';
import { startProber } from './checks/prober.ts';
import { failuresIn, RollbackError, type Failure } from './errors.ts';
import { execute } from './execute.ts';
import type { Inputs } from './inputs.ts';
import type { Assessed, Method } from './methods/method.ts';
import { eventOf } from './notify/event.ts';
import type { Report, Result } from './outcome.ts';
import { eachAtMost } from './parallel.ts';
import { healthOf, reportOf, startRecording, type Recording, type RunStart } from './recording.ts';
import { settle } from './settle.ts';
import { hostReports } from './host-reports.ts';
import { getUnderway, type Before, type Checkpoint, type LogPositions, type Underway } from './underway.ts';
import { askBaseline, failuresOf, latest, verifyAll, type Verifying } from './verification.ts';
import type { Locked, World } from './world.ts';

export async function rollback(inputs: Inputs, method: Method, run: RunStart, world: World): Promise<Report> {
  const recording = startRecording(run);
  await using prober = startProber(inputs.healthUrl, world);
  const end = async (result: Result, failures: readonly Failure[] = []): Promise<Report> => {
    if (inputs.healthUrl.length > 0) recording.downtime = await prober.stop();
    return reportOf(recording, { result, failures, at: world.clock.now() });
  };
  const untouched = (assessed: Assessed, result: Result, failures: readonly Failure[] = []): Promise<Report> => {
    recording.hosts = hostReports({ recording, assessed, settled: { result, failures }, begun: new Set() });
    return end(result, failures);
  };

  let known: Assessed | undefined;
  let touched = false;
  const onTouch = (): void => {
    touched = true;
    world.tell(eventOf(recording, world.clock.now(), { kind: 'executing' }));
    prober.mark();
  };
  try {
    // Fetching Hurl takes a while: meanwhile the hosts are looked at.
    const readable = refuseUnreadable(inputs.hurlFiles, world.hurl);
    readable.catch(() => undefined);
    await using connected = await world.connect(inputs, run);
    world.log.info(`Looking at ${connected.hosts.size} ${connected.hosts.size === 1 ? 'host' : 'hosts'}; nothing is changed yet`);
    const assessed = (known = await method.assess(inputs, { ...world, run, hosts: connected.hosts }));
    writeDown(recording, assessed);
    await readable;
    const verifying: Verifying = { inputs, hosts: connected.hosts, appHosts: assessed.appHosts, fronts: assessed.fronts ?? [], asking: world };
    const before = await lookBefore(verifying);
    recording.found = [...assessed.found, ...(await readTails(verifying))];
    recording.health = healthOf(Object.values(before.health));

    if (assessed.asAsked && recording.health === 'healthy') {
      recording.checks = await verifyAll(verifying, assessed.to);
      if (failuresOf(recording.checks).length === 0) return await untouched(assessed, 'unchanged');
    }
    if (inputs.drill && assessed.run !== run.id) return await untouched(assessed, 'refused', [unfinished]);
    if (inputs.dryRun) return await untouched(assessed, 'planned');
    const refusal = inputs.beforeCommand === undefined ? undefined : await world.command(inputs.beforeCommand, {});
    if (refusal !== undefined) return await untouched(assessed, 'refused', [refusal]);

    await using locked = await connected.lock();
    recording.notes.push(...locked.notes);
    await refuseIfMoved(assessed, locked, inputs);
    world.checkpoint({ token: locked.token, recording, assessed, before } satisfies Checkpoint);

    world.tell(eventOf(recording, world.clock.now(), { kind: 'begun', hosts: Object.keys(assessed.current), health: recording.health, ...(assessed.run === run.id ? {} : { takesUp: assessed.run }) }));
    const underway = getUnderway({ inputs, method, assessed, recording, before, locked, world, rds: await world.rds(), onTouch });
    try {
      const executed = await execute(assessed.plan, inputs.timeout === 'none' ? Number.POSITIVE_INFINITY : inputs.timeout, underway.executor);
      const proved = executed.failures.length > 0 ? executed.failures : await proveAll(underway);
      const settled = await settle(underway, { ...executed, failures: proved }, inputs.onFailure, false);
      return await end(settled.result, settled.failures);
    } catch (thrown) {
      if (touched) locked.leave();
      throw thrown;
    }
  } catch (thrown) {
    // A mistake of ours after production was touched: `post` settles it, from the hosts' journals.
    if (touched) throw thrown;
    if (thrown instanceof Moved && inputs.lockWait > 0) {
      world.log.info('Production was changed while this run waited for the lock: looking again');
      await prober.stop();
      const lockWait = Math.max(0, inputs.lockWait - (world.clock.now() - run.startedAt));
      return await rollback({ ...inputs, lockWait, beforeCommand: undefined }, method, run, world);
    }
    const failures = failuresIn(thrown);
    return await (known === undefined ? end('refused', failures) : untouched(known, 'refused', failures));
  }
}

async function proveAll(underway: Underway): Promise<readonly Failure[]> {
  const { verifying, assessed, recording, executor } = underway;
  const start = executor.clock.now();
  underway.tell({ kind: 'verifying' });
  executor.log.info('Verifying every host and the public address');
  const results = await verifyAll(verifying, assessed.to);
  recording.checks = latest(recording.checks, results);
  const failures = failuresOf(results);
  recording.timeline.push({ stage: 'Verify', title: 'Health, release and smoke tests', start, end: executor.clock.now(), result: failures.length === 0 ? 'done' : 'failed' });
  return failures;
}

/** How the service answers and where its logs end, before anything is changed. */
async function lookBefore(by: Verifying): Promise<Before> {
  const { logFiles, accessLog } = by.inputs;
  const [health, logs, access] = await Promise.all([askBaseline(by), askPositions(by, logFiles), askPositions(by, accessLog === undefined ? [] : [accessLog])]);
  return { health, logs, access };
}

/** The last lines of the logs, as a person would look at them first. */
async function readTails(by: Verifying): Promise<Recording['found']> {
  const { inputs, hosts } = by;
  const files = inputs.logFiles;
  const asked = await eachAtMost(inputs.parallel, files.length === 0 ? [] : servingHosts(by), async (name) => {
    const answer = await hosts.get(name)?.ask(tails(files));
    return answer === undefined ? [] : tailsIn(name, files, answer.facts);
  });
  return asked.flat();
}

async function askPositions(by: Verifying, files: readonly string[]): Promise<LogPositions> {
  const { inputs, hosts } = by;
  const asked = await eachAtMost(inputs.parallel, files.length === 0 ? [] : servingHosts(by), async (name) => {
    const answer = await hosts.get(name)?.ask(positions(files));
    return [name, answer === undefined ? [] : [...positionsIn(files, answer.facts)]] as const;
  });
  return Object.fromEntries(asked);
}

/** Whose logs tell what people got: the application's hosts, and load balancers. */
function servingHosts({ appHosts, fronts }: Verifying): readonly string[] {
  return [...new Set([...appHosts, ...fronts.map(({ balancer }) => balancer)])];
}

const unfinished: Failure = {
  code: 'locked', what: 'an earlier rollback was not brought to its end, and a drill does not take it up', fix: 'Run the rollback without "drill" first; it takes up from there.',
};

class Moved extends RollbackError {}

/** Between the assessment and the lock somebody else may have deployed: the plan would be wrong then. */
async function refuseIfMoved({ asFound }: Assessed, { hosts }: Locked, { parallel }: Inputs): Promise<void> {
  const [first, ...rest] = (await unlikeFound(asFound.filter(({ needsDatabase }) => !needsDatabase).map((question) => ({ ...question, answer: question.seen })), hosts, { parallel }))
    .map((moved): Failure => ({ ...moved, code: 'locked', what: `${moved.what}, though nothing was done yet: somebody else is at work`, fix: 'Run the rollback again when they are done.' }));
  if (first !== undefined) throw new Moved([first, ...rest]);
}

function writeDown(recording: Recording, { from, to, plan, commits, commitCount, migrations, migrationSql, filesChanged, files, notes, restored }: Assessed): void {
  Object.assign(recording, { from, to, plan, commits, commitCount, migrations, migrationSql, filesChanged, ...(files === undefined ? {} : { files }), ...(restored === undefined ? {} : { restored }) });
  recording.notes.push(...notes);
}
