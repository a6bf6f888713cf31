import type { Clock, Host, Log } from '../../ports.ts';
import { rdsPlace } from './place.ts';
import type { Rds, Target } from './port.ts';

type Around = { readonly clock: Clock; readonly log: Log; readonly random: () => number; readonly signal: AbortSignal };

/** The hosts, and RDS as one more place on which steps of a plan are performed, where the plan has any. */
export function withRds(
  hosts: ReadonlyMap<string, Host>, rds: Rds | undefined, of: { readonly target: Target | undefined; readonly run: string; readonly fencedBy: () => Promise<string | undefined> }, around: Around,
): ReadonlyMap<string, Host> {
  const { target, run, fencedBy } = of;
  if (target === undefined || rds === undefined) return hosts;
  const { clock, random, signal, log } = around;
  const place = rdsPlace({ target, rds, run, clock, random, signal, fencedBy, say: (line) => log.info(line) });
  return new Map([...hosts, [place.name, place]]);
}
