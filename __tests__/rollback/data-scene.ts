import type { Engine as EngineType } from '../../src/databases/engine.ts';
import { repository } from '../../src/commands/git.ts';
import { engineNamed } from '../../src/databases/registry.ts';
import { prelude } from '../../src/hosts/prelude.ts';
import type { Engine } from '../fleet/database.ts';
import { startFleet, type Fleet } from '../fleet/fleet.ts';
import type { Host } from '../fleet/host.ts';
import { startProduction, type Production } from '../fleet/production.ts';
import { backend } from '../fleet/release.ts';

/** The guide's production with a healthy v2 deployed, whose data tests lose and bring back. */
export type DataScene = AsyncDisposable & {
  readonly fleet: Fleet;
  readonly production: Production;
  /** The host that runs the database, which is the first. */
  readonly host: Host;
  /** SQL as the server's own administrator; rows as lines, columns parted by blanks. */
  sql(text: string, database?: string): Promise<string>;
  /** Makes a backup of what is live now, as the action makes one, and returns its path. `release` is a tag. */
  backUp(release: string, stamp?: string): Promise<string>;
  /** The databases that are not the server's own. */
  databases(): Promise<readonly string[]>;
  /** The database that the application's env file names, on each host. */
  named(): Promise<readonly string[]>;
  /** v2 with its data, no backups, no other databases, no rollback has ever been there. */
  reset(): Promise<void>;
};

export const live = 'green_matchers_db';
const backups = '/var/backups/green-matchers';

/** Whoever restores has the rights of the server's own account; `deploy` gets to it through sudo. */
export const restoreRights = 'deploy ALL=(root) NOPASSWD: /usr/bin/mariadb, /usr/bin/mariadb-dump\ndeploy ALL=(postgres) NOPASSWD: ALL\n';

export async function openDataScene(engine: Engine, hosts = 2): Promise<DataScene> {
  const fleet = await startFleet({ hosts });
  try {
    const production = await startProduction(fleet, { engine });
    const [host] = fleet.hosts;
    if (host === undefined) throw new Error('A production needs a host');
    await production.commitAll([
      { tag: 'v3-good', parent: 'v3', message: 'deploy: release 3.1 that is well', health: 'ok' },
      { tag: 'v2-bad', parent: 'v2', message: 'release 2.1 that is not', serves: 'careers', health: '500' },
    ]);
    await Promise.all(fleet.hosts.map((each) => each.write('/etc/sudoers.d/restore', restoreRights, '0440')));
    await production.deploy('v2');
    const environment = `DATABASE_URL=${production.databaseUrl}\n`;
    await host.run(save[engine]);
    const sql: DataScene['sql'] = async (text, database = live) => (await host.run(admin[engine](database), { input: text })).replaceAll(/[\t|]/g, ' ').trimEnd();
    const scene: DataScene = {
      fleet, production, host, sql,
      backUp: (release, stamp = '20260101T000000Z') => backUp(host, production, engineOf(engine), release, stamp),
      databases: async () => (await sql(engine === 'mariadb' ? 'SHOW DATABASES' : 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1', engine === 'mariadb' ? 'mysql' : 'postgres'))
        .split('\n').filter((name) => !/^(information_schema|performance_schema|mysql|sys|postgres)$/.test(name)).toSorted(),
      named: () => Promise.all(fleet.hosts.map(async (each) => (await each.run(`sed -n 's/^DATABASE_URL=.*[/]//p' ${production.appDirectory}/${backend}/.env`)).trim())),
      async reset() {
        await Promise.all(fleet.hosts.map(async (each) => {
          await each.run(`systemctl stop ${production.service}; rm -rf /home/deploy/.local/state/* ${backups} ${production.appDirectory}/.git/rollback-action*`);
          await each.write(`${production.appDirectory}/${backend}/.env`, environment, '0600', 'deploy:deploy');
        }));
        for (const name of await scene.databases()) await sql(engine === 'mariadb' ? `DROP DATABASE \`${name}\`` : `DROP DATABASE "${name}" WITH (FORCE)`, engine === 'mariadb' ? 'mysql' : 'postgres');
        await host.run(bringBack[engine]);
        await production.deploy('v2');
      },
      [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
    };
    return scene;
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

function engineOf(engine: Engine): EngineType {
  const found = engineNamed(engine === 'mariadb' ? 'mysql' : engine);
  if (found === undefined) throw new Error(`No engine for ${engine}`);
  return found;
}

/** As a step of the action makes it on the host. */
async function backUp(host: Host, production: Production, engine: EngineType, release: string, stamp: string): Promise<string> {
  const file = `${production.appDirectory}/${backend}/.env`;
  const place = { folder: backups, keep: 50, environment: 'production', app: production.appDirectory, run: `deploy-${release}-${stamp}`.toLowerCase(), release: production.sha(release), stamp, good: [], by: 'backup' as const };
  const said = await host.run(`facts=$(mktemp)\n${prelude}exec 3>"$facts"\nset -eu\n${repository(production.appDirectory)}${engine.client({ kind: 'env-file', file, key: 'DATABASE_URL' })}${engine.dump(place)}\ncat "$facts"`, { user: 'deploy' });
  return /^location=(.*)$/m.exec(said)?.[1] ?? '';
}

const admin: Record<Engine, (database: string) => string> = {
  mariadb: (database) => `exec mariadb --default-character-set=utf8mb4 --batch --raw --skip-column-names ${database}`,
  postgresql: (database) => `exec runuser -u postgres -- psql --quiet --no-psqlrc --tuples-only --no-align --field-separator=' ' --set=ON_ERROR_STOP=1 ${database}`,
};

const save: Record<Engine, string> = {
  mariadb: `mariadb-dump --routines --triggers --events --databases ${live} > /root/base`,
  postgresql: `cd / && runuser -u postgres -- pg_dump --format=custom ${live} > /root/base`,
};

const bringBack: Record<Engine, string> = {
  mariadb: `mariadb < /root/base && mariadb -e "GRANT ALL ON ${live}.* TO green_user@'%'"`,
  postgresql: `cd / && runuser -u postgres -- createdb --owner=green_user ${live} && runuser -u postgres -- pg_restore --dbname=${live} < /root/base`,
};
