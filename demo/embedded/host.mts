/**
 * A host without a machine and without root: a folder of its own, an SSH server before it, and real processes.
 *
 * All hosts live in one file system, yet an application lies at the same path on each, such as `/var/www/app`. So every process of a host
 * inherits a file descriptor that is open on the host's folder, and `place.root`, the same path on every host, is a link to it.
 */
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, open, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startSshServer, type Command, type SshServer } from './ssh-server.mts';

/** Beyond the nine that a shell's own redirections can name. */
const rootDescriptor = 20;

/** Where hosts live. */
export type Place = {
  /** On this machine; every host has a folder of its name in it. */
  readonly folder: string;
  /** On every host: its own root. */
  readonly root: string;
};

export type EmbeddedHost = AsyncDisposable & {
  readonly name: string;
  readonly ssh: Pick<SshServer, 'port' | 'publicKey'>;
  /** Runs a command as SSH would, and returns what it printed. @throws Error with its stderr */
  readonly run: (command: string) => Promise<string>;
};

export async function makePlace(folder: string): Promise<Place> {
  const root = join(folder, 'host');
  await symlink(`/proc/self/fd/${rootDescriptor}`, root);
  return { folder, root };
}

/**
 * @param allowed the public key that is let in
 * @param files by absolute path on the host
 * @param ports by port on the host's own loopback: the port of this machine's that is meant
 */
export async function startHost(place: Place, name: string, { allowed, files, ports }: {
  readonly allowed: string;
  readonly files: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<number, number>>;
}): Promise<EmbeddedHost> {
  const folder = join(place.folder, name);
  const bin = join(folder, 'usr/local/bin');
  const home = join(folder, 'home/deploy');
  await Promise.all([bin, home].map((path) => mkdir(path, { recursive: true })));
  await Promise.all([standIns(bin), ...Object.entries(files).map(async ([path, content]) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  })]);
  const root = await open(folder);
  const env = {
    PATH: `${place.root}/usr/local/bin:${process.env['PATH'] ?? ''}`, HOME: `${place.root}/home/deploy`, USER: 'deploy', LOGNAME: 'deploy', SHELL: '/bin/sh',
    XDG_STATE_HOME: `${place.root}/home/deploy/.local/state`, GIT_CONFIG_NOSYSTEM: '1', DEMO_ROOT: place.root, ...markOf(place.folder),
  };
  const between = Array.from({ length: rootDescriptor - 3 }, () => 'ignore' as const);
  // Not in the terminal's group: Ctrl-C is for the demo and not for its hosts.
  const start = (command: string): Command =>
    spawn('/bin/sh', ['-c', command], { cwd: home, env, stdio: ['pipe', 'pipe', 'pipe', ...between, root.fd], detached: true }) as Command;
  const server = await startSshServer(allowed, { run: start, route: (address, port) => (isLoopback(address) ? ports[port] : undefined) });
  return {
    name,
    ssh: server,
    run: (command) => finished(name, start(command)),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await root.close();
    },
  };
}

/** What every process of a place has in its environment: it is found by that when the place goes. */
export function markOf(folder: string): Readonly<Record<string, string>> {
  return { DEMO_FOLDER: folder };
}

async function standIns(bin: string): Promise<void> {
  const folder = join(import.meta.dirname, 'bin');
  for (const name of await readdir(folder)) {
    await copyFile(join(folder, name), join(bin, name));
    await chmod(join(bin, name), 0o755);
  }
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '127.0.0.1' || address === '::1';
}

async function finished(host: string, command: Command): Promise<string> {
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) command[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  command.stdin.end();
  const code = await new Promise<number | null>((resolve, reject) => command.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`A command on ${host} ended with ${String(code)}: ${said.stderr.trim()}`);
  return said.stdout;
}
