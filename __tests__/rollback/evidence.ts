/** What a rollback leaves on the hosts, read from outside, without any part of the software under test. */
import type { Host } from '../fleet/host.ts';
import type { Production } from '../fleet/production.ts';
import { tree } from '../fleet/tree.ts';

/** A step as a host's journal has it. Times are the file system's, seconds since the epoch with their fraction. */
export type Kept = { readonly run: string; readonly step: string; readonly starts: number; readonly started: number; readonly rc: string; readonly ended: number };

const state = '/home/deploy/.local/state/rollback-action';

/** All steps of all runs on a host, run after run, in the order in which they were first started. */
export async function steps(host: Host): Promise<readonly Kept[]> {
  const lines = await host.run(`cd ${state}/production 2> /dev/null || exit 0
for run in $(ls -1); do
  [ -f "$run/order" ] || continue
  while read -r step; do
    echo "$run $step $(wc -l < "$run/$step/started") $(stat -c %.9Y "$run/$step/started") $(tr -d ' ' < "$run/$step/rc" 2> /dev/null || echo none) $(stat -c %.9Y "$run/$step/rc" 2> /dev/null || echo 0)"
  done < "$run/order"
done`);
  return lines.split('\n').filter(Boolean).map((line) => {
    const [run = '', step = '', starts, started, rc = '', ended] = line.split(' ');
    return { run, step, starts: Number(starts), started: Number(started), rc, ended: Number(ended) };
  });
}

/** The releases that answer, on fresh connections: on every host itself, and through nginx on every host. One each, when all is well. */
export async function answering({ hosts }: Production): Promise<Readonly<Record<string, readonly string[]>>> {
  const entries = await Promise.all(hosts.flatMap(({ name, address }) => [8000, 80].map(async (port) => {
    const versions = new Set<string>();
    for (let turn = 0; turn < 12; turn += 1) {
      const response = await fetch(`http://${address}:${port}/health`, { headers: { connection: 'close' } });
      versions.add(`${response.headers.get('x-version')} ${response.status}`);
    }
    return [port === 80 ? `nginx on ${name}` : name, [...versions].toSorted()] as const;
  })));
  return Object.fromEntries(entries);
}

/** What `answering` says when every process of every host answers so: `v2 200`. */
export function everywhere({ hosts }: Production, answer: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(hosts.flatMap(({ name }) => [[name, [answer]], [`nginx on ${name}`, [answer]]]));
}

/** Every start of the app's unit on a host since it booted, by systemd's invocation. */
export async function starts(host: Host, { service }: Production): Promise<readonly string[]> {
  const lines = await host.run(`journalctl --quiet --no-pager --output=json --output-fields=INVOCATION_ID JOB_RESULT=done UNIT=${service} | grep -o '"INVOCATION_ID":"[0-9a-f]*"'`);
  return [...new Set(lines.split('\n').filter(Boolean))];
}

/** What a run that has ended must not leave on a host: locks, material for an undo, kept virtualenvs. */
export async function leftBehind(production: Production): Promise<readonly string[]> {
  const found = await Promise.all(production.hosts.map(async (host) =>
    (await host.run(`cd ${production.appDirectory} && ls -d .git/rollback-action.lock* .git/rollback-action/found* .git/index.lock apps/backend/venv.rollback-* 2> /dev/null || :`))
      .split('\n').filter(Boolean).map((path) => `${host.name}: ${path}`)));
  return found.flat();
}

/** The hosts that are locked now, with what their lock says. */
export async function locks(production: Production): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(production.hosts.map(async (host) =>
    [host.name, (await host.run(`cat ${production.appDirectory}/.git/rollback-action.lock/owner 2> /dev/null || :`)).trim()] as const));
  return Object.fromEntries(found.filter(([, owner]) => owner !== ''));
}

/** The lines of a host's record of how rollbacks ended: `rolled-back`, `undone`. */
export async function endings(host: Host): Promise<readonly string[]> {
  const lines = await host.run(`cat ${state}/production/releases 2> /dev/null || :`);
  return lines.split('\n').filter(Boolean).map((line) => String((JSON.parse(line) as { result: unknown }).result));
}

/** The rows of the tables that v2 knows, in the columns that v2 knows: these must survive every rollback to it. */
export async function rowsOfV2(production: Production): Promise<Readonly<Record<string, readonly string[]>>> {
  const columns = { jobs: 'id, title, company, salary, posted_at, remote, location', careers: 'id, name, description', analytics: 'id, name, value, recorded_at' };
  const entries = await Promise.all(Object.entries(columns).map(async ([table, names]) => [table, await production.query(`SELECT ${names} FROM ${table} ORDER BY id`)] as const));
  return Object.fromEntries(entries);
}

/** What a run may leave on a host and in a checkout although everything is as it was: its journal, and what git writes down of its own doings. */
const traces = [
  /^home\/deploy\/\.local(\/state(\/rollback-action(\/.*)?)?)?$/,
  /^var\/www\/green-matchers\/\.git\/(objects|logs|rollback-action)(\/.*)?$/,
  /^var\/www\/green-matchers\/\.git\/(index|ORIG_HEAD|FETCH_HEAD|refs|refs\/rollback-action(\/.*)?)$/,
  /__pycache__/,
  /^var\/backups(\/green-matchers(\/.*)?)?$/,
];

/** Every file of every host with mode, owner and content, but for the traces. */
export async function footprint({ hosts }: Production): Promise<Readonly<Record<string, string>>> {
  const all = await Promise.all(hosts.map(async (host) => Object.entries(await tree(host))
    // A file of the image that is gone shows as `c 0 0:0`, unless its whole folder was put in the place of another.
    .filter(([path, facts]) => !traces.some((trace) => trace.test(path)) && !(path.includes('/venv/') && facts.startsWith('c ')))
    .map(([path, facts]) => [`${host.name}: ${path}`, facts] as const)));
  return Object.fromEntries(all.flat());
}

/** The lines in which two footprints, or two trees, differ. */
export function changes(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): readonly string[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return paths.filter((path) => before[path] !== after[path]).map((path) => `${path}: ${before[path] ?? 'absent'} -> ${after[path] ?? 'absent'}`);
}
