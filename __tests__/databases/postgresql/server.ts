import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A PostgreSQL of the tests' own: an empty data folder, a socket and a port on loopback, ended with the test file. */
export type Server = {
  readonly port: number;
  /** The folder that the socket is in. */
  readonly socket: string;
  /** Where the server's programs are. */
  readonly programs: string;
  /** Runs SQL as the server's superuser; rows as lines of values parted by `|`. */
  sql(text: string, database?: string): string;
  /** The URL of a user, by default of the one who owns the application's databases and may do nothing else. */
  url(database: string, user?: string, password?: string): string;
  createDatabase(name: string): void;
  stop(): Promise<void>;
};

const isRoot = process.getuid?.() === 0;

function programs(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin/postgres').map((path) => dirname(path)).toSorted().at(-1);
}

/**
 * Whether a real server can be started here; it is installed when that is possible.
 * Says so in one loud line when not, and throws on CI, where these tests are never skipped.
 */
export function postgresAvailable(): boolean {
  if (programs() === undefined && existsSync('/usr/bin/apt-get')) {
    const sudo = isRoot ? '' : 'sudo -n ';
    // The package makes a cluster of its own; the tests do not use it.
    spawnSync('sh', ['-c', `${sudo}apt-get update -q && ${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql`], { stdio: 'ignore' });
  }
  if (programs() !== undefined) return true;
  if (process.env['CI']) throw new Error('The database tests must run on CI, but postgresql is not installed');
  console.warn('!!! SKIPPED, NOT TESTED: everything on a real PostgreSQL, because postgresql is not installed !!!');
  return false;
}

export const appPassword = `s3cr3t pa$$'"\\#;%:@/`;

export async function startPostgres(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-postgresql-'));
  chmodSync(folder, 0o755);
  // PostgreSQL does not run as root.
  const [uid, gid] = isRoot ? ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))) : [process.getuid?.(), process.getgid?.()];
  const who = uid === undefined || gid === undefined ? {} : { uid, gid };
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (isRoot && uid !== undefined && gid !== undefined) { chownSync(data, uid, gid); chownSync(folder, uid, gid); }
  const port = await freePort();
  const at = programs() ?? '';
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  execFileSync(`${at}/initdb`, ['-D', data, '-U', 'postgres', '--auth-local=trust', '--auth-host=scram-sha-256', '-E', 'UTF8', '--locale=C', '-N'], { ...who, env, cwd: folder, stdio: 'pipe' });
  const child = spawn(`${at}/postgres`, [
    '-D', data, '-k', folder, '-p', String(port), '-h', '127.0.0.1', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off', '-c', 'shared_buffers=32MB', '-c', 'max_connections=50',
  ], { ...who, env, cwd: folder, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => { child.on('exit', () => resolve()); });
  const client = ['-X', '-q', '-A', '-t', '-h', folder, '-p', String(port), '-U', 'postgres', '-v', 'ON_ERROR_STOP=1'];
  const sql = (text: string, database = 'postgres'): string =>
    execFileSync(`${at}/psql`, [...client, '-d', database, '-f', '-'], { input: text, encoding: 'utf8', env, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 }).trimEnd();
  while (spawnSync(`${at}/psql`, [...client, '-d', 'postgres', '-c', 'SELECT 1'], { env }).status !== 0) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  sql(`CREATE ROLE app LOGIN PASSWORD '${appPassword.replaceAll("'", "''")}'; CREATE ROLE reader`);
  return {
    port, socket: folder, programs: at, sql,
    url: (database, user = 'app', password = appPassword) => `postgresql+psycopg2://${encodeURIComponent(user)}:${encodeURIComponent(password).replaceAll("'", '%27')}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    createDatabase(name) {
      sql(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      sql(`CREATE DATABASE "${name}" OWNER app`);
    },
    async stop() {
      // "Immediate": the children end with it, nothing is written to disk any more.
      child.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
