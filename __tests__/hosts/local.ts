/** This machine as a host: the same command line and the same input as over SSH, run by a login shell, without the network. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../src/adapters/clock.ts';
import { bootstrap } from '../../src/hosts/bootstrap.ts';
import type { Connection } from '../../src/hosts/connection.ts';
import { host } from '../../src/hosts/host.ts';
import type { Fence } from '../../src/hosts/jobs.ts';
import { link } from '../../src/hosts/link.ts';
import type { Host } from '../../src/ports.ts';
import { present } from './shells.ts';

/** Login shells of this machine that a host could have. */
export const shells = present('dash', 'bash', 'bash --posix', 'fish', 'csh', 'zsh', 'busybox sh');

/** Hands the command line to a login shell, as sshd does. */
export async function login(shell: string, input: string | Buffer, env: NodeJS.ProcessEnv = process.env): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program = '', ...words] = shell.split(' ');
  const child = spawn(program, [...words, '-c', bootstrap], { env });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 137));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

export type Local = Host & AsyncDisposable & { readonly home: string };

/** A host with a home of its own; `shell` can be a wrapper. */
export async function local(fence: Partial<Fence> = {}, options: { readonly home?: string; readonly shell?: string; readonly name?: string } = {}): Promise<Local> {
  const home = options.home ?? await mkdtemp(join(tmpdir(), 'host-'));
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_GLOBAL: '/dev/null' };
  const connection: Connection = {
    alive: true,
    exec: async (stdin) => ({ kind: 'ended', ...(await login(options.shell ?? 'sh', stdin, env)) }),
    dial: () => Promise.reject(new Error('Not here')),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const one = host({
    name: options.name ?? 'web-1', link: link(async () => connection), run: { environment: 'production', id: '7-1' }, clock: systemClock, nonce: randomUUID,
    fence: () => ({ place: { folder: join(home, 'lock') }, token: 'ours', ...fence }),
  });
  return { ...one, home, [Symbol.asyncDispose]: async () => (options.home === undefined ? rm(home, { recursive: true, force: true }) : undefined) };
}
