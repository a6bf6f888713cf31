/** What changes in the file of each load balancer. Pure. */
import type { HostQuestion } from '../../commands/nginx/decision.ts';
import type { Failure } from '../../errors.ts';
import { rewriteUpstream } from '../../nginx/rewrite.ts';
import type { Server } from '../../nginx/upstream.ts';
import type { BalancerFacts } from './balancers.ts';
import type { TrafficPlace } from '../../commands/nginx/place.ts';

/** The servers that a block is to have; or why it cannot. */
export type Wanted = { readonly balancer: BalancerFacts; readonly servers: readonly Server[] } | { readonly failure: Failure };

/** One load balancer whose file changes. */
export type Change = {
  readonly balancer: BalancerFacts;
  /** The servers of the block afterwards. */
  readonly servers: readonly Server[];
  /** The file afterwards, a character a byte. */
  readonly text: string;
  /** What the host asks when it has to decide by itself. */
  readonly questions: readonly HostQuestion[];
};

/** The load balancers whose file has to change, and those on which an interrupted run is brought to its end. */
export function changesTo(wanted: readonly { readonly balancer: BalancerFacts; readonly servers: readonly Server[] }[], { upstream }: TrafficPlace, questions: (host: string) => readonly HostQuestion[]): readonly Change[] {
  return wanted
    .map(({ balancer, servers }) => ({ balancer, servers, text: rewriteUpstream(balancer.text, upstream, servers), questions: questions(balancer.host) }))
    .filter(({ balancer, text }) => text !== balancer.text || balancer.unfinished !== undefined);
}

/** The servers of a block on one line, as the record keeps them. */
export function lineOf(servers: readonly Server[]): string {
  return servers.map(({ address, parameters }) => ['server', address, ...parameters].join(' ')).join('; ');
}

export function readServers(line: string): readonly Server[] {
  return line.split(/;\s*/).flatMap((one) => {
    const [name, address, ...parameters] = one.trim().split(/\s+/);
    return name === 'server' && address !== undefined ? [{ address, parameters }] : [];
  });
}
