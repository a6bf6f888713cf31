import type { Host } from '../fleet/host.ts';
import type { Production } from '../fleet/production.ts';
import { runAction, startAction, type Ended, type Started } from '../rollback/runner.ts';

type Inputs = Readonly<Record<string, string>>;

/** The inputs with which a deployment backs up the guide's production. @param overrides by name; an empty text takes an input out */
export function inputsFor({ fleet, hosts, appDirectory }: Production, overrides: Inputs = {}): Inputs {
  const all = {
    hosts: hosts.map(({ address }) => address).join('\n'), 'ssh-user': fleet.user, 'ssh-private-key': fleet.privateKey, 'ssh-known-hosts': fleet.knownHosts,
    'app-dir': appDirectory, 'env-file': 'apps/backend/.env', ...overrides,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

export function startBackup(production: Production, overrides?: Inputs, environment?: Inputs): Started {
  return startAction(inputsFor(production, overrides), environment, 'backup');
}

export function runBackup(production: Production, overrides?: Inputs, environment?: Inputs): Promise<Ended> {
  return runAction(inputsFor(production, overrides), environment, 'backup');
}

/** The output `backup`. */
export function backupsIn({ outputs }: Ended): readonly { readonly kind: string; readonly host: string; readonly location: string; readonly bytes: number; readonly sha256: string }[] {
  return JSON.parse(outputs['backup'] ?? 'null') as ReturnType<typeof backupsIn>;
}

export const backupFolder = '/var/backups/green-matchers';

/** What lies in the backup folder: whole file names, sorted. */
export async function filesOn(host: Host): Promise<readonly string[]> {
  return (await host.run(`ls -1 ${backupFolder} 2> /dev/null || :`)).split('\n').filter(Boolean);
}

/** The releases whose dumps are kept there, oldest first, by their short SHAs. */
export async function dumpsOn(host: Host): Promise<readonly string[]> {
  return (await filesOn(host)).filter((name) => /^database-.*(?<!\.json)$/.test(name)).map((name) => name.split('-')[2] ?? '');
}

export async function manifestOf(host: Host, location: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await host.run(`cat ${location}.json`)) as Readonly<Record<string, unknown>>;
}

/** Puts a program in the place of the dump program on a host; in the script `"$real"` is the dump program. */
export async function wrapDumper(host: Host, name: string, script: string): Promise<AsyncDisposable> {
  const file = (await host.run(`ls /usr/lib/postgresql/*/bin/${name} 2> /dev/null || readlink -f /usr/bin/${name}`)).trim();
  await host.run(`mv ${file} ${file}.real`);
  await host.write(file, `#!/bin/sh\nreal=${file}.real\ncase " $* " in *" --help "* | *" --version "*) exec "$real" "$@";; esac\n${script}\n`, '0755');
  return { [Symbol.asyncDispose]: async () => void (await host.run(`mv ${file}.real ${file}`)) };
}
