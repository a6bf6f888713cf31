/** Asking AWS until it answers, and waiting until something is as it should be. */
import type { Clock, Milliseconds } from '../../ports.ts';
import type { Asked } from './port.ts';

/** What one job is given. */
export type Asking = {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Since the epoch. */
  readonly deadline: Milliseconds;
  /** A line for the log: what is waited for, how far it is. */
  readonly say: (line: string) => void;
  /** Ended when the run is cancelled: nothing is waited for any more. AWS goes on by itself. */
  readonly signal?: AbortSignal;
};

/** It cannot be done; the message is for a person. */
export class Refused extends Error {}
/** The job's limit is over. */
export class OutOfTime extends Error {}
/** The run was cancelled while AWS was at work. */
export class Abandoned extends Error {}

export type Answer<T> = Exclude<Asked<T>, { kind: 'later' | 'credentials' }>;

const firstPause = 1000;
const longestPause = 20_000;

/**
 * Asks again, ever more slowly, while AWS throttles or is in trouble.
 * @throws Refused without valid credentials; OutOfTime; Abandoned
 */
export async function ask<T>(question: () => Promise<Asked<T>>, asking: Asking): Promise<Answer<T>> {
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const asked = await question();
    switch (asked.kind) {
      case 'answered':
      case 'refused':
        return asked;
      case 'credentials':
        throw new Refused(`AWS does not take the credentials: ${asked.message} (${asked.code}). What AWS has begun goes on there; with fresh credentials the next run takes it up`);
      case 'later':
        asking.say(`asking AWS again: ${asked.why}`);
        await rest(pause * (0.5 + asking.random() / 2), asking, asked.why);
    }
  }
}

/** The answer, where a refusal ends the job. */
export async function tell<T>(question: () => Promise<Asked<T>>, asking: Asking): Promise<T> {
  const answer = await ask(question, asking);
  if (answer.kind === 'refused') throw new Refused(`AWS refused: ${answer.message} (${answer.code})`);
  return answer.value;
}

/** Between two looks at something that AWS is at work on: from 5 to 10 s, so that many runs do not ask in step. */
export async function nextLook(asking: Asking): Promise<void> {
  await rest(5000 + asking.random() * 5000, asking, 'AWS is still at work');
}

async function rest(pause: Milliseconds, { clock, deadline, signal }: Asking, why: string): Promise<void> {
  const left = deadline - clock.now();
  if (left <= 0) throw new OutOfTime(why);
  await clock.sleep(Math.min(pause, left), signal);
  if (signal?.aborted === true) throw new Abandoned('the run was cancelled; AWS goes on by itself, and the next run takes up what it made');
}
