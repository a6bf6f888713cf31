/** The blue-green method: the traffic of nginx load balancers to the other of two servers. */
import type { SmokeTest } from '../checks/smoke-grammar.ts';
import { refuseIfAny, type Failure } from '../errors.ts';
import type { Inputs } from '../inputs.ts';
import { liveOf, switched } from '../nginx/colours.ts';
import { isLive } from '../nginx/upstream.ts';
import { failuresOf, proveServers } from '../verification.ts';
import type { Assessed, Method, Surroundings, Traffic } from './method.ts';
import { balancerNotes, filesAsFound, frontsOf, serversAsked, unprovenNotes } from './traffic/assessed.ts';
import { askBalancers, type BalancerFacts } from './traffic/balancers.ts';
import { changesTo, lineOf, type Wanted } from './traffic/changes.ts';
import { closeBalancer } from './traffic/close.ts';
import { chooseColour, otherColour, type Choice, type Colour } from './traffic/colour.ts';
import { trafficPlace } from './traffic/place.ts';
import { hostQuestions } from './traffic/questions.ts';
import { otherRevision } from './traffic/revision.ts';
import { moveTraffic } from './traffic/stages.ts';
import { otherMethod } from './traffic/unfinished.ts';
import { askVersions, otherRelease, versionsIn, type Said } from './traffic/version.ts';

export const blueGreen: Method = { assess, close };

type Servers = Readonly<Record<Colour, string>>;

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const place = trafficPlace(inputs);
  const colours = coloursIn(inputs);
  const balancers = await askBalancers(inputs, around);
  refuseIfAny(otherMethod(balancers, 'blue-green', place.upstream));
  refuseIfAny(balancers.flatMap((balancer) => strangersOn(balancer, colours)));
  const live = Object.fromEntries(balancers.map(({ host, members }) => [host, liveOf(members, colours.blue, colours.green)]));
  const unfinished = balancers.find((balancer) => balancer.unfinished !== undefined)?.unfinished;
  const asked = { blue: serversAsked(balancers, colours.blue, inputs), green: serversAsked(balancers, colours.green, inputs) };
  const [blue, green] = await Promise.all([askVersions(asked.blue, inputs, around), askVersions(asked.green, inputs, around)]);
  const said = { blue, green };
  const { from, to, rule } = chosen(chooseColour({
    live, servers: colours, switchTo: inputs.switchTo, unfinished, ended: balancers.flatMap(({ ended }) => ended), releases: { ...oneRelease('blue', blue), ...oneRelease('green', green) },
  }));
  const wanted = refusedIfAny(balancers.map((balancer) => wantedOn(balancer, colours, to)));

  const [left, coming, comes] = [said[from], said[to], asked[to]];
  const target = { sha: to, names: versionsIn(coming).slice(0, 1), subject: '', rule };
  const changes = changesTo(wanted, place, hostQuestions(comes, inputs.versionFrom, target.names[0]));
  if (changes.length > 0) {
    refuseIfAny([...otherRelease(inputs, coming), ...(await otherRevision(inputs, colours[to], around))]);
    refuseIfAny(failuresOf(await proveServers({ inputs: { ...inputs, smokeTests: inputs.smokeTests.filter(onlyReads) }, hosts: around.hosts, asking: around }, target, comes)));
  }
  const fronts = frontsOf(balancers, inputs);
  const begun = unfinished?.to === to ? unfinished : { run: around.run.id, actor: around.run.actor, from, to, startedAt: around.clock.now() };
  return {
    from: { sha: from, names: versionsIn(left).slice(0, 1), subject: '' },
    to: target,
    plan: {
      stages: moveTraffic({
        place, begun, changes, title: `Give the traffic of ${place.upstream} to ${to} (${colours[to]})`, servers: comes, proofs: [], confirmWithin: inputs.confirmTimeout / 1000,
      }),
    },
    asAsked: changes.length === 0,
    commits: [], commitCount: 0, migrations: [], migrationSql: '', filesChanged: 0, found: [],
    notes: [...balancerNotes(balancers), ...(rule === 'left' ? [leftNote(from)] : []), ...unprovenNotes(inputs, balancers, fronts)],
    current: live,
    asFound: filesAsFound(place, changes.map(({ balancer }) => balancer), begun),
    run: begun.run,
    appHosts: [],
    fronts,
    traffic: {
      from, to, ...(isBad(inputs, left) ? badAs(from, left) : {}),
      servers: Object.fromEntries(changes.map(({ balancer: { host }, servers }) => [host, lineOf(servers)])),
    },
  };
}

function close(inputs: Inputs, { traffic }: Assessed, ...[host, ended, material]: Tail<Parameters<Method['close']>>): ReturnType<Method['close']> {
  const isBalancer = inputs.loadBalancers.some(({ name }) => name === host);
  return { script: traffic === undefined || !isBalancer ? '' : closeBalancer(inputs, traffic, host, ended, material) };
}

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, unknown, ...infer Rest] ? Rest : never;

function coloursIn({ blue, green }: Inputs): Servers {
  if (blue === undefined || green === undefined) throw new TypeError('No colours are named');
  return { blue, green };
}

/** Nobody knows what another live server is there for. */
function strangersOn({ host, members }: BalancerFacts, { blue, green }: Servers): readonly Failure[] {
  if (liveOf(members, blue, green) !== 'strangers') return [];
  const others = members.filter((member) => isLive(member) && liveOf([member], blue, green) === 'strangers').map(({ address }) => address);
  return [{
    code: 'upstream-unsafe', host, what: `${others.join(', ')} ${others.length === 1 ? 'gets' : 'get'} traffic of the block as well, and ${others.length === 1 ? 'is' : 'are'} neither blue (${blue}) nor green (${green})`,
    fix: 'Correct the inputs "blue" and "green", or take the line out of the block first.',
  }];
}

function chosen(choice: Choice | readonly Failure[]): Choice {
  if ('to' in choice) return choice;
  refuseIfAny(choice);
  throw new Error('Neither a colour nor a reason was found');
}

function wantedOn(balancer: BalancerFacts, colours: Servers, to: Colour): Wanted {
  const { members, host } = balancer;
  if (liveOf(members, colours.blue, colours.green) === to) return { balancer, servers: members };
  const found = switched(members, colours[otherColour(to)], colours[to]);
  if (found.kind === 'wanted') return { balancer, servers: found.wanted };
  return { failure: { code: 'upstream-unsafe', host, what: `the block cannot be given to ${to} (${colours[to]})`, why: found.reason, fix: 'Correct the inputs "blue" and "green", or the block.' } };
}

function refusedIfAny(wanted: readonly Wanted[]) {
  refuseIfAny(wanted.flatMap((each) => ('failure' in each ? [each.failure] : [])));
  return wanted.flatMap((each) => ('failure' in each ? [] : [each]));
}

/** Nobody goes back to a colour that was left without naming it: it was left because something was wrong with it. */
function isBad({ switchTo }: Inputs, left: readonly Said[]): boolean {
  return switchTo === undefined || left.some(({ verdict }) => verdict === 'failed');
}

function badAs(colour: Colour, left: readonly Said[]): Pick<Traffic, 'bad' | 'badRelease'> {
  const release = oneRelease(colour, left)[colour];
  return { bad: colour, ...(release === undefined ? {} : { badRelease: release }) };
}

/** The release of a colour, where all load balancers hear the same. */
function oneRelease(colour: Colour, said: readonly Said[]): Partial<Record<Colour, string>> {
  const [only, another] = versionsIn(said);
  return only === undefined || another !== undefined ? {} : { [colour]: only };
}

function leftNote(stays: Colour): string {
  const other = otherColour(stays);
  return `${other} is not gone back to: the last rollback left it as bad. If something better runs there since, name it: "switch-to: ${other}".`;
}

/** What may be asked while nothing is to be changed yet; the others are asked under the lock, before traffic moves as well. */
function onlyReads({ method }: SmokeTest): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
