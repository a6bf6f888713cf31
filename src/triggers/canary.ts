/** The canary's error rate against that of the other hosts, by their access logs. */
import { percent } from './figures.ts';
import type { Reading } from './reading.ts';
import type { Scene } from './scene.ts';
import type { ByHost } from './sources/access-logs.ts';
import { type Counted, isWorse } from './statistics.ts';
import type { Question } from './trigger.ts';

/**
 * All requests since the watch began are compared, so that a canary with few of them is judged as soon as there are enough and not before. The others
 * show what is usual just now: what is wrong with all of them is not the canary's fault. Once is enough: the test itself accounts for chance.
 */
export function canaryQuestions({ inputs: { canary, period }, accessLogs }: Scene): readonly Question[] {
  if (canary === undefined || accessLogs === undefined) return [];
  let mine: Counted = { requests: 0, errors: 0 };
  let theirs: Counted = { requests: 0, errors: 0 };
  return [{
    trigger: 'error-rate',
    source: `${canary} against the other hosts`,
    group: 'figures',
    rule: { failures: 1, of: 1 },
    every: period,
    before: () => Promise.resolve([]),
    async ask(window, signal) {
      const hosts = await accessLogs.perHost(window, signal);
      if (signal.aborted) return [];
      const own = hosts.get(canary);
      if (own === undefined) return [{ time: window.to, verdict: 'unknown', message: `the access log of ${canary} could not be read` }];
      mine = added(mine, own);
      theirs = added(theirs, ofOthers(hosts, canary));
      return [{ time: window.to, ...compare(mine, theirs, canary) }];
    },
  }];
}

function compare(mine: Counted, theirs: Counted, canary: string): Omit<Reading, 'time'> {
  const told = { requests: mine.requests, errors: mine.errors };
  const what = `${share(mine)} fail on ${canary}, ${share(theirs)} on the others`;
  if (mine.requests === 0 || theirs.requests === 0) return { ...told, verdict: 'unknown', message: `nothing to compare: ${mine.requests === 0 ? canary : 'the others'} had no requests yet` };
  const value = { value: Number(((100 * mine.errors) / mine.requests).toPrecision(3)) };
  return isWorse(mine, theirs)
    ? { ...told, ...value, verdict: 'failed', message: `${what}: that is not by chance` }
    : { ...told, ...value, verdict: 'passed', message: what };
}

function share({ requests, errors }: Counted): string {
  return `${errors} of ${requests} requests${requests === 0 ? '' : ` (${percent((100 * errors) / requests)})`}`;
}

function ofOthers(hosts: ByHost, canary: string): Counted {
  return [...hosts].filter(([name]) => name !== canary).map(([, counted]) => counted).reduce(added, { requests: 0, errors: 0 });
}

function added(one: Counted, other: Counted): Counted {
  return { requests: one.requests + other.requests, errors: one.errors + other.errors };
}
