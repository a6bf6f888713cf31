import { createDatabase } from '../fleet/database.ts';
import type { Host } from '../fleet/host.ts';
import { backend } from '../fleet/release.ts';
import { account, startAws, type Aws } from '../databases/rds/aws.ts';
import type { State } from '../databases/rds/relay.ts';
import { makeInstance } from '../databases/rds/sources.ts';
import { releaseTag } from '../../src/databases/rds/tags.ts';
import { live, openDataScene, type DataScene } from './data-scene.ts';

/**
 * The guide's production on an RDS instance `green`: AWS answers, and two servers stand for the data. The first host's is the live one's; the second
 * host's, with the data of v2, is that of whatever is restored, from the moment at which AWS is asked for it.
 */
export type RdsScene = AsyncDisposable & {
  readonly data: DataScene;
  readonly aws: Aws;
  /** That of the second host. */
  readonly other: Host;
  /** For the action's process. */
  readonly environment: Readonly<Record<string, string>>;
  /** What AWS was asked to restore since `reset`, by identifier. */
  readonly asked: string[];
  /** In which states what is restored next comes to be. */
  states: readonly State[];
  /** SQL on the server of what is restored, as its administrator. */
  otherSql(text: string): Promise<string>;
  /** The env file of each host, to the byte. */
  envFiles(): Promise<readonly string[]>;
  /** What an env file has to hold that names this instance. */
  envFile(id: string): string;
  /** How often the application has connected to the live one's server, and to the other. */
  connections(): Promise<readonly [old: number, other: number]>;
  /** AWS's time goes on by itself until the test is done with it. */
  passing(): Disposable;
  reset(): Promise<void>;
};

export const liveId = 'green';
export const snapshotId = 'green-before';
export const inputs = { method: 'database', 'rds-instance': liveId, 'aws-region': 'eu-central-1', 'expected-aws-account-id': account };

const minute = 60_000;
const soon: readonly State[] = [[0, 'creating'], [minute, 'available']];
const connected = "SELECT COALESCE(SUM(total_connections), 0) FROM information_schema.user_statistics WHERE user = 'green_user'";

export function endpoint(id: string): string {
  return `${id}.abcdefgh.eu-central-1.rds.amazonaws.com`;
}

export async function openRdsScene(): Promise<RdsScene> {
  const data = await openDataScene('mariadb', 2);
  const { fleet, production, host: first } = data;
  const [, other] = fleet.hosts;
  if (other === undefined) throw new Error('Two servers need two hosts');
  const file = `${production.appDirectory}/${backend}/.env`;
  const names = await first.run('cat /etc/hosts');
  const resolve = (restored: readonly string[]): Promise<unknown> => Promise.all(fleet.hosts.map((host) =>
    host.write('/etc/hosts', [names.trimEnd(), `${first.address} ${endpoint(liveId)}`, ...restored.map((id) => `${other.address} ${endpoint(id)}`), ''].join('\n'))));

  await createDatabase(other, 'mariadb');
  await other.write('/root/base', await first.run('cat /root/base'), '0600');
  const aws = await startAws();
  const named = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_EC2_METADATA_DISABLED', 'AWS_REGION'];
  const environment = Object.fromEntries(named.map((name) => [name, process.env[name] ?? '']));
  await makeInstance(aws, liveId, {}, snapshotId);
  await aws.call('AddTagsToResource', { ResourceName: `arn:aws:rds:eu-central-1:${account}:snapshot:${snapshotId}`, 'Tags.Tag.1.Key': releaseTag, 'Tags.Tag.1.Value': production.sha('v2') });

  const scene: RdsScene = {
    data, aws, other, environment, asked: [], states: soon,
    otherSql: async (text) => (await other.run(`exec mariadb --default-character-set=utf8mb4 --batch --raw --skip-column-names ${live}`, { input: text })).replaceAll('\t', ' ').trimEnd(),
    envFiles: () => Promise.all(fleet.hosts.map((host) => host.run(`cat ${file}`))),
    envFile: (id) => `# ${endpoint(liveId)}:3306 is in the console as "${liveId}"\nGREETING='  a = b  '\nDATABASE_URL=${production.databaseUrl.replace(`@${first.address}:`, `@${endpoint(id)}:`)}\nLAST=${endpoint(liveId)}`,
    connections: async () => [Number(await data.sql(connected)), Number(await scene.otherSql(connected))],
    passing() {
      const timer = setInterval(() => void aws.clock.sleep(minute / 2), 100);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
    async reset() {
      await data.reset();
      aws.relay.faults = [];
      aws.relay.calls.length = 0;
      scene.asked.length = 0;
      scene.states = soon;
      await resolve([]);
      await other.run(`mariadb -e 'DROP DATABASE ${live}; SET GLOBAL userstat = 1' && mariadb < /root/base && mariadb -e "GRANT ALL ON ${live}.* TO green_user@'%'"`);
      await data.sql('SET GLOBAL userstat = 1');
      await Promise.all(fleet.hosts.map((host) => host.write(file, scene.envFile(liveId), '0600', 'deploy:deploy')));
      await production.deploy('v2');
    },
    async [Symbol.asyncDispose]() {
      await aws[Symbol.asyncDispose]();
      await data[Symbol.asyncDispose]();
    },
  };
  aws.relay.before = async ({ action, form }) => {
    if (!action.startsWith('RestoreDBInstance')) return;
    const id = form.get('TargetDBInstanceIdentifier') ?? form.get('DBInstanceIdentifier') ?? '';
    scene.asked.push(id);
    aws.relay.scripts.set(id, scene.states);
    await resolve(scene.asked);
  };
  return scene;
}
