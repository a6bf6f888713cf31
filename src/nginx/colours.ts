/** Blue and green in one `upstream` block. Pure. */
import { keyOf } from './address.ts';
import { isLive, type Member, type Server } from './upstream.ts';

export type Live = 'blue' | 'green' | 'both' | 'none' | 'strangers';

/** Which of the two addresses get requests; `strangers` as soon as any other server does. */
export function liveOf(members: readonly Member[], blue: string, green: string): Live {
  const live = members.filter(isLive).map(({ key }) => key);
  if (live.some((key) => key !== keyOf(blue) && key !== keyOf(green))) return 'strangers';
  const [isBlue, isGreen] = [live.includes(keyOf(blue)), live.includes(keyOf(green))];
  if (isBlue && isGreen) return 'both';
  return isBlue ? 'blue' : isGreen ? 'green' : 'none';
}

export type Switched = { readonly kind: 'wanted'; readonly wanted: readonly Server[] } | { readonly kind: 'refused'; readonly reason: string };

/**
 * The servers of the block when requests go to `to` and no longer to `from`, both addresses; everyone keeps place and other parameters. Where the block
 * names only `from`, its address is replaced. Where it names both, what made `to` idle (`down`, `backup`) moves over to `from`; if nothing did, as both
 * were live, `from` gets `down`. Other servers stay, and must be idle: nobody knows what a live one is there for.
 */
export function switched(members: readonly Member[], from: string, to: string): Switched {
  const is = (address: string) => (member: Server): boolean => keyOf(member.address) === keyOf(address);
  const stranger = members.find((member) => isLive(member) && !is(from)(member) && !is(to)(member));
  if (stranger !== undefined) return { kind: 'refused', reason: `${stranger.address} gets requests as well, and is neither of the two colours` };
  const idle = members.find(is(to));
  if (idle === undefined) {
    if (!members.some(is(from))) return { kind: 'refused', reason: `neither ${from} nor ${to} is in the block` };
    return { kind: 'wanted', wanted: members.map((member) => (is(from)(member) ? { address: to, parameters: awake(member.parameters) } : asItIs(member))) };
  }
  return {
    kind: 'wanted',
    wanted: members.map((member) => {
      if (is(to)(member)) return { address: member.address, parameters: awake(member.parameters) };
      return is(from)(member) && isLive(member) ? { address: member.address, parameters: asleep(member.parameters, idle.parameters) } : asItIs(member);
    }),
  };
}

function asItIs({ address, parameters }: Server): Server {
  return { address, parameters };
}

const marks: readonly string[] = ['down', 'backup'];

function awake(parameters: readonly string[]): readonly string[] {
  return parameters.filter((one) => !marks.includes(one));
}

/** With the marks of the other, each as far from the front as there, so that they come back to where they were. */
function asleep(parameters: readonly string[], other: readonly string[]): readonly string[] {
  const found = [...other.entries()].filter(([, one]) => marks.includes(one));
  return found.length === 0 ? [...parameters, 'down'] : found.reduce((all, [index, mark]) => all.toSpliced(index, 0, mark), parameters);
}
