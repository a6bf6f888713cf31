import { isDeepStrictEqual } from 'node:util';
import { startFleet, type Fleet, type HostPlan } from '../fleet/fleet.ts';
import type { Host } from '../fleet/host.ts';
import { startProduction, type Production } from '../fleet/production.ts';
import { backend } from '../fleet/release.ts';
import { snapshot } from '../fleet/snapshot.ts';

/** The guide's production on a fleet of its own, the broken v3 deployed, that tests use one after the other. */
export type Scene = AsyncDisposable & {
  readonly fleet: Fleet;
  readonly production: Production;
  /** The n-th host, from 1: `app1` is the first. */
  host(number: number): Host;
  /** Production as it was at first, whatever a test did to checkout, database, packages and units; no rollback has ever been there. */
  reset(): Promise<void>;
};

export async function openScene(hosts: number | HostPlan[] = 3): Promise<Scene> {
  const fleet = await startFleet({ hosts });
  try {
    const production = await startProduction(fleet);
    const dump = await production.database.run('mariadb-dump --add-drop-database --routines --triggers --databases green_matchers_db');
    const first = await snapshot(production);
    return {
      fleet, production,
      host(number) {
        const host = fleet.hosts[number - 1];
        if (host === undefined) throw new Error(`The fleet has no host ${number}`);
        return host;
      },
      async reset() {
        await Promise.all(fleet.hosts.map((host) => host.run(forget(production))));
        if (isDeepStrictEqual(await snapshot(production), first)) return;
        await Promise.all(fleet.hosts.map((host) => host.run(backToV3(production))));
        await production.database.run('mariadb', { input: dump });
        await production.deploy('v3');
      },
      [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
    };
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

function forget({ appDirectory }: Production): string {
  return `rm -rf /home/deploy/.local/state/* /var/backups/green-matchers ${appDirectory}/.git/rollback-action* ${appDirectory}/.git/index.lock
cd ${appDirectory} && git -c safe.directory='*' for-each-ref --format='delete %(refname)' refs/rollback-action | git -c safe.directory='*' update-ref --stdin`;
}

/** Before the database is restored: the code that knows its revisions, and the packages that this code needs. */
function backToV3(production: Production): string {
  const { appDirectory } = production;
  return `chown -R deploy:deploy ${appDirectory}
runuser -u deploy -- sh -euc '
cd ${appDirectory}
git checkout --quiet --force -B main ${production.sha('v3')}
git clean --quiet --force -d
rm -rf ${backend}/venv.rollback-*
grep -q 1.0 ${backend}/venv/lib/python3*/site-packages/green_matching.py || ${backend}/venv/bin/pip install --quiet -r ${backend}/requirements.txt
'`;
}
