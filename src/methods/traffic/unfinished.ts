/** Runs that were interrupted on load balancers. Pure. */
import type { Failure } from '../../errors.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { BalancerFacts } from './balancers.ts';
import { isColour } from './colour.ts';

export type Began = 'blue-green' | 'canary' | 'database';

/** The method of a run that was begun on a load balancer. */
export function methodOf({ from, to, backup }: Pick<BegunRun, 'from' | 'to' | 'backup'>): Began | undefined {
  if (backup !== undefined) return 'database';
  if (isColour(to)) return 'blue-green';
  return from === 'canary' ? 'canary' : undefined;
}

/** Where a restore's maintenance page is answered. A name for each run: nginx leaves the socket behind when it is killed, and does not listen on one that is there. */
export function pageSocket(upstream: string, run: string): string {
  return `/run/rollback-action-${upstream}-${run}.sock`;
}

/** What a run began, only one of the same method knows how to take up: another would put away what it kept, or go back to what it found. Of a restore that is the page, while it is shown. */
export function otherMethod(balancers: readonly Pick<BalancerFacts, 'host' | 'unfinished' | 'members'>[], method: Began, upstream: string): readonly Failure[] {
  return balancers.flatMap(({ host, unfinished, members }): readonly Failure[] => {
    const began = unfinished === undefined ? undefined : methodOf(unfinished);
    if (unfinished === undefined || began === undefined || began === method) return [];
    if (began === 'database' && !members.some(({ address }) => address === `unix:${pageSocket(upstream, unfinished.run)}`)) return [];
    return [{
      code: 'locked', host, what: `the rollback ${unfinished.run} of ${unfinished.actor} was interrupted before it ended, and its method was "${began}"`,
      fix: `Run the rollback with "method: ${began}": it takes up from there and brings it to an end. Then run this one.`,
    }];
  });
}
