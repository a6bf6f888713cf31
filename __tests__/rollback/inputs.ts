import type { Production } from '../fleet/production.ts';

export type Inputs = Readonly<Record<string, string>>;

/**
 * The inputs with which a person rolls back the guide's production, all of them in this one place.
 * @param overrides by name; an empty text takes an input out
 */
export function inputsFor(production: Production, overrides: Inputs = {}): Inputs {
  const { fleet, hosts, appDirectory, service } = production;
  const [first] = hosts;
  const all = {
    method: 'git',
    hosts: hosts.map(({ address }) => address).join('\n'),
    'ssh-user': fleet.user,
    'ssh-private-key': fleet.privateKey,
    'ssh-known-hosts': fleet.knownHosts,
    'app-dir': appDirectory,
    services: service,
    reload: 'nginx',
    migrations: 'alembic',
    'migrations-dir': 'apps/backend',
    virtualenv: 'venv',
    'env-file': 'apps/backend/.env',
    'health-url': `http://${first?.address}/health`,
    'host-health-url': 'http://127.0.0.1:8000/health',
    'health-timeout': '10s',
    'health-interval': '200ms',
    'version-from': 'header:X-Version',
    'smoke-tests': ['jobs', 'careers', 'analytics'].map((table) => `http://${first?.address}/api/${table}`).join('\n'),
    ...overrides,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Takes the database out of a rollback: for tests of what has nothing to do with it, which then take half the time. */
export const withoutDatabase: Inputs = { migrations: '', 'migrations-dir': '', virtualenv: '', 'env-file': '' };

/** The alembic revisions at which the inputs above leave the database when production is back on a release. */
export function revisionsAfter(tag: 'v1' | 'v2' | 'v3'): readonly string[] {
  return [{ v1: 'a1', v2: 'b2', v3: 'd4' }[tag]];
}
