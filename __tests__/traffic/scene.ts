import { isDeepStrictEqual } from 'node:util';
import { startFleet, type Fleet } from '../fleet/fleet.ts';
import type { Host } from '../fleet/host.ts';
import { until } from '../fleet/until.ts';
import type { Inputs } from '../rollback/inputs.ts';
import { Balancer } from './balancer.ts';
import { nginxFile, serverLines, upstream, type Colour, type Form } from './nginx-file.ts';
import { grant, type Rights } from './rights.ts';
import { Server, servers, tokenOf, type ServerName } from './servers.ts';

/** Two load balancers, two colours and a canary on a fleet of their own, that tests use one after the other. */
export type TrafficScene = AsyncDisposable & {
  readonly fleet: Fleet;
  readonly lb1: Balancer;
  readonly lb2: Balancer;
  /** `lb1`, `lb2`. */
  readonly balancers: readonly [Balancer, Balancer];
  readonly blue: Server;
  readonly green: Server;
  readonly canary: Server;
  /** Writes the file on both balancers, reloads, and returns when only the live servers answer. */
  set(form: Form, live?: Colour): Promise<void>;
  /** The same with other `server` lines; `live` are those that answer then. */
  setLines(lines: readonly string[], live: readonly ServerName[]): Promise<void>;
  /** What `deploy` may do on the balancers from now on. */
  grant(rights: Rights): Promise<void>;
  /** All is as it was at first, with green live by the form; no rollback has ever been there. */
  reset(form?: Form): Promise<void>;
};

export async function openTrafficScene(): Promise<TrafficScene> {
  const fleet = await startFleet({ hosts: ['lb1', 'lb2', ...servers].map((name) => ({ name })) });
  try {
    const named = (name: string): Host => {
      const host = fleet.hosts.find((each) => each.name === name);
      if (host === undefined) throw new Error(`The fleet has no host ${name}`);
      return host;
    };
    const scene = sceneOn(fleet, [new Balancer(named('lb1')), new Balancer(named('lb2'))], {
      blue: new Server('blue', named('blue')), green: new Server('green', named('green')), canary: new Server('canary', named('canary')),
    });
    await Promise.all(servers.map((name) => scene[name].install()));
    await Promise.all(scene.balancers.map((balancer) => balancer.install(serverLines('both', 'green'))));
    await scene.grant('lines');
    return scene;
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

function sceneOn(fleet: Fleet, balancers: readonly [Balancer, Balancer], all: Readonly<Record<ServerName, Server>>): TrafficScene {
  const setLines: TrafficScene['setLines'] = async (lines, live) => {
    await Promise.all(balancers.map(async (balancer) => {
      await balancer.setLines(lines);
      await until(`${live.join(' and ')} answer through ${balancer.host.name}`, async () => {
        const answering = Object.keys(await balancer.answering());
        return isDeepStrictEqual(answering.toSorted(), live.toSorted()) ? true : undefined;
      });
    }));
  };
  const set: TrafficScene['set'] = (form, live = 'green') => setLines(serverLines(form, live), form === 'weights' ? [live, 'canary'] : [live]);
  return {
    fleet, balancers, lb1: balancers[0], lb2: balancers[1], ...all, set, setLines,
    grant: async (rights) => void (await Promise.all(balancers.map(({ host }) => grant(host, rights)))),
    async reset(form = 'both') {
      await Promise.all(fleet.hosts.map((host) => host.run('rm -rf /home/deploy/.local/state/* /root/.local/state/* /var/tmp/rollback-action*')));
      await Promise.all([...servers.map((name) => all[name].mend()), ...balancers.map((balancer) => balancer.mend())]);
      await Promise.all(balancers.map(({ host }) => grant(host, 'lines')));
      await set(form);
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

/** What every run on the balancers is given. */
function common({ fleet, lb1, lb2 }: TrafficScene): Inputs {
  return {
    'load-balancers': [lb1, lb2].map(({ host }) => host.address).join('\n'),
    'ssh-user': fleet.user,
    'ssh-private-key': fleet.privateKey,
    'ssh-known-hosts': fleet.knownHosts,
    'nginx-config': nginxFile,
    upstream,
    'health-url': `http://${lb1.host.address}/health`,
    'health-timeout': '5s',
    'health-interval': '200ms',
    'version-from': 'header:X-Version',
    'confirm-timeout': '10s',
  };
}

/**
 * The inputs with which a person goes back to the other colour.
 * @param overrides by name; an empty text takes an input out
 */
export function inputsFor(scene: TrafficScene, overrides: Inputs = {}): Inputs {
  return withoutEmpty({ method: 'blue-green', ...common(scene), blue: tokenOf('blue'), green: tokenOf('green'), ...overrides });
}

/** The inputs with which a person takes the canary out. */
export function canaryInputsFor(scene: TrafficScene, overrides: Inputs = {}): Inputs {
  return withoutEmpty({ method: 'canary', ...common(scene), canary: tokenOf('canary'), ...overrides });
}

function withoutEmpty(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== ''));
}
