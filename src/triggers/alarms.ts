/** A CloudWatch alarm goes to ALARM. */
import { type AlarmState, type CloudWatch, unanswered } from './cloudwatch.ts';
import type { Milliseconds } from '../ports.ts';
import type { Asked } from '../databases/rds/port.ts';
import type { Reading, Window } from './reading.ts';
import type { Question, Trigger } from './trigger.ts';

export const alarms: Trigger = {
  name: 'alarm',
  questions({ inputs, cloudWatch, clock, deployedAt }) {
    const ask = togetherFor(inputs.alarms, cloudWatch);
    return inputs.alarms.map((name): Question => {
      const judge = judging(deployedAt);
      return {
        trigger: 'alarm',
        source: name,
        group: 'alarms',
        rule: { failures: 1, of: 1 },
        every: inputs.interval,
        // What an alarm was before is judged with what it is: its readings tell it.
        before: () => Promise.resolve([]),
        async ask(window, signal) {
          const answer = await ask(window);
          if (signal.aborted) return [];
          const time = clock.now();
          if (answer.kind !== 'answered') return [{ time, verdict: 'unknown', message: unanswered(answer) }];
          const alarm = answer.value.find((each) => each.name === name);
          return [{ time, ...(alarm === undefined ? { verdict: 'unknown', message: 'there is no alarm of that name in this account and region' } : judge(alarm)) }];
        },
      };
    });
  },
};

/** One question to CloudWatch for all alarms, at the beginning of a window. */
function togetherFor(names: readonly string[], cloudWatch: () => Promise<CloudWatch>): (window: Window) => Promise<Asked<readonly AlarmState[]>> {
  const windows = new Map<Milliseconds, Promise<Asked<readonly AlarmState[]>>>();
  return (window) => {
    const known = windows.get(window.from);
    if (known !== undefined) return known;
    const asked = (async () => (await cloudWatch()).alarms(names))();
    windows.set(window.from, asked);
    return asked;
  };
}

/**
 * Only an alarm that *goes* to ALARM counts. One that was on already when the release came says nothing of it until it was off in between; a change
 * between two questions is known by its time. (ECS ignores such alarms for the whole deployment.)
 */
function judging(deployedAt: Milliseconds): (alarm: AlarmState) => Pick<Reading, 'verdict' | 'message'> {
  let before: { readonly since: Milliseconds | undefined } | undefined;
  let isFirst = true;
  return ({ state, since, reason }) => {
    if (isFirst && state === 'ALARM' && !(since !== undefined && since > deployedAt)) before = { since };
    isFirst = false;
    if (state !== 'ALARM' || before?.since !== since) before = undefined;
    if (state === 'INSUFFICIENT_DATA') return { verdict: 'unknown', message: `the alarm has not enough data: ${reason}` };
    if (state === 'OK') return { verdict: 'passed', message: 'the alarm is off' };
    if (before !== undefined) return { verdict: 'passed', message: `the alarm was on before the deployment${since === undefined ? '' : `, since ${new Date(since).toISOString()}`}, so it does not count: ${reason}` };
    return { verdict: 'failed', message: `the alarm went to ALARM${since === undefined ? '' : ` at ${new Date(since).toISOString()}`}: ${reason}` };
  };
}
