/** How a run that may have touched production comes to its end: kept, taken back, or left for a person. Shared by main and post. */
import { messageOf, type Failure } from './errors.ts';
import { key, lastLine, undo } from './execute.ts';
import { unlikeFound } from './as-found.ts';
import { backupIn } from './backups/told.ts';
import type { Assessed } from './methods/method.ts';
import { eachAtMost } from './parallel.ts';
import type { Facts, Host, JobEnd } from './ports.ts';
import { healthOf, type Recording } from './recording.ts';
import { hostReports } from './host-reports.ts';
import { readAccess, readLogs } from './evidence.ts';
import { compareUntouched, writtenByTheApplication } from './rows.ts';
import { staysBack, type Settled, type Underway } from './underway.ts';
import { askBaseline, failuresOf, latest, proveNoWorse } from './verification.ts';

export type Done = {
  /** Why production is not to stay as it is now; empty when all was done and proved. */
  readonly failures: readonly Failure[];
  readonly begun: ReadonlySet<string>;
  readonly touched: boolean;
  readonly facts: ReadonlyMap<string, Facts>;
};

/** @param policy what is done with a run that failed or was cancelled after it touched production; a drill is taken back whatever it says */
export async function settle(run: Underway, done: Done, policy: 'undo' | 'stop', cancelled: boolean): Promise<Settled> {
  const { recording, assessed } = run;
  recordFacts(recording, assessed, done.facts);
  recordNotes(recording, assessed, done.facts, 'note');
  const settled = await decide(run, done, run.inputs.drill ? 'undo' : policy, cancelled);
  if (staysBack(settled)) recordNotes(recording, assessed, done.facts, 'note-rolled-back');
  else if (settled.material === 'drop') recordNotes(recording, assessed, done.facts, 'note-put-back');
  // From here on nothing is taken back any more, whatever becomes of this process.
  run.decided(settled);
  return finish(run, done, settled);
}

/** What is left once it is decided how a run ends: what it came to is written down, and what was kept for an undo is put away. */
export async function finish(run: Underway, done: Done, settled: Settled): Promise<Settled> {
  const { recording, assessed } = run;
  if (settled.failures.length > 0 && done.touched) recording.logs = await readLogs(run);
  recording.access = await readAccess(run);
  if (staysBack(settled)) await compareUntouched(run, done.facts);
  // What had left live use is back.
  if (!staysBack(settled) && settled.material === 'drop' && recording.lostRows !== undefined) recording.lostRows = [];
  recording.health = healthOf(Object.values(await askBaseline(run.verifying)));
  recording.hosts = hostReports({ recording, assessed, settled, begun: done.begun });
  if (done.begun.size > 0) await close(run, settled);
  return settled;
}

async function decide(run: Underway, done: Done, policy: 'undo' | 'stop', cancelled: boolean): Promise<Settled> {
  const { failures } = done;
  const { inputs, assessed, recording } = run;
  if (failures.length === 0 && !cancelled) return inputs.drill ? goForward(run, done) : { result: 'rolled-back', failures, material: 'drop' };
  // What an earlier run had begun is still as that one left it: what it kept for its undo is all there is.
  const takenUp = assessed.run !== recording.run.id;
  if (!done.touched) return { result: cancelled ? 'cancelled' : 'refused', failures, material: takenUp ? 'leave' : 'drop' };
  if (policy === 'stop') return { result: cancelled ? 'cancelled' : 'failed', failures, material: 'leave' };
  // Whoever took the lock over has taken up what this run left: there is nothing of ours to take back any more.
  if (failures.some(({ code }) => code === 'locked')) return { result: 'failed', failures, material: 'leave' };
  run.executor.log.info(`Taking back what was done: ${failures[0]?.what ?? 'the run was cancelled'}`);
  run.tell({ kind: 'undoing', failures });
  const left = await takeBack(run, done, takenUp ? everyStep(assessed) : done.begun);
  if (left.length > 0) return { result: 'failed', failures: [...failures, ...left], material: 'keep' };
  return { result: cancelled ? 'cancelled' : 'undone', failures, material: 'drop' };
}

/** The second half of a drill: production is proved to be back, and goes forward again. What a run takes up is not its own to time: that is no drill. */
async function goForward(run: Underway, done: Done): Promise<Settled> {
  const { recording, executor } = run;
  const start = executor.clock.now();
  executor.log.info('Drill: production is back, and goes forward again to where it was');
  const left = await takeBack(run, done, done.begun);
  if (left.length > 0) return { result: 'failed', failures: left, material: 'keep' };
  recording.drill = { backSeconds: (start - recording.run.startedAt) / 1000, forwardSeconds: (executor.clock.now() - start) / 1000 };
  return { result: 'rolled-back', failures: [], material: 'drop', forward: true };
}

/** Undoes the steps and compares everything with how it was found, health among it; what is not as it was. */
async function takeBack({ assessed, inputs, hosts, executor, verifying, before, recording }: Underway, done: Done, steps: ReadonlySet<string>): Promise<readonly Failure[]> {
  const undone = await undo(assessed.plan, steps, inputs.timeout === 'none' ? Number.POSITIVE_INFINITY : inputs.timeout, executor);
  const unlike = await unlikeFound(assessed.asFound, hosts, executor, writtenByTheApplication(done.facts, undone.facts));
  const worse = await proveNoWorse(verifying, before.health);
  recording.checks = latest(recording.checks, worse);
  return [...undone.failures, ...unlike, ...failuresOf(worse).map((failure): Failure => ({ ...failure, code: 'undo-failed' }))];
}

/** The earlier run may have begun any of them; an undo asks first what there is to put back. */
function everyStep({ plan }: Assessed): ReadonlySet<string> {
  return new Set(plan.stages.flatMap(({ steps }) => steps.map(key)));
}

/** What steps reported, where the report shows it. */
function recordFacts(recording: Recording, { plan }: Assessed, facts: ReadonlyMap<string, Facts>): void {
  for (const step of plan.stages.flatMap(({ steps }) => steps)) {
    const { host } = step;
    const reported = facts.get(key(step));
    if (reported === undefined) continue;
    const one = (name: string): string => reported.get(name)?.[0] ?? '';
    recording.backups = [...recording.backups, ...backupIn(host, reported)];
    if (one('saved-ref') !== '') recording.notes.push(`${host}: local changes in the checkout are kept in ${one('saved-ref')} and ${one('saved-patch')}.`);
    const lost = reported.get('lost');
    if (lost !== undefined || one('counted') === 'yes') {
      recording.lostRows = (lost ?? []).map((line) => ({ rows: Number(line.split(' ')[0]), table: line.split(' ').slice(1).join(' ') })).filter(({ rows }) => rows > 0);
    }
  }
}

/** What steps have to say: whatever becomes of the run, only if the restored data is in use, or only if everything is as it was found. */
function recordNotes(recording: Recording, { plan }: Assessed, facts: ReadonlyMap<string, Facts>, fact: 'note' | 'note-rolled-back' | 'note-put-back'): void {
  for (const step of plan.stages.flatMap(({ steps }) => steps)) recording.notes.push(...(facts.get(key(step))?.get(fact) ?? []).map((note) => `${step.host}: ${note}`));
}

/** The last step on every host. What could not be put away is told, and changes nothing in the result. */
async function close({ inputs, method, assessed, hosts, recording, executor }: Underway, { result, material, forward }: Settled): Promise<void> {
  const { id, actor, reason } = recording.run;
  const ended = {
    time: executor.clock.now(), run: id, from: assessed.from.sha, to: assessed.to.sha, actor, reason,
    // Production is as it was found: whoever reads the record must not take it for the target.
    ...(forward === true ? { result: 'undone', drill: 'passed' } : { result }),
  };
  await eachAtMost(executor.parallel, [...hosts.values()], async (host) => {
    const { script, needsDatabase } = method.close(inputs, assessed, host.name, ended, material);
    const secret = needsDatabase ? executor.databaseSecret : undefined;
    const end = await host.perform({ id: 'close', script, limit: 120_000, ...(secret === undefined ? {} : { secret }) })
      .catch((thrown: unknown): JobEnd => ({ kind: 'lost', why: messageOf(thrown) }));
    if (end.kind === 'finished') {
      recording.notes.push(...(end.facts.get('note') ?? []).map((note) => `${host.name}: ${note}`));
      for (const table of end.facts.get('left') ?? []) recording.notes.push(`${host.name}: rows that the application wrote meanwhile, and that had no place any more, are kept in the table ${table}.`);
    }
    if (end.kind === 'finished' && end.code === 0) return;
    const why = 'output' in end ? lastLine(end.output) : end.kind === 'lost' ? end.why : 'the lock was lost';
    recording.notes.push(`${host.name}: what was kept for an undo could not be put away: ${why}`);
  });
}

/** The steps that the hosts' journals name. */
export async function begunOn(hosts: ReadonlyMap<string, Host>, states: readonly string[]): Promise<ReadonlySet<string>> {
  const journals = await Promise.all([...hosts.values()].map(async (host) =>
    (await host.journal()).filter(({ state }) => states.includes(state)).map(({ id }) => key({ host: host.name, id }))));
  return new Set(journals.flat());
}
