/** The canary method: one server out of the traffic of nginx load balancers, and its code back where a commit is given. */
import { refuseIfAny, type Failure } from '../errors.ts';
import type { EndedRun } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import { withoutCanary } from '../nginx/canary.ts';
import { isLive } from '../nginx/upstream.ts';
import { git } from './git.ts';
import type { Assessed, Method, Surroundings } from './method.ts';
import { balancerNotes, filesAsFound, frontsOf, serversAsked, unprovenNotes } from './traffic/assessed.ts';
import { askBalancers, type BalancerFacts } from './traffic/balancers.ts';
import { changesTo, lineOf, readServers, type Wanted } from './traffic/changes.ts';
import { closeBalancer } from './traffic/close.ts';
import { trafficPlace } from './traffic/place.ts';
import { hostQuestions } from './traffic/questions.ts';
import { moveTraffic } from './traffic/stages.ts';
import { otherMethod } from './traffic/unfinished.ts';
import { askVersions, versionsIn } from './traffic/version.ts';

export const canary: Method = { assess, close };

/** So many requests are made through the load balancers together, and none of them may reach the canary. */
const requests = 1000;

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const traffic = await assessTraffic(inputs, around);
  if (inputs.commit === undefined) return traffic;
  const code = await git.assess(inputs, around);
  return {
    ...code,
    plan: { stages: [...traffic.plan.stages, ...code.plan.stages] },
    asAsked: traffic.asAsked && code.asAsked,
    notes: [...traffic.notes, ...code.notes],
    current: { ...Object.fromEntries(Object.keys(traffic.current).map((host) => [host, code.from.sha])), ...code.current },
    asFound: [...traffic.asFound, ...code.asFound],
    run: code.run === around.run.id ? traffic.run : code.run,
    fronts: traffic.fronts ?? [],
    ...(traffic.traffic === undefined ? {} : { traffic: traffic.traffic }),
  };
}

async function assessTraffic(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const place = trafficPlace(inputs);
  const leaver = canaryIn(inputs);
  const balancers = await askBalancers(inputs, around);
  refuseIfAny(otherMethod(balancers, 'canary', place.upstream));
  const wanted = balancers.map((balancer) => wantedOn(balancer, leaver));
  refuseIfAny(wanted.flatMap((each) => ('failure' in each ? [each.failure] : [])));
  const good = wanted.flatMap((each) => ('failure' in each ? [] : [each]));

  const stay = good.flatMap(({ balancer, servers }) => servers.filter(isLive).flatMap(({ address }) => serversAsked([balancer], address, inputs)));
  const staying = await askVersions(stay, inputs, around);
  const leaving = await askVersions(serversAsked(balancers, leaver, inputs), inputs, around);
  const [stable, gone] = [versionsIn(staying), versionsIn(leaving)];
  const own = gone.length === 1 && !stable.includes(gone[0] ?? '') ? gone[0] : undefined;
  const well = stay.filter((_, index) => staying[index]?.verdict === 'passed');
  const changes = changesTo(good, place, hostQuestions(well, undefined, undefined));
  const fronts = frontsOf(balancers, inputs);
  const unfinished = balancers.find((balancer) => balancer.unfinished !== undefined)?.unfinished;
  const begun = unfinished ?? { run: around.run.id, actor: around.run.actor, from: 'canary', to: 'stable', startedAt: around.clock.now() };
  const [first] = serversAsked(balancers, leaver, inputs);
  return {
    from: { sha: 'canary', names: gone.slice(0, 1), subject: '' },
    to: { sha: 'stable', names: stable, subject: '', rule: 'stable' },
    plan: {
      stages: moveTraffic({
        place, begun, changes, title: `Take ${leaver} out of ${place.upstream}`, servers: [], anyServer: true, confirmWithin: inputs.confirmTimeout / 1000,
        proofs: first === undefined ? [] : [{ kind: 'gone', through: fronts, server: { name: leaver, at: first.at, ...(own === undefined ? {} : { version: own }) }, requests }],
      }),
    },
    asAsked: changes.length === 0,
    commits: [], commitCount: 0, migrations: [], migrationSql: '', filesChanged: 0, found: [],
    notes: [...balancerNotes(balancers), ...unprovenNotes(inputs, balancers, fronts), ...absentNotes(balancers, leaver), ...recordedNotes(good)],
    current: Object.fromEntries(balancers.map(({ host }) => [host, changes.some(({ balancer }) => balancer.host === host) ? 'canary' : 'stable'])),
    asFound: filesAsFound(place, changes.map(({ balancer }) => balancer), begun),
    run: begun.run,
    appHosts: [],
    fronts,
    traffic: { from: 'canary', to: 'stable', servers: Object.fromEntries(changes.map(({ balancer: { host }, servers }) => [host, lineOf(servers)])) },
  };
}

function close(inputs: Inputs, assessed: Assessed, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): ReturnType<Method['close']> {
  const balancer = inputs.loadBalancers.some(({ name }) => name === host) && assessed.traffic !== undefined ? closeBalancer(inputs, assessed.traffic, host, ended, material) : '';
  if (inputs.commit === undefined || !(host in assessed.current) || !isCodeHost(inputs, host)) return { script: balancer };
  const code = git.close(inputs, assessed, host, ended, material);
  return { ...code, script: code.script + balancer };
}

function isCodeHost({ hosts, databaseHost }: Inputs, host: string): boolean {
  return hosts.some(({ name }) => name === host) || databaseHost.name === host;
}

function canaryIn({ canary: server }: Inputs): string {
  if (server === undefined) throw new TypeError('No canary is named');
  return server;
}

type Leaving = Wanted & { readonly recorded?: boolean };

function wantedOn(balancer: BalancerFacts, leaver: string): Leaving {
  const { host, members, ended } = balancer;
  const last = ended.filter(({ result, servers }) => result === 'rolled-back' && servers !== undefined).toSorted((one, other) => one.time - other.time).at(-1);
  const found = withoutCanary(members, leaver, last?.servers === undefined ? undefined : readServers(last.servers));
  switch (found.kind) {
    case 'absent': return { balancer, servers: members };
    case 'leaves': return { balancer, servers: found.wanted, recorded: found.recorded };
    case 'last': {
      const failure: Failure = {
        code: 'no-server-left', host, what: `${leaver} is the only server of the block that gets traffic: without it nobody would answer`,
        fix: 'Put another server into the block first, or roll the canary\'s code back with "method: git".',
      };
      return { failure };
    }
  }
}

/** A canary that is misspelt is in no block either. */
export function absentNotes(balancers: readonly Pick<BalancerFacts, 'host' | 'members'>[], leaver: string): readonly string[] {
  return balancers.filter(({ members }) => withoutCanary(members, leaver).kind === 'absent')
    .map(({ host, members }) => `${host}: ${leaver} is not in the block, which has ${members.map(({ address }) => address).join(', ')}.`);
}

function recordedNotes(wanted: readonly Leaving[]): readonly string[] {
  const hosts = wanted.flatMap((each) => ('balancer' in each && each.recorded === true ? [each.balancer.host] : []));
  return hosts.length === 0 ? [] : [`${hosts.join(', ')}: the other servers of the block are as the record has them from before the canary came.`];
}
