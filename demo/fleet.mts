/** The guide's production on real Debian hosts: systemd, sshd, nginx, MariaDB. Needs Linux and root. */
import { fleetAvailable } from '../__tests__/fleet/available.ts';
import { startFleet } from '../__tests__/fleet/fleet.ts';
import { guideReleases } from '../__tests__/fleet/release.ts';
import { startProduction } from '../__tests__/fleet/production.ts';
import { lookAtHost, type Production } from './production.mts';

/** Boots it, with the broken v3 deployed; undefined where this machine cannot, which has been said then. */
export async function startFleetProduction(): Promise<Production | undefined> {
  if (!(await fleetAvailable())) return undefined;
  await using parts = new AsyncDisposableStack();
  const fleet = parts.use(await startFleet({ hosts: 3 }));
  const production = await startProduction(fleet);
  const { hosts } = fleet;
  const address = production.database.address;
  const releases = guideReleases.map(({ tag, message }) => ({ tag, subject: message, sha: production.sha(tag) }));
  const [, target] = releases;
  const schema = guideReleases[1]?.migrations?.at(-1)?.revision;
  if (target === undefined || schema === undefined) throw new Error('A rollback needs a release to return to');
  const running = parts.move();
  return {
    description: `three Debian hosts with systemd, sshd and nginx, MariaDB on the first one; nginx answers at http://${address}`,
    releases,
    target,
    inputs: {
      method: 'git',
      hosts: hosts.map((host) => host.address).join('\n'),
      'ssh-user': fleet.user,
      'ssh-private-key': fleet.privateKey,
      'ssh-known-hosts': fleet.knownHosts,
      'app-dir': production.appDirectory,
      services: production.service,
      reload: 'nginx',
      migrations: 'alembic',
      'migrations-dir': 'apps/backend',
      virtualenv: 'venv',
      'env-file': 'apps/backend/.env',
      'health-url': `http://${address}/health`,
      'host-health-url': 'http://127.0.0.1:8000/health',
      'version-from': 'header:X-Version',
      'health-timeout': '20s',
      'smoke-tests': ['jobs', 'careers', 'analytics'].map((table) => `http://${address}/api/${table}`).join('\n'),
      'log-files': '/var/log/green-matchers/app.log',
      reason: 'v3 answers 500 since it was deployed',
    },
    look: () => Promise.all([
      ...hosts.map(async (host) => lookAtHost(
        host.name, await host.run(`git -C ${production.appDirectory} rev-parse HEAD`, { user: 'deploy' }), `http://${host.address}:8000/health`, { releases, target })),
      production.query('SELECT version_num FROM alembic_version').then((revisions) => (
        { name: 'database', says: `is at the revision ${revisions.join(', ')}`, back: revisions.join() === schema }
      )),
    ]),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
