/** A canary leaves its `upstream` block. Pure. */
import { keyOf } from './address.ts';
import { isLive, type Member, type Server } from './upstream.ts';

export type WithoutCanary =
  | { readonly kind: 'absent' }
  /** No other server would get requests. */
  | { readonly kind: 'last' }
  | { readonly kind: 'leaves'; readonly wanted: readonly Server[]; /** The others get the lines that were recorded. */ readonly recorded: boolean };

/**
 * The servers of the block without the canary. The others get the parameters that were recorded before it came, if those are of the same servers, and
 * each was as live as it is now: whoever has been taken out or put in since was so on purpose. Otherwise they stay as they are.
 */
export function withoutCanary(members: readonly Member[], canaryAddress: string, recorded?: readonly Server[]): WithoutCanary {
  const others = members.filter(({ key }) => key !== keyOf(canaryAddress));
  if (others.length === members.length) return { kind: 'absent' };
  if (!others.some(isLive)) return { kind: 'last' };
  const before = recorded?.filter(({ address }) => keyOf(address) !== keyOf(canaryAddress));
  const fits = before !== undefined && stateOf(before) === stateOf(others);
  const wanted = fits ? before : others;
  return { kind: 'leaves', recorded: fits, wanted: wanted.map(({ address, parameters }) => ({ address, parameters })) };
}

function stateOf(servers: readonly Server[]): string {
  return servers.map(({ address, parameters }) => `${keyOf(address)} ${['down', 'backup'].filter((mark) => parameters.includes(mark)).join(' ')}`).toSorted().join('\n');
}
