/** Which colour gets the traffic. Pure. */
import type { Failure } from '../../errors.ts';
import type { BegunRun, EndedRun } from '../../hosts/history.ts';
import type { Live } from '../../nginx/colours.ts';
import type { TargetRule } from '../../outcome.ts';

export type Colour = 'blue' | 'green';

export type Choice = { readonly from: Colour; readonly to: Colour; readonly rule: TargetRule };

export type KnownColours = {
  /** Which servers are live, by load balancer. */
  readonly live: Readonly<Record<string, Live>>;
  readonly servers: Readonly<Record<Colour, string>>;
  readonly switchTo: Colour | undefined;
  /** A run that was interrupted here. */
  readonly unfinished: Pick<BegunRun, 'from' | 'to'> | undefined;
  /** What the load balancers' records say of this block. */
  readonly ended: readonly EndedRun[];
  /** The release that each says it is now, where it says one. */
  readonly releases: Readonly<Partial<Record<Colour, string>>>;
};

export function otherColour(colour: Colour): Colour {
  return colour === 'blue' ? 'green' : 'blue';
}

/**
 * The colour that was named; the one that an interrupted run was on its way to; else the one that is not live, unless the last rollback came from
 * there because it was bad, and it is that release still. Load balancers that disagree, or of which both colours are live, are for a person to bring together.
 */
export function chooseColour({ live, servers, switchTo, unfinished, ended, releases }: KnownColours): Choice | readonly Failure[] {
  const all = [...new Set(Object.values(live))];
  const [only] = all.length === 1 ? all : [];
  const agreed = isColour(only) ? only : undefined;
  if (switchTo !== undefined) return { from: agreed ?? otherColour(switchTo), to: switchTo, rule: 'named' };
  if (unfinished !== undefined && isColour(unfinished.to)) return { from: otherColour(unfinished.to), to: unfinished.to, rule: 'resumed' };
  if (agreed === undefined) return disagreement(live, servers);
  const last = ended.filter(({ result }) => result === 'rolled-back').toSorted((one, other) => one.time - other.time).at(-1);
  const other = otherColour(agreed);
  const now = releases[other];
  const isAnother = last?.badRelease !== undefined && now !== undefined && now !== last.badRelease;
  if (last?.bad === other && last.to === agreed && !isAnother) return { from: agreed, to: agreed, rule: 'left' };
  return { from: agreed, to: other, rule: 'other' };
}

function disagreement(live: KnownColours['live'], servers: KnownColours['servers']): readonly Failure[] {
  const words: Readonly<Record<Exclude<Live, 'strangers'>, string>> = {
    blue: `blue (${servers.blue}) is live`, green: `green (${servers.green}) is live`,
    both: `both ${servers.blue} and ${servers.green} are live`, none: `neither ${servers.blue} nor ${servers.green} is live`,
  };
  return Object.entries(live).map(([host, found]): Failure => ({
    code: 'diverged', host, what: found === 'strangers' ? 'other servers are live' : words[found],
    why: 'which colour to leave cannot be told from the load balancers',
    fix: 'Name the colour that all of them are to have with "switch-to".',
  }));
}

export function isColour(text: string | undefined): text is Colour {
  return text === 'blue' || text === 'green';
}
