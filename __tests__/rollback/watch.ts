/** Looks for secrets on hosts and on the runner, from outside: in arguments, environments, files. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../fleet/host.ts';

/** Lines of the key that no other key has, and each other secret in the forms in which it could leak. */
export function canariesOf(key: string, texts: readonly string[]): readonly string[] {
  const lines = key.trim().split('\n').slice(1, -1).filter((line, index) => index > 0 && line.length > 20);
  return [...lines, ...texts.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -2)])];
}

export const patterns = (canaries: readonly string[]): string => canaries.map((canary) => `${canary}\n`).join('');

/** Every process whose arguments or environment hold a canary: `argv mariadb-dump`. The app's own, which systemd gives its password, left out. */
const lookScript = `for process in /proc/[0-9]*; do
  grep -q green-matchers-api.service "$process/cgroup" 2> /dev/null && continue
  for where in cmdline environ; do
    tr '\\0' '\\n' < "$process/$where" 2> /dev/null | grep -qF -f /run/canaries && echo "$where $(cat "$process/comm" 2> /dev/null)"
  done
done`;

export async function look(host: Host, canaries: readonly string[]): Promise<string> {
  await host.write('/run/canaries', patterns(canaries), '0600');
  return host.run(`${lookScript}\n:`);
}

/** A process that has a canary, to show that it would be found. */
export async function control(host: Host, canaries: readonly string[], canary: string): Promise<string> {
  await host.run(`systemd-run --quiet --collect --service-type=exec --unit=control --setenv=LEAK=${canary} sleep infinity`);
  const seen = await look(host, canaries);
  await host.run('systemctl stop control.service');
  return seen;
}

/** Looks again and again, as fast as it can, until it is ended. */
export async function startWatch(host: Host, canaries: readonly string[]): Promise<void> {
  await host.write('/run/canaries', patterns(canaries), '0600');
  await host.write('/run/watch.sh', `while [ -e /run/watching ]; do\n${lookScript}\ndone >> /run/seen\n`);
  await host.run('touch /run/watching /run/seen && systemd-run --quiet --collect --unit=watch bash /run/watch.sh');
}

export function endWatch(host: Host): Promise<string> {
  return host.run('rm /run/watching; while systemctl is-active --quiet watch.service; do sleep 0.1; done; sort -u /run/seen; rm /run/seen');
}

/** The runner swallows these lines. */
export const unmasked = (log: string): string => log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n');

export async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => [join(entry.parentPath, entry.name), await readFile(join(entry.parentPath, entry.name), 'utf8')] as const)));
}
