/** The door of the rollback action, for `main` and for `post`. */
import { setFailed } from '@actions/core';
import { actionsLog, tellDebuggers } from './adapters/actions/log.ts';
import { annotate, writeOutputs, writeSummary } from './adapters/actions/results.ts';
import { runIdentity } from './adapters/actions/run.ts';
import { checkpointFile, readCheckpoint } from './adapters/checkpoint.ts';
import { systemClock } from './adapters/clock.ts';
import { runCommand } from './adapters/command.ts';
import { endWhenCancelled, openDoor, readFile, settledByPost, takeRaw, withConfig, workspace, type Raw } from './adapters/door.ts';
import { writeTextFile } from './adapters/files.ts';
import { peopleOf, type People } from './adapters/people.ts';
import { openRevert } from './adapters/revert-pull-request.ts';
import { realWorld } from './adapters/world.ts';
import { failuresIn } from './errors.ts';
import { readInputs, type Inputs } from './inputs.ts';
import { methodNames, methods } from './methods/registry.ts';
import { eventOf } from './notify/event.ts';
import type { Report } from './outcome.ts';
import { reportOf, startRecording, type RunStart } from './recording.ts';
import { annotations } from './report/annotations.ts';
import { headline } from './report/headline.ts';
import { incidentReport } from './report/incident.ts';
import { outputs } from './report/outputs.ts';
import { revertOf } from './report/revert.ts';
import { summary } from './report/summary.ts';
import { rollback } from './rollback.ts';
import { takeUp } from './take-up.ts';
import type { Checkpoint } from './underway.ts';

const startedAt = systemClock.now();

async function main(): Promise<void> {
  const raw = takeRaw();
  const checkpoint = checkpointFile();
  const cancelled = new AbortController();
  let told: Told | undefined;
  let report: Report;
  const ending = endWhenCancelled({ result: 'cancelled', 'reason-code': 'cancelled' }, settledByPost);
  try {
    const inputs = await inputsFrom(raw);
    const run = startOf(raw, inputs);
    const people = peopleOf(inputs, run);
    told = { inputs, people };
    report = await rollback(inputs, methodOf(inputs), run, realWorld(inputs, run, { checkpoint: checkpoint.save, signal: cancelled.signal, tell: (event) => people.tell(event) }));
    checkpoint.clear();
  } catch (thrown) {
    tellDebuggers(thrown);
    report = reportOf(startRecording(startOf(raw)), { result: failuresIn(thrown).every(({ code }) => code === 'invalid-input') ? 'refused' : 'failed', failures: failuresIn(thrown), at: systemClock.now() });
  }
  ending.settled();
  await tell(report, told);
}

async function post(): Promise<void> {
  const left = readCheckpoint<Checkpoint>();
  if (left === undefined) return;
  const raw = takeRaw();
  let inputs: Inputs;
  try {
    inputs = await inputsFrom(raw, leftBehind);
  } catch (thrown) {
    // A later step may have taken away a "config" file that was too large to be kept.
    return tell(reportOf(left.recording, { result: 'failed', failures: failuresIn(thrown), at: systemClock.now() }));
  }
  const people = peopleOf(inputs, left.recording.run);
  const world = realWorld(inputs, left.recording.run, { tell: (event) => people.tell(event) });
  await tell(await takeUp(inputs, methodOf(inputs), left, world), { inputs, people });
}

async function inputsFrom(raw: Raw, read = readFile): Promise<Inputs> {
  return withConfig(raw, (config) => readInputs(raw, config, methodNames, read));
}

/** What `post` does needs no smoke test: that their files are gone meanwhile must not keep it from its work. */
function leftBehind(path: string): ReturnType<typeof readFile> {
  const found = readFile(path);
  return 'problem' in found ? { text: '' } : found;
}

function methodOf({ method }: Inputs) {
  const found = methods[method];
  if (found === undefined) throw new Error(`No method is called ${method}`);
  return found;
}

function startOf(raw: Raw, inputs?: Inputs): RunStart {
  return {
    ...runIdentity(process.env), startedAt,
    environment: inputs?.environment ?? (raw['environment'] || 'production'), method: inputs?.method ?? raw['method'] ?? '', reason: inputs?.reason ?? '', dryRun: inputs?.dryRun ?? false,
    ...(inputs?.drill === true ? { drill: true as const } : {}),
    ...(inputs?.detectedAt === undefined ? {} : { detectedAt: inputs.detectedAt }),
  };
}

type Told = { readonly inputs: Inputs; readonly people: People };

/** Outputs, summary, annotations, incident report, messages, the job's end. Nothing of it can change the result. */
async function tell(report: Report, { inputs, people }: Partial<Told> = {}): Promise<void> {
  people?.tell(eventOf(report, systemClock.now(), { kind: 'ended', report }));
  const file = inputs === undefined || report.result === 'unchanged' || report.result === 'planned' ? '' : inputs.incidentReport;
  const problem = file === '' ? undefined : writeTextFile(workspace, file, incidentReport(report));
  if (problem !== undefined) actionsLog.warning(`The incident report could not be written to ${file}: ${problem}`);
  writeOutputs({ ...outputs(report, { incidentReport: file, incidentUrl: '', deploymentId: '' }), ...people?.outputs() });
  const page = summary(report, file);
  if (!writeSummary(page)) actionsLog.group('Summary', page);
  annotate(annotations(report));
  // Before the user's own command, which may take long: a job that is cancelled then has told everybody.
  const untold = await people?.finish() ?? [];
  annotate(untold.map((message) => ({ level: 'warning', title: 'Not told', message })));
  writeOutputs(people?.outputs() ?? {});
  if (inputs?.revertPullRequest === true) await openRevertOf(report, inputs);
  if (inputs?.afterCommand !== undefined) {
    const failure = await runCommand(inputs.afterCommand, { ROLLBACK_RESULT: report.result, ROLLBACK_FROM: report.from?.sha ?? '', ROLLBACK_TO: report.to?.sha ?? '', ROLLBACK_DRILL: String(report.run.drill === true) }, actionsLog);
    if (failure !== undefined) actionsLog.warning(`The "after-command" failed; the result stands: ${failure.why ?? failure.what}`);
  }
  if (report.result === 'rolled-back' || report.result === 'unchanged' || report.result === 'planned') actionsLog.info(headline(report));
  else setFailed(headline(report));
}

/** The pull request that reverts the release which was taken back; what came of it is told, and changes nothing. */
async function openRevertOf(report: Report, { githubToken }: Inputs): Promise<void> {
  const revert = revertOf(report);
  if (revert === undefined) return;
  const opened = await openRevert({ token: githubToken, repository: report.run.repository, apiUrl: process.env['GITHUB_API_URL'] }, revert);
  switch (opened.kind) {
    case 'opened':
    case 'there-already':
      return annotate([{ level: 'notice', title: 'Revert', message: `The pull request that reverts ${revert.from.slice(0, 7)}${opened.kind === 'opened' ? '' : ', open already'}: ${opened.url}` }]);
    case 'not-opened':
      return annotate([{ level: 'warning', title: 'Revert', message: `No pull request that reverts ${revert.from.slice(0, 7)} was opened: ${opened.why}. Revert it by hand: git revert ${revert.to.slice(0, 12)}..${revert.from.slice(0, 12)}` }]);
  }
}

await openDoor(main, post);
