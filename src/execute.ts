/** Acts a plan out, stage by stage, and takes it back in reverse. It knows steps and hosts, nothing of what the steps do. */
import type { Failure } from './errors.ts';
import { messageOf, RollbackError } from './errors.ts';
import type { Span } from './outcome.ts';
import { eachAtMost } from './parallel.ts';
import type { Plan, Proof, Stage, Step } from './plan.ts';
import type { Clock, Facts, Host, JobEnd, Log, Milliseconds } from './ports.ts';

export type Executor = {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly clock: Clock;
  readonly log: Log;
  /** Hosts at once. */
  readonly parallel: number;
  /** What goes to steps that need the database, on standard input; undefined when the host has the credentials itself. */
  readonly databaseSecret?: string;
  /** Whether what must be true after a stage is: that these hosts answer as the target, and the rest; the reasons why not. */
  prove(hosts: readonly string[], proofs: readonly Proof[]): Promise<readonly Failure[]>;
  /** Called when the first stage that touches production begins. */
  onTouch(): void;
  /** Called with each step's bar of the timeline. */
  record(span: Span): void;
};

export type Executed = {
  /** Why it stopped; empty when everything was done and proved. */
  readonly failures: readonly Failure[];
  /** Whether a stage that touches production was begun. */
  readonly touched: boolean;
  /** What the steps reported, by `key(step)`. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** The keys of the steps that were begun, finished or not. */
  readonly begun: ReadonlySet<string>;
};

export type Undone = { readonly failures: readonly Failure[]; readonly facts: ReadonlyMap<string, Facts> };

/** A step's name in the whole plan. */
export function key(step: Pick<Step, 'host' | 'id'>): string {
  return `${step.host} ${step.id}`;
}

/** @param timeout of the stages whose time counts: no new step begins after it. */
export async function execute(plan: Plan, timeout: Milliseconds, by: Executor): Promise<Executed> {
  const facts = new Map<string, Facts>();
  const begun = new Set<string>();
  const failures: Failure[] = [];
  let touched = false;
  let deadline = by.clock.now() + timeout;

  for (const stage of plan.stages) {
    const began = by.clock.now();
    if (stage.touches && !touched) {
      touched = true;
      by.onTouch();
    }
    await eachAtMost(by.parallel, byHost(stage), async (steps) => {
      for (const step of steps) {
        if (failures.length > 0) return;
        if (!stage.untimed && by.clock.now() >= deadline) {
          failures.push(outOfTime(step, timeout));
          return;
        }
        begun.add(key(step));
        const end = await act(step, stage, by);
        if ('facts' in end) facts.set(key(step), end.facts);
        const failure = failureOf(step, end);
        if (failure !== undefined) failures.push(failure);
      }
    });
    if (stage.untimed) deadline += by.clock.now() - began;
    const { prove, proofs = [] } = stage;
    if (failures.length === 0 && prove.length + proofs.length > 0) failures.push(...(await by.prove(prove, proofs)));
    if (failures.length > 0) break;
  }
  return { failures, touched, facts, begun };
}

/**
 * Takes back every step that was begun, in reverse order; a failure does not keep the others from being taken back.
 * @param timeout no undo of a step begins after it
 * @returns what could not be taken back, empty when all was; and what the undoing steps reported, by the key of what they undid
 */
export async function undo(plan: Plan, begun: ReadonlySet<string>, timeout: Milliseconds, by: Executor): Promise<Undone> {
  const failures: Failure[] = [];
  const facts = new Map<string, Facts>();
  let deadline = by.clock.now() + timeout;
  for (const stage of plan.stages.toReversed()) {
    const began = by.clock.now();
    await eachAtMost(by.parallel, byHost(stage), async (steps) => {
      for (const step of steps.toReversed()) {
        if (step.undo === undefined || !begun.has(key(step))) continue;
        const { title, script, limit } = step.undo;
        const undoing: Step = {
          id: `undo-${step.id}`, title, script, limit, host: step.host,
          ...(step.needsDatabase ? { needsDatabase: true as const } : {}),
          failure: { code: 'undo-failed', fix: `Look at ${step.host} by hand: this part is not as it was found.` },
        };
        if (!stage.untimed && by.clock.now() >= deadline) {
          failures.push({ ...outOfTime(undoing, timeout), code: 'undo-failed', fix: undoing.failure.fix });
          continue;
        }
        const end = await act(undoing, { ...stage, name: 'Undo' }, by);
        if ('facts' in end) facts.set(key(step), end.facts);
        const failure = failureOf(undoing, end);
        if (failure !== undefined) failures.push(failure);
      }
    });
    if (stage.untimed) deadline += by.clock.now() - began;
  }
  return { failures, facts };
}

function byHost(stage: Stage): readonly (readonly Step[])[] {
  return [...Map.groupBy(stage.steps, ({ host }) => host).values()];
}

/**
 * Waits for the steps that an interrupted process of this run left in flight, and collects what the finished ones reported.
 * @param begun keys of the steps that the hosts' journals name, those that were interrupted themselves left out
 */
export async function followUp(plan: Plan, begun: ReadonlySet<string>, by: Executor): Promise<ReadonlyMap<string, Facts>> {
  const facts = new Map<string, Facts>();
  for (const stage of plan.stages) {
    await eachAtMost(by.parallel, stage.steps.filter((step) => begun.has(key(step))), async (step) => {
      const end = await act(step, stage, by);
      if ('facts' in end) facts.set(key(step), end.facts);
    });
  }
  return facts;
}

async function act(step: Step, stage: Stage, by: Executor): Promise<JobEnd> {
  const host = by.hosts.get(step.host);
  if (host === undefined) throw new Error(`The plan names ${step.host}, which is no host of this run`);
  const start = by.clock.now();
  const secret = step.needsDatabase ? by.databaseSecret : undefined;
  const { id, script, limit } = step;
  by.log.info(`${step.host}: ${step.title}`);
  const stop = tellProgress(step, start, by);
  let end: JobEnd;
  try {
    end = await host.perform({ id, script, limit, ...(secret === undefined ? {} : { secret }) });
  } catch (thrown) {
    end = { kind: 'lost', why: thrown instanceof RollbackError ? thrown.message : messageOf(thrown) };
  } finally {
    stop();
  }
  const finished = by.clock.now();
  const good = end.kind === 'finished' && end.code === 0;
  by.record({ stage: stage.name, title: step.title, host: step.host, start, end: finished, result: good ? (stage.name === 'Undo' ? 'undone' : 'done') : 'failed' });
  if ('output' in end && end.output.trim() !== '') by.log.group(`${step.host}: ${step.title} (${((finished - start) / 1000).toFixed(1)} s)`, end.output);
  return end;
}

/** Says every ten seconds that a step is still at work. */
function tellProgress(step: Step, start: Milliseconds, { clock, log }: Executor): () => void {
  const ended = new AbortController();
  void (async () => {
    for (;;) {
      await clock.sleep(10_000, ended.signal);
      if (ended.signal.aborted) return;
      log.info(`${step.host}: ${step.title}: ${progress(clock.now() - start, step)}`);
    }
  })();
  return () => ended.abort();
}

/** `20 s of about 60 s (33 %), at most 7200 s` */
function progress(elapsed: Milliseconds, { estimate, limit }: Step): string {
  const seconds = (time: Milliseconds): string => `${(time / 1000).toFixed(0)} s`;
  const share = estimate === undefined || estimate <= 0 ? '' : ` of about ${seconds(estimate)} (${Math.min(99, Math.round((100 * elapsed) / estimate))} %)`;
  return `${seconds(elapsed)}${share}, at most ${seconds(limit)}`;
}

function failureOf(step: Step, end: JobEnd): Failure | undefined {
  const at = { host: step.host, step: step.id };
  switch (end.kind) {
    case 'finished':
      return end.code === 0 ? undefined : { ...at, ...step.failure, what: step.failure.what ?? `“${step.title}” failed with exit status ${end.code}`, why: lastLine(end.output) };
    case 'timeout':
      return { ...at, code: step.failure.code === 'undo-failed' ? 'undo-failed' : 'timeout', what: `“${step.title}” did not end within ${step.limit / 1000} s`, why: lastLine(end.output), fix: step.failure.fix };
    case 'fenced':
      return { ...at, code: 'locked', what: `another run took over the lock, so “${step.title}” was not started`, why: end.owner, fix: 'Let that run end, then look at its result.' };
    case 'lost':
      return { ...at, code: step.failure.code === 'undo-failed' ? 'undo-failed' : 'host-lost', what: `the host could not be reached any more during “${step.title}”`, why: end.why, fix: `Look whether ${step.host} is up; the next run takes up from its journal.` };
  }
}

function outOfTime(step: Step, timeout: Milliseconds): Failure {
  return { code: 'timeout', host: step.host, step: step.id, what: `“${step.title}” was not started: the time limit of ${timeout / 1000} s was over`, fix: 'Raise the input "timeout" when the hosts need longer.' };
}

/** What a command complained of last. */
export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.trim().slice(0, 500) ?? '';
}
