/** A real OpenSSH server of our own on 127.0.0.1, with its own keys, its own user database entries, and its own home folder. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { attempt, run } from '../../fleet/run.ts';
import { until } from '../../fleet/until.ts';

const sshd = '/usr/sbin/sshd';

/**
 * Whether sshd is there; installed first where that is possible. Says so in one loud line when not, and throws on CI, where these tests
 * are never skipped.
 */
export async function sshdAvailable(): Promise<boolean> {
  const has = async (): Promise<boolean> => (await attempt(['test', '-x', sshd])).code === 0;
  if (await has()) return true;
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', 'openssh-server'];
  const words = process.getuid?.() === 0 ? apt : ['sudo', '-n', ...apt];
  await attempt(words, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).catch(() => undefined);
  if (await has()) return true;
  if (process.env['CI']) throw new Error('OpenSSH must be tested on CI, but openssh-server could not be installed');
  console.warn('!!! SKIPPED, NOT TESTED: everything over SSH, because openssh-server is missing and could not be installed !!!');
  return false;
}

export type Sshd = AsyncDisposable & {
  readonly port: number;
  readonly user: string;
  /** Home of who logs in; removed with the server. */
  readonly home: string;
  /** Private half of the key that is let in. */
  readonly clientKey: string;
  /** `ssh-ed25519 AAAA…` by type. */
  readonly hostKeys: Readonly<Record<'ed25519' | 'ecdsa' | 'rsa', string>>;
  /** What it logged. */
  log(): string;
  /** Lets the other's client key in as well. */
  allow(other: Sshd): Promise<void>;
  /** A known_hosts line for this port. */
  line(type?: 'ed25519' | 'ecdsa' | 'rsa', port?: number): string;
};

/** Starts it; `extra` are more lines of sshd_config. */
export async function startSshd(extra: readonly string[] = []): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'sshd-'));
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const types = ['ed25519', 'ecdsa', 'rsa'] as const;
  await Promise.all([...types.map((type) => [type, `host_${type}`]), ['ed25519', 'client']].map(([type = '', name = '']) =>
    run(['ssh-keygen', '-q', '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []), '-N', '', '-C', '', '-f', join(folder, name)])));
  const keys = await Promise.all(types.map(async (type) => (await readFile(join(folder, `host_${type}.pub`), 'utf8')).trim()));
  const [ed25519 = '', ecdsa = '', rsa = ''] = keys;
  const hostKeys = { ed25519, ecdsa, rsa };
  const port = await freePort();
  await writeFile(join(folder, 'sshd_config'), [
    `Port ${port}`, 'ListenAddress 127.0.0.1', ...types.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
    `AuthorizedKeysFile ${join(folder, 'client.pub')}`, `PidFile ${join(folder, 'pid')}`, 'StrictModes no', 'UsePAM no',
    'PermitRootLogin yes', 'PasswordAuthentication no', 'PrintMotd no', 'MaxStartups 10:30:100',
    `SetEnv HOME=${home}`, ...extra, '',
  ].join('\n'));
  await chmod(folder, 0o755);
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const server = spawn(sshd, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(`sshd listens: ${said}`, () => (/Server listening/.test(said) ? true : undefined), 10);
  return {
    port, user: userInfo().username, home, hostKeys,
    clientKey: await readFile(join(folder, 'client'), 'utf8'),
    log: () => said,
    allow: async (other) => {
      await writeFile(join(folder, 'other'), other.clientKey, { mode: 0o600 });
      await appendFile(join(folder, 'client.pub'), await run(['ssh-keygen', '-y', '-f', join(folder, 'other')]));
    },
    line: (type = 'ed25519', at = port) => `[127.0.0.1]:${at} ${hostKeys[type]}`,
    async [Symbol.asyncDispose]() {
      await ended(server);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  await new Promise((resolve) => {
    server.once('exit', resolve);
    server.kill();
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
