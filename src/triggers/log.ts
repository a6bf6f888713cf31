/** Lines in the application's logs that match a pattern. */
import { type LogPosition, positions, positionsIn } from '../checks/logs.ts';
import { countMatches, matchesBefore, matchesIn } from '../checks/log-pattern.ts';
import { messageOf } from '../errors.ts';
import type { ReadableHost } from '../ports.ts';
import type { Scene } from './scene.ts';
import type { Reading } from './reading.ts';
import type { Question, Trigger } from './trigger.ts';

export const log: Trigger = {
  name: 'log',
  questions: (scene) => (scene.inputs.logPattern === undefined ? [] : [...scene.hosts.values()].flatMap((host) => scene.inputs.logFiles.map((file) => questionOf(host, file, scene)))),
};

function questionOf(host: ReadableHost, file: string, { inputs, clock }: Scene): Question {
  const pattern = inputs.logPattern ?? '';
  let position: LogPosition | undefined;
  const begin = async (): Promise<void> => {
    const { facts } = await host.ask(positions([file]));
    position = positionsIn([file], facts).get(file);
  };
  // Read from the beginning of the watch on, whatever the first question waits for.
  const begun = begin().catch(() => undefined);
  return {
    trigger: 'log',
    source: `${file} on ${host.name}`,
    group: `log ${host.name} ${file}`,
    rule: { failures: 1, of: 1 },
    every: inputs.interval,
    async before() {
      const told = await host.ask(matchesBefore(file, pattern)).then(({ facts }) => matchesIn(facts), () => undefined);
      return told?.count === undefined ? [] : [{ ...judge(told.count, told.line), time: clock.now() }];
    },
    async ask(window, signal) {
      await begun;
      await clock.sleep(window.to - clock.now(), signal);
      if (signal.aborted) return [];
      const time = clock.now();
      try {
        if (position === undefined) await begin();
        const told = matchesIn((await host.ask(countMatches(file, pattern, position ?? { state: 'unknown' }))).facts);
        if (told.position !== undefined) position = told.position;
        return [{ time, ...(told.count === undefined ? { verdict: 'unknown', message: told.problem } : judge(told.count, told.line)) }];
      } catch (thrown) {
        return [{ time, verdict: 'unknown', message: `${host.name} could not be asked: ${messageOf(thrown).split('\n')[0] ?? ''}` }];
      }
    },
  };
}

function judge(count: number, line: string): Omit<Reading, 'time'> {
  return count === 0
    ? { verdict: 'passed', value: 0, message: 'no line matches' }
    : { verdict: 'failed', value: count, message: `${count} new ${count === 1 ? 'line matches' : 'lines match'} the pattern: ${line}` };
}
