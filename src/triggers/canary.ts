/** The canary's figures against those of the other hosts, by their access logs. */
import { type AccessPeriod, together } from '../checks/access-times.ts';
import { percent } from './figures.ts';
import type { Reading, TriggerName } from './reading.ts';
import type { Scene } from './scene.ts';
import { countOf, isSlower, middle } from './slower.ts';
import { type Counted, isWorse } from './statistics.ts';
import type { Question } from './trigger.ts';

type Judge = (mine: AccessPeriod, theirs: AccessPeriod, canary: string) => Omit<Reading, 'time'> | undefined;

const nothing: AccessPeriod = { requests: 0, errors: 0, times: new Map() };

export const canaryErrors = (scene: Scene): readonly Question[] => questionOf(scene, 'error-rate', compareErrors);

export const canaryTimes = (scene: Scene): readonly Question[] => questionOf(scene, 'response-time', compareTimes);

/**
 * All requests since the watch began are compared, so that a canary with few of them is judged as soon as there are enough and not before. The others
 * show what is usual just now: what is wrong with all of them is not the canary's fault. Once is enough: the tests themselves account for chance.
 */
function questionOf({ inputs: { canary, period }, accessLogs }: Scene, trigger: TriggerName, judge: Judge): readonly Question[] {
  if (canary === undefined || accessLogs === undefined) return [];
  let mine = nothing;
  let theirs = nothing;
  return [{
    trigger,
    source: `${canary} against the other hosts`,
    group: 'figures',
    rule: { failures: 1, of: 1 },
    every: period,
    // The usual log formats hold no times.
    ...(trigger === 'response-time' ? { optional: true as const } : {}),
    before: () => Promise.resolve([]),
    async ask(window, signal) {
      const hosts = await accessLogs.perHost(window, signal);
      if (signal.aborted) return [];
      const own = hosts.get(canary);
      if (own === undefined) return [{ time: window.to, verdict: 'unknown', message: `the access log of ${canary} could not be read` }];
      mine = together([mine, own]);
      theirs = together([theirs, ...[...hosts].filter(([name]) => name !== canary).map(([, each]) => each)]);
      const judged = judge(mine, theirs, canary);
      return judged === undefined ? [] : [{ time: window.to, ...judged }];
    },
  }];
}

function compareErrors(mine: AccessPeriod, theirs: AccessPeriod, canary: string): Omit<Reading, 'time'> {
  const told = { requests: mine.requests, errors: mine.errors };
  if (mine.requests === 0 || theirs.requests === 0) return { ...told, verdict: 'unknown', message: `nothing to compare: ${mine.requests === 0 ? canary : 'the others'} had no requests yet` };
  const what = `${share(mine)} fail on ${canary}, ${share(theirs)} on the others`;
  const value = { value: Number(((100 * mine.errors) / mine.requests).toPrecision(3)) };
  return isWorse(mine, theirs)
    ? { ...told, ...value, verdict: 'failed', message: `${what}: that is not by chance` }
    : { ...told, ...value, verdict: 'passed', message: what };
}

/** Nothing where the logs tell no times. */
function compareTimes(mine: AccessPeriod, theirs: AccessPeriod, canary: string): Omit<Reading, 'time'> | undefined {
  const [own, usual] = [middle(mine.times), middle(theirs.times)];
  if (own === undefined || usual === undefined) return undefined;
  const what = `half of ${countOf(mine.times)} requests take longer than ${own} ms on ${canary}, and than ${usual} ms on the others`;
  const told = { value: own / 1000, requests: countOf(mine.times) };
  return isSlower(mine.times, theirs.times) ? { ...told, verdict: 'failed', message: `${what}: that is not by chance` } : { ...told, verdict: 'passed', message: what };
}

function share({ requests, errors }: Counted): string {
  return `${errors} of ${requests} requests (${percent((100 * errors) / requests)})`;
}
