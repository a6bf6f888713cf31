/** Runs a question to a host in a real shell of this machine, with the prelude that hosts are given. */
import { spawnSync } from 'node:child_process';
import { prelude } from '../../src/hosts/prelude.ts';
import type { Facts } from '../../src/ports.ts';

export const shells = [['sh'], ['bash', '--posix'], ['busybox', 'sh']].filter(([program = '', ...options]) => spawnSync(program, [...options, '-c', ':'], { stdio: 'ignore' }).status === 0);

export function askHere(script: string, { shell = ['sh'], path = process.env['PATH'] ?? '', user }: { readonly shell?: readonly string[]; readonly path?: string; readonly user?: number } = {}): Facts {
  const [program = 'sh', ...options] = shell;
  const asked = spawnSync(program, [...options, '-s'], {
    input: `${prelude}set -eu\n${script}`,
    encoding: 'utf8',
    env: { PATH: path },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  if (asked.status !== 0 || asked.stderr !== '' || asked.stdout !== '') throw new Error(`${shell.join(' ')}: ${asked.status}: ${asked.stdout}${asked.stderr}`, { cause: asked.error });
  const facts = new Map<string, string[]>();
  for (const line of (asked.output[3] ?? '').split('\n').filter(Boolean)) {
    const [name = '', ...value] = line.split('=');
    facts.set(name, [...(facts.get(name) ?? []), value.join('=')]);
  }
  return facts;
}
