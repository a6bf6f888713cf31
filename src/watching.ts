/** The story of a watch after a deployment, from the first question to the verdict. What happens is told here; how, in the files that it names. */
import type { Expected } from './checks/verdict.ts';
import { failuresIn, sentence } from './errors.ts';
import { reached, type Reached } from './hosts/reached.ts';
import type { HostAddress } from './inputs/addresses.ts';
import type { WatchInputs } from './inputs/watch.ts';
import { markGood } from './known-good.ts';
import { eachAtMost } from './parallel.ts';
import type { Milliseconds } from './ports.ts';
import type { RunStart } from './recording.ts';
import type { CloudWatch } from './triggers/cloudwatch.ts';
import { decide } from './triggers/decide.ts';
import type { Reading } from './triggers/reading.ts';
import { triggers } from './triggers/registry.ts';
import { releaseOf, tagsOf } from './triggers/release.ts';
import type { Scene } from './triggers/scene.ts';
import { sourcesOf } from './triggers/sources/all.ts';
import type { Question } from './triggers/trigger.ts';
import type { WatchReport } from './triggers/outcome.ts';
import { judgeWatch, type Series, verdictOf, type WatchVerdict } from './triggers/verdict.ts';
import type { Connected, World } from './world.ts';

export type WatchWorld = Pick<World, 'clock' | 'log' | 'http'> & {
  /** One host. @throws RollbackError when it cannot be reached */
  connect(host: HostAddress): Promise<Connected>;
  readonly cloudWatch: () => Promise<CloudWatch>;
};

type Watched = { readonly commit: string | undefined; readonly names: readonly string[] };

/** sshd drops connections beyond ten that are not let in yet. */
const handshakes = 5;
const longestWait: Milliseconds = 15_000;

/** @param commit the release that is watched, as far as it is known @param names of it, such as the tag that the workflow runs for */
export async function watch(inputs: WatchInputs, run: RunStart, { commit, names }: Watched, world: WatchWorld): Promise<WatchReport> {
  const { clock, log } = world;
  await using fleet = new AsyncDisposableStack();
  const hosts = inputs.hosts.map((address) => fleet.use(reached(address.name, () => world.connect(address))));
  const notes: string[] = [];
  // A host that is away must not keep the others from being watched: it is tried again with every question.
  await Promise.race([reachAll(hosts, notes), clock.sleep(longestWait)]);
  const release = inputs.versionFrom === undefined || commit === undefined ? undefined : releaseOf(commit, [...names, ...await tagsOf(commit, hosts, inputs.appDir)]);

  const beginning = clock.now();
  const deployedAt = Math.min(inputs.deployedAt ?? beginning, beginning);
  const scene = sceneOf(inputs, release, hosts, deployedAt, world);
  const questions = triggers.flatMap((trigger) => trigger.questions(scene));
  log.info(`Watching for ${inputs.duration / 1000} s: ${questions.length} ${questions.length === 1 ? 'question' : 'questions'}`);
  const series = await askAll(questions, { beginning, end: beginning + inputs.duration }, world);

  const verdict = decideUnknown(judgeWatch(series), inputs);
  if (verdict.needed === 'no' && inputs.appDir !== undefined) notes.push(...await markGood({ hosts, appDir: inputs.appDir, commit, run, clock }));
  return { run: { ...run, endedAt: clock.now() }, verdict, series, deployedAt, notes: [...notes, ...silences(series)] };
}

/** Hosts that cannot be reached yet are told. */
async function reachAll(hosts: readonly Reached[], notes: string[]): Promise<void> {
  await eachAtMost(handshakes, hosts, async (host) => {
    await host.connected().catch((thrown: unknown) => notes.push(...failuresIn(thrown).map(sentence)));
  });
}

function sceneOf(inputs: WatchInputs, release: Expected['release'] | undefined, hosts: readonly Reached[], deployedAt: Milliseconds, { http, clock, cloudWatch }: WatchWorld): Scene {
  const expected = inputs.versionFrom === undefined || release === undefined ? undefined : { from: inputs.versionFrom, release };
  const scene = { inputs, http, clock, cloudWatch, hosts: new Map(hosts.map((host) => [host.name, host])), deployedAt, expected };
  return { ...scene, ...sourcesOf(scene) };
}

type Span = { readonly beginning: Milliseconds; readonly end: Milliseconds };

/** Asks all questions side by side, each at its own pace, until the time is over or one of them has a clear answer. */
async function askAll(questions: readonly Question[], span: Span, world: WatchWorld): Promise<readonly Series[]> {
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }));
  const asked = questions.map((question) => ({ question, before: question.before(), earlier: [] as readonly Reading[], readings: [] as Reading[] }));
  const seriesOf = ({ question, earlier, readings }: (typeof asked)[number]): Series => ({ ...toldOf(question), before: earlier, readings });

  const groups = [...Map.groupBy(asked, ({ question }) => question.group).values()].map(async (group) => {
    await askGroup(group.map(({ question }) => question), span, world, stop.signal, async (index, told) => {
      const one = group[index];
      if (one === undefined || stop.signal.aborted) return;
      one.readings.push(...told);
      one.earlier = await one.before;
      tell(one.question, told, world);
      if (verdictOf(seriesOf(one)) === 'failed') stop.abort();
    });
  });
  await Promise.race([Promise.all(groups), stopped]);
  stop.abort();
  return asked.map(seriesOf);
}

/**
 * Window after window. At the end, whatever fails just then is asked on until it is decided: at most twice as often as its rule needs, for a source
 * that is late.
 */
async function askGroup(
  questions: readonly Question[], { beginning, end }: Span, { clock }: WatchWorld, signal: AbortSignal, told: (index: number, readings: readonly Reading[]) => Promise<void>,
): Promise<void> {
  const every = Math.max(...questions.map((question) => question.every));
  const longest = Math.max(...questions.map(({ rule }) => 2 * rule.of));
  const verdicts = questions.map((): Reading['verdict'][] => []);
  let from = beginning;
  for (let beyond = 0; !signal.aborted;) {
    const isOver = from + every > end;
    const isOpen = questions.some(({ rule }, index) => decide(verdicts[index] ?? [], rule).kind === 'failing');
    if (isOver && (!isOpen || (beyond += 1) > longest)) return;
    const window = { from, to: from + every };
    await Promise.all(questions.map(async (question, index) => {
      const readings = await question.ask(window, signal);
      verdicts[index]?.push(...readings.map(({ verdict }) => verdict));
      await told(index, readings);
    }));
    await clock.sleep(Math.max(0, window.to - clock.now()), signal);
    // Where an answer took longer than a whole window, those that are over by now are left out.
    from = window.to + Math.floor(Math.max(0, clock.now() - window.to) / every) * every;
  }
}

function toldOf({ trigger, source, rule, optional }: Question): Omit<Series, 'before' | 'readings'> {
  return { trigger, source, rule, ...(optional === undefined ? {} : { optional }) };
}

/** A person who looks at the log sees trouble when it is seen. */
function tell({ trigger, source }: Question, readings: readonly Reading[], { log }: WatchWorld): void {
  for (const { time, verdict, message } of readings) {
    if (verdict !== 'passed') log.info(`${new Date(time).toISOString().slice(11, 19)} ${trigger} (${source}) ${verdict === 'failed' ? 'failed' : 'is not known'}: ${message}`);
  }
}

/** Where nobody knows, the user's word counts; but what was so before the deployment would be so after a rollback. */
function decideUnknown(verdict: WatchVerdict, { onUnknown }: WatchInputs): WatchVerdict {
  if (verdict.needed !== 'unknown' || verdict.likelyToHelp === 'no' || onUnknown === 'pass') return verdict;
  return { ...verdict, needed: 'yes', reason: `${verdict.reason}; "on-unknown" says to go back then` };
}

function silences(series: readonly Series[]): readonly string[] {
  return series.filter((one) => verdictOf(one) === 'silent' && one.source.startsWith('access log')).map(({ source }) => `No response times are read from the ${source}: the format does not hold $request_time.`);
}
