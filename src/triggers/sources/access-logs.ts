/** The access logs of all hosts, read over SSH. */
import { type AccessPeriod, minutesIn, periodIn, readMinutes, readPeriod, secondsIn, together } from '../../checks/access-times.ts';
import { type LogPosition, positions, positionsIn } from '../../checks/logs.ts';
import { messageOf } from '../../errors.ts';
import type { Clock, Milliseconds, ReadableHost } from '../../ports.ts';
import type { Figures, Source } from '../figures.ts';
import type { Window } from '../reading.ts';
import { lookBack } from './cloudwatch.ts';

export type AccessOptions = {
  readonly file: string;
  readonly hosts: ReadonlyMap<string, ReadableHost>;
  readonly clock: Clock;
  readonly statistic: string;
  readonly deployedAt: Milliseconds;
};

/** Requests by host, of the hosts whose logs could be read. */
export type ByHost = ReadonlyMap<string, AccessPeriod>;

export type AccessLogs = {
  readonly source: Source;
  /** Comes back with the figures of this window, of the hosts that could be read in it. */
  perHost(window: Window, signal: AbortSignal): Promise<ByHost>;
};

const minute: Milliseconds = 60_000;

export function accessLogs({ file, hosts, clock, statistic, deployedAt }: AccessOptions): AccessLogs {
  const readers = [...hosts.values()].map((host) => reader(host, file));
  const windows = new Map<Milliseconds, Promise<readonly (AccessPeriod | string)[]>>();

  // The beginning of the first window is where the logs are read from. A host that could not be reached then is read from its next answer on.
  const begun = Promise.all(readers.map(({ begin }) => begin()));
  const read = (window: Window, signal: AbortSignal): Promise<readonly (AccessPeriod | string)[]> => {
    const known = windows.get(window.from);
    if (known !== undefined) return known;
    const all = (async () => {
      await begun;
      await clock.sleep(window.to - clock.now(), signal);
      return signal.aborted ? [] : Promise.all(readers.map((one) => one.read()));
    })();
    windows.set(window.from, all);
    return all;
  };

  const source: Source = {
    name: hosts.size === 1 ? `access log of ${[...hosts.keys()].join()}` : `access logs of ${hosts.size} hosts`,
    tells: ['errors', 'seconds'],
    async before() {
      const all = await Promise.all([...hosts.values()].map((host) => host.ask(readMinutes(file)).then(({ facts }) => minutesIn(facts), () => undefined)));
      if (all.includes(undefined)) return [];
      const before = all.flatMap((minutes) => [...(minutes ?? [])]).filter(([start]) => start + minute <= deployedAt && start >= deployedAt - lookBack);
      return [...Map.groupBy(before, ([start]) => start)].toSorted(([one], [other]) => one - other)
        .map(([start, each]) => figuresOf(together(each.map(([, period]) => period)), start + minute, statistic));
    },
    async measure(window, signal) {
      const all = await read(window, signal);
      if (signal.aborted) return [];
      const problems = all.filter((one) => typeof one === 'string');
      // What some hosts tell says nothing of the others: one of them may be the one that fails.
      if (problems.length > 0) return [{ time: window.to, unknown: problems.slice(0, 3).join('; ') }];
      return [figuresOf(together(all.filter((one) => typeof one !== 'string')), window.to, statistic)];
    },
  };
  return {
    source,
    async perHost(window, signal) {
      const all = await read(window, signal);
      return new Map([...hosts.keys()].flatMap((name, index): [string, AccessPeriod][] => {
        const one = all[index];
        return one === undefined || typeof one === 'string' ? [] : [[name, one]];
      }));
    },
  };
}

/** One host's log, from where it was read last. */
function reader(host: ReadableHost, file: string): { readonly begin: () => Promise<void>; readonly read: () => Promise<AccessPeriod | string> } {
  let position: LogPosition | undefined;
  const begin = async (): Promise<void> => {
    const answer = await host.ask(positions([file])).catch(() => undefined);
    if (answer !== undefined) position = positionsIn([file], answer.facts).get(file);
  };
  return {
    begin,
    async read() {
      // A log that cannot be read now may be there the next time: rotated, or given its rights.
      if (position?.state !== 'at') {
        const was = position?.state;
        await begin();
        return position === undefined ? `${host.name} could not be reached` : `${host.name}: ${file} ${was === undefined ? 'was not read from the beginning' : reasons[was]}`;
      }
      try {
        const { facts } = await host.ask(readPeriod(file, position));
        const told = periodIn(facts);
        if (told === undefined) return `${host.name}: ${file} could not be read`;
        position = told.position;
        return told.period;
      } catch (thrown) {
        return `${host.name} could not be asked: ${messageOf(thrown).split('\n')[0] ?? ''}`;
      }
    },
  };
}

const reasons = { missing: 'is not there', unreadable: 'may not be read by this user', 'not-a-file': 'is not a regular file', unknown: 'could not be read' };

function figuresOf(period: AccessPeriod, time: Milliseconds, statistic: string): Figures {
  const seconds = secondsIn(period, statistic);
  return { time, requests: period.requests, errors: period.errors, ...(seconds === undefined ? {} : { seconds }) };
}
