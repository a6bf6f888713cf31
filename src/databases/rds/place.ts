/** RDS as a place where steps of a plan are performed: it looks like a host, and its scripts are commands (commands.ts). */
import type { Clock, Facts, Host, Job, JobEnd, JobState } from '../../ports.ts';
import { RollbackError } from '../../errors.ts';
import { duration } from '../../report/quantity.ts';
import { Abandoned, OutOfTime, Refused, tell, type Asking } from './asking.ts';
import { readCommand, type Command } from './commands.ts';
import type { Description } from './description.ts';
import { match } from './match.ts';
import { madeName } from './names.ts';
import type { Rds, Target } from './port.ts';
import { rename } from './rename.ts';
import { restore } from './restore.ts';
import { takeSnapshot } from './snapshot.ts';
import { jobsOn } from './tags.ts';
import { isOurs, type Working } from './working.ts';

export type RdsPlace = {
  readonly target: Target;
  readonly rds: Rds;
  /** The run whose snapshot and restore these are; of an interrupted run that is taken up, that one's. */
  readonly run: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** A line for the log, led by the place's name. */
  readonly say: (line: string) => void;
  /** Seconds that each kind of command is expected to take, as the assessment estimated them. */
  readonly expected?: Partial<Readonly<Record<Command['rds'], number>>>;
  /** Ended when the run is cancelled. */
  readonly signal?: AbortSignal;
  /** Who holds the lock in our stead; undefined while it is ours. Asked before each job. */
  readonly fencedBy?: () => Promise<string | undefined>;
};

/** How the place is called in plans, logs and reports. */
export function placeName(id: string): string {
  return `rds ${id}`;
}

/** Jobs are known in AWS by their names and tags alone: whoever performs one again goes on where AWS is. */
export function rdsPlace(options: RdsPlace): Host {
  const { target, rds, run, clock, random, say, expected, signal, fencedBy } = options;
  const name = placeName(target.id);
  const asking = (limit: number, seconds?: number): Asking => {
    const start = clock.now();
    const progress = (): string => (seconds === undefined ? '' : ` (${duration(Math.round((clock.now() - start) / 1000))} of about ${duration(seconds)})`);
    return { clock, random, deadline: start + limit, say: untilItChanges((line) => say(`${name}: ${line}${progress()}`), clock), ...(signal === undefined ? {} : { signal }) };
  };
  return {
    name,
    async perform(job) {
      const owner = await fencedBy?.();
      if (owner !== undefined) return { kind: 'fenced', owner };
      const command = readCommand(job.script);
      return perform(command, job, { rds, asking: asking(job.limit, expected?.[command.rds]), clock, run, job: job.id });
    },
    async journal() {
      try {
        return readJobs(await made(target, run, rds, asking(60_000)));
      } catch (thrown) {
        if (!(thrown instanceof Refused || thrown instanceof OutOfTime)) throw thrown;
        throw new RollbackError({ code: 'aws-credentials', host: name, what: 'AWS did not tell what this run made there', why: thrown.message, fix: 'Run it again with fresh credentials: it takes up what is there.' });
      }
    },
    ask: () => { throw new Error(`${name} runs no scripts`); },
    dial: () => { throw new Error(`${name} makes no connections`); },
  };
}

async function perform(command: Command, { limit }: Job, working: Working): Promise<JobEnd> {
  try {
    const facts = toFacts(await act(command, working));
    return { kind: 'finished', code: 0, facts, output: '' };
  } catch (thrown) {
    if (thrown instanceof Refused) return { kind: 'finished', code: 1, facts: new Map(), output: `${thrown.message}\n` };
    if (thrown instanceof OutOfTime) return { kind: 'timeout', facts: new Map(), output: `not done within ${limit / 1000} s: ${thrown.message}\n` };
    if (thrown instanceof Abandoned) return { kind: 'lost', why: thrown.message };
    throw thrown;
  }
}

function act(command: Command, working: Working): Promise<readonly (readonly [string, string])[]> {
  switch (command.rds) {
    case 'snapshot':
      return takeSnapshot(command, working);
    case 'restore':
      return restore(command, working);
    case 'match':
      return match(command, working);
    case 'rename':
      return rename(command, working);
  }
}

function toFacts(pairs: readonly (readonly [string, string])[]): Facts {
  return new Map([...Map.groupBy(pairs, ([name]) => name)].map(([name, all]) => [name, all.map(([, value]) => value)]));
}

/** What the run made: its snapshot, and what it restored, whatever that is called now. */
async function made(target: Target, run: string, rds: Rds, asking: Asking): Promise<readonly Description[]> {
  const snapshot = await tell(() => rds.snapshot(target.kind, madeName(target.id, 'snapshot', run)), asking);
  const all = await tell(() => rds.list(target.kind), asking);
  return [...(snapshot === undefined ? [] : [snapshot]), ...all].filter((each) => isOurs(each, run));
}

function readJobs(made: readonly Description[]): readonly JobState[] {
  return made.flatMap(jobsOn).toSorted((a, b) => (a.at < b.at ? -1 : 1)).map(({ id, state }): JobState => (state === 'finished' ? { id, state, code: 0 } : { id, state: 'running' }));
}

/** The same line is said again only after 30 s. */
function untilItChanges(say: (line: string) => void, clock: Clock): (line: string) => void {
  let last = '';
  let at = 0;
  return (line) => {
    if (line === last && clock.now() - at < 30_000) return;
    [last, at] = [line, clock.now()];
    say(line);
  };
}
