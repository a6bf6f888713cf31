/** What both methods that move traffic tell of their assessment. Pure. */
import type { AsFound } from '../../as-found.ts';
import { fileAsFound } from '../../commands/nginx.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import type { Asked } from '../../plan.ts';
import { frontAsked, nameOf, serverAsked } from './asked.ts';
import type { BalancerFacts } from './balancers.ts';
import type { TrafficPlace } from '../../commands/nginx/place.ts';

/** The load balancers that are asked as people ask them. */
export function frontsOf(balancers: readonly BalancerFacts[], { healthUrl }: Pick<Inputs, 'healthUrl'>): readonly Asked[] {
  return balancers.flatMap(({ host, use }) => frontAsked(host, use.fronts, healthUrl) ?? []);
}

/** A server as each load balancer reaches it. */
export function serversAsked(balancers: readonly BalancerFacts[], address: string, { healthUrl }: Pick<Inputs, 'healthUrl'>): readonly Asked[] {
  return balancers.map(({ host, use }) => serverAsked(host, address, { healthUrl, secure: !use.protocols.includes('http'), name: use.fronts.map(nameOf).find((name) => name !== undefined) }));
}

/**
 * The file with mode and owner, of those that change.
 * @param begun the run whose undo it would be: only what an interrupted one had found itself is gone back to
 */
export function filesAsFound(place: TrafficPlace, balancers: readonly Pick<BalancerFacts, 'host' | 'unfinished' | 'recorded' | 'seen'>[], begun: Pick<BegunRun, 'run'>): readonly AsFound[] {
  return balancers.map(({ host, unfinished, recorded, seen }) => ({
    host, what: place.file, script: fileAsFound(place), seen, answer: unfinished?.run === begun.run && recorded.length > 0 ? recorded : seen,
  }));
}

/** What is worth knowing of load balancers, and what nobody told when it happened: how they decided while no run was there. */
export function balancerNotes(balancers: readonly Pick<BalancerFacts, 'host' | 'decision' | 'unfinished' | 'notes'>[]): readonly string[] {
  const words: Readonly<Record<string, string>> = {
    kept: 'kept the switch by itself, for the server answered well',
    'turned-back': 'turned back by itself, for the server did not answer well',
    'not-switched': 'put the file back by itself: it had not come into force',
    failed: 'could not turn back by itself',
  };
  return balancers.flatMap(({ host, decision, unfinished, notes }) => {
    const [word = '', time = '', ...why] = decision?.split(' ') ?? [];
    const said = words[word];
    const known = notes.map((note) => `${host}: ${note}`);
    if (said === undefined) return unfinished === undefined ? known : [...known, `${host}: the rollback ${unfinished.run} of ${unfinished.actor} was interrupted before it ended, and the host has decided nothing by itself.`];
    return [...known, `${host}: a run died before it confirmed its switch; at ${time} the host ${said}${why.length === 0 ? '' : ` (${why.join(' ')})`}.`];
  });
}

/** What the answers of a run cannot prove, for want of an input or of a place to ask. */
export function unprovenNotes({ versionFrom, healthUrl, hurlFiles }: Pick<Inputs, 'versionFrom' | 'healthUrl' | 'hurlFiles'>, balancers: readonly Pick<BalancerFacts, 'host'>[], fronts: readonly Asked[]): readonly string[] {
  const silent = balancers.map(({ host }) => host).filter((host) => !fronts.some(({ balancer }) => balancer === host));
  return [
    ...(silent.length === 0 ? [] : [`${silent.join(', ')}: every server block that leads to the upstream expects the PROXY protocol, so that what people get there could not be asked.`]),
    ...(healthUrl.length === 0 ? ['No "health-url" is given: the servers were asked for / and any status below 500 was good.'] : []),
    ...(versionFrom === undefined ? ['No "version-from" is given: that new workers have the new configuration is proved, which server an answer came from is not.'] : []),
    ...(hurlFiles.length === 0 ? [] : [`${hurlFiles.map(({ path }) => path).join(', ')}: run from the runner, which reaches the service at its public address only, and so after traffic has moved.`]),
  ];
}
