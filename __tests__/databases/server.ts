import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A MariaDB of the tests' own: an empty data folder, a socket and a port on loopback, ended with the test file. */
export type Server = {
  readonly port: number;
  readonly socket: string;
  /** Runs SQL as the server's root; rows as lines of tab-separated values. */
  sql(text: string, database?: string): string;
  /** The URL of the application's user, who may do anything in `database` and nothing else. */
  url(database: string): string;
  createDatabase(name: string): void;
  stop(): Promise<void>;
};

const isRoot = process.getuid?.() === 0;

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin; command -v ${program}`]).status === 0;
}

/**
 * Whether a real server and a real alembic can be started here; they are installed when that is possible.
 * Says so in one loud line when not, and throws on CI, where these tests are never skipped.
 */
export function databaseAvailable(): boolean {
  const needed = () => ['mariadbd', 'mariadb', 'alembic'].filter((program) => !has(program));
  if (needed().length > 0 && has('apt-get')) {
    const sudo = isRoot ? [] : ['sudo', '-n'];
    // The package starts a server of its own on a machine with systemd; the tests do not use it.
    spawnSync('sh', ['-c', `${sudo.join(' ')} apt-get update -q && ${sudo.join(' ')} env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends mariadb-server alembic python3-pymysql`], { stdio: 'ignore' });
  }
  const missing = needed();
  if (missing.length === 0) return true;
  if (process.env['CI']) throw new Error(`The database tests must run on CI, but these are not installed: ${missing.join(', ')}`);
  console.warn(`!!! SKIPPED, NOT TESTED: everything on a real database, because these are not installed: ${missing.join(', ')} !!!`);
  return false;
}

const appPassword = `p@ss#w/ord%'$x`;

export async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-mariadb-'));
  const user = isRoot ? ['--user=mysql'] : [];
  if (isRoot) {
    const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' })));
    chownSync(folder, uid, gid);
  }
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const socket = join(folder, 's');
  const port = await freePort();
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  execFileSync('mariadb-install-db', ['--no-defaults', ...user, `--datadir=${data}`, `--tmpdir=${folder}`, '--auth-root-authentication-method=normal', '--skip-test-db'], { env, stdio: 'pipe' });
  const child = spawn('mariadbd', [
    '--no-defaults', ...user, `--datadir=${data}`, `--tmpdir=${folder}`, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1', `--pid-file=${folder}/pid`,
    '--skip-name-resolve', '--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=0', '--sync-binlog=0', '--character-set-server=utf8mb4', '--event-scheduler=OFF',
  ], { env, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => { child.on('exit', () => resolve()); });

  const sql = (text: string, database = ''): string =>
    execFileSync('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '--default-character-set=utf8mb4', '-N', '-B', '-r', ...(database === '' ? [] : [database])],
      { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 }).trimEnd();
  for (;;) {
    const up = await new Promise<boolean>((resolve) => { execFile('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '-e', 'SELECT 1'], (error) => resolve(error === null)); });
    if (up) break;
    if (child.exitCode !== null) throw new Error(`mariadbd ended with ${child.exitCode}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  sql(`CREATE USER app@'%' IDENTIFIED BY '${appPassword.replaceAll("'", "''")}'`);
  return {
    port, socket, sql,
    url: (database) => `mysql+pymysql://app:${encodeURIComponent(appPassword).replaceAll("'", '%27')}@127.0.0.1:${port}/${database}?charset=utf8mb4`,
    createDatabase(name) {
      sql(`DROP DATABASE IF EXISTS \`${name}\`; CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4; GRANT ALL ON \`${name}\`.* TO app@'%'`);
    },
    async stop() {
      child.kill('SIGKILL');
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
