/** Inputs that are right each by itself and wrong together. An input that could not be read is not judged again. */
import type { Failure } from '../errors.ts';
import { placeOf, written, type Standard } from './addresses.ts';
import type { ValuesOf } from './declaration.ts';
import type { backupDeclarations, rollbackDeclarations } from './declarations.ts';
import { invalid } from './invalid.ts';
import { asDuration } from './kinds/duration.ts';
import type { HostLine } from './kinds/host.ts';
import { drillRules } from './drill-rules.ts';
import { isEncrypted } from './kinds/private-key.ts';
import { tellRules } from './tell-rules.ts';

export type Values = ValuesOf<ReturnType<typeof rollbackDeclarations>>;

type BackupValues = ValuesOf<typeof backupDeclarations>;

/** @param isSet whether an input was set at all, right or wrong */
export function contradictions(values: Partial<Values>, isSet: (name: keyof Values) => boolean): readonly Failure[] {
  return [
    ...hostRules(values, isSet),
    ...migrationRules(values, isSet),
    ...dataRules(values, isSet),
    ...rdsRules(values, isSet),
    ...restoreRules(values, isSet),
    ...healthRules(values, isSet),
    ...placeRules(values, isSet),
    ...trafficRules(values, isSet),
    ...drillRules(values),
    ...tellRules(values, isSet),
    ...alone('install-when', ['install-command'], isSet),
    ...alone('virtualenv', ['migrations', 'install-command'], isSet),
  ];
}

/** The same for the backup action. */
export function backupContradictions(values: Partial<BackupValues>, isSet: IsSet): readonly Failure[] {
  return [...hostRules(values, isSet), ...dataRules(values, isSet), ...rdsRules(values, isSet), ...savingRules(values, isSet)];
}

type IsSet = (name: keyof Values) => boolean;

function* hostRules(values: Partial<Values>, isSet: IsSet): Generator<Failure> {
  const standard: Standard = { user: values['ssh-user'], port: values['ssh-port'] ?? 22 };
  const lines: Readonly<Record<string, readonly HostLine[]>> = {
    hosts: values.hosts ?? [],
    'load-balancers': values['load-balancers'] ?? [],
    'database-host': values['database-host'] === undefined ? [] : [values['database-host']],
    'ssh-jump-host': values['ssh-jump-host'] === undefined ? [] : [values['ssh-jump-host']],
  };
  for (const name of ['hosts', 'load-balancers'] as const) {
    if (isSet(name) && values[name]?.length === 0) yield invalid(`Input "${name}" must name one host at least, got only comments`, 'Write one host per line.');
    if ((values[name]?.length ?? 0) > 256) yield invalid(`Input "${name}" must name at most 256 hosts, got ${values[name]?.length}`, 'Roll back in several runs, each with an environment of its own.');
  }
  for (const [name, hosts] of Object.entries(lines)) {
    const [example, ...others] = isSet('ssh-user') ? [] : hosts.filter(({ user }) => user === undefined).map(written);
    if (example === undefined) continue;
    yield invalid(`Input "${name}" names ${[example, ...others].join(', ')} without a user, and "ssh-user" is not set`, `Set "ssh-user", or write deploy@${example}.`);
  }
  for (const name of ['hosts', 'load-balancers'] as const) {
    const places = new Set<string>();
    for (const line of values[name] ?? []) {
      const place = placeOf(line, standard);
      if (places.has(place)) yield invalid(`Input "${name}" must name each host once, got ${written(line)} again`, 'Take one of the lines out.');
      places.add(place);
    }
  }
  const seen = new Map((values.hosts ?? []).map((line) => [placeOf(line, standard), line]));
  for (const balancer of values['load-balancers'] ?? []) {
    const host = seen.get(placeOf(balancer, standard));
    if (host !== undefined && (host.user ?? standard.user) !== (balancer.user ?? standard.user)) {
      yield invalid(`Inputs "load-balancers" and "hosts" name ${written(balancer)} and ${written(host)}, one host with two users`, 'Give both the same user.');
    }
  }
  const database = values['database-host'];
  const balancer = database && (values['load-balancers'] ?? []).find((line) => placeOf(line, standard) === placeOf(database, standard));
  if (balancer && (balancer.user ?? standard.user) !== (database.user ?? standard.user)) {
    yield invalid(`Inputs "database-host" and "load-balancers" name ${written(database)} and ${written(balancer)}, one host with two users`, 'Give both the same user.');
  }
  const same = database && seen.get(placeOf(database, standard));
  if (same && (same.user ?? standard.user) !== (database.user ?? standard.user)) {
    yield invalid(`Inputs "database-host" and "hosts" name ${written(database)} and ${written(same)}, one host with two users`, 'Give both the same user.');
  }
  const key = values['ssh-private-key'];
  if (key !== undefined && isEncrypted(key) && !isSet('ssh-passphrase')) {
    yield invalid('Input "ssh-passphrase" is required: the key in "ssh-private-key" is encrypted', 'Pass it with ssh-passphrase: ${{ secrets.… }}.');
  }
}

function* migrationRules({ migrations, schema }: Partial<Values>, isSet: IsSet): Generator<Failure> {
  const commands = ['migrations-down-command', 'migrations-up-command'] as const;
  if (migrations === 'alembic' && !isSet('migrations-dir')) {
    yield invalid('Input "migrations-dir" is required with "migrations: alembic"', 'Set it to the directory of alembic.ini, relative to "app-dir".');
  }
  if (migrations === 'command' && schema === 'downgrade') {
    for (const name of commands) {
      if (!isSet(name)) yield invalid(`Input "${name}" is required with "migrations: command"`, 'Set it, or set "schema: keep" to leave the database as it is.');
    }
  }
  if (migrations === 'alembic' || migrations === 'none') {
    for (const name of commands) {
      if (isSet(name)) yield invalid(`Input "${name}" has no effect with "migrations: ${migrations}"`, 'Set "migrations: command", or take it out.');
    }
  }
  if (migrations === 'none') {
    if (isSet('migrations-dir')) yield invalid('Input "migrations-dir" has no effect with "migrations: none"', 'Set "migrations: alembic" or "migrations: command", or take it out.');
  }
}

function* dataRules(values: Partial<Values>, isSet: IsSet): Generator<Failure> {
  const { backup = [] } = values;
  const knowsDatabase = isSet('database-url') || isSet('env-file');
  const eitherOne = 'Set "database-url" or "env-file".';
  if (isSet('database-url') && isSet('env-file')) {
    yield invalid('Inputs "database-url" and "env-file" both name the database', 'Keep one of them.');
  }
  if (backup.includes('none') && backup.length > 1) {
    yield invalid(`Input "backup" must be "none" alone, got ${backup.join(', ')}`, 'Take "none" out, or everything else.');
  }
  if (backup.includes('database') && !knowsDatabase) yield invalid('Input "backup" must not hold "database" where no database is known', eitherOne);
  const limit = values['max-data-loss-rows'];
  if (typeof limit === 'number' && !knowsDatabase && values.method !== 'database') {
    yield invalid('Input "max-data-loss-rows" must be "any" where no database is known: nothing could be counted', eitherOne);
  }
  const app = values['app-dir'];
  const backups = values['backup-dir'];
  if (app !== undefined && backups !== undefined && `${backups}/`.startsWith(`${app}/`)) {
    yield invalid('Input "backup-dir" must not be inside "app-dir": what a checkout cleans away is no backup', 'Name a directory beside it.');
  }
}

function* rdsRules({ backup = [] }: Partial<Values>, isSet: IsSet): Generator<Failure> {
  if (backup.includes('rds') && !isSet('rds-instance')) yield invalid('Input "backup" must not hold "rds" without "rds-instance"', 'Set "rds-instance", or take "rds" out.');
}

/** There must be something to save, and `full` needs a dump. */
function* savingRules({ backup = [], verify }: Partial<BackupValues>, isSet: IsSet): Generator<Failure> {
  const [knowsDatabase, rds] = [isSet('database-url') || isSet('env-file'), isSet('rds-instance')];
  if (backup.includes('none')) yield invalid('Input "backup" must not be "none": this action makes a backup', 'Name what is to be saved, or leave the whole step out.');
  if (!isSet('backup') && !knowsDatabase && !rds) yield invalid('Input "env-file", "database-url", "rds-instance" or "backup" is required: nothing to save is known', 'Set "env-file" to the file that holds the address of the database, or "backup: app".');
  const dumps = isSet('backup') ? backup.includes('database') : !rds;
  if (verify === 'full' && !dumps) yield invalid('Input "verify" must not be "full" where no dump is made: only a dump can be restored beside the live data', 'Take it out, or add "database" to "backup".');
}

/** What a restore needs, and what does not go together there. */
function* restoreRules(values: Partial<Values>, isSet: IsSet): Generator<Failure> {
  const { method, backup = [], cutover, 'restore-from': from } = values;
  const rds = isSet('rds-instance');
  if (method !== 'database') return;
  const knowsDatabase = isSet('database-url') || isSet('env-file');
  if (backup.includes('none')) yield invalid('Input "backup" must not be "none" with "method: database": what is live now would be lost', 'Take it out: what is live now is saved first.');
  if (!knowsDatabase && !rds) yield invalid('Input "env-file" or "database-url" is required with "method: database"', 'Set "env-file" to the file that holds the address of the database.');
  if (cutover === 'repoint' && !isSet('env-file')) yield invalid('Input "cutover" must not be "repoint" without "env-file": there is no file in which the address could be changed', 'Set "env-file", or another "cutover".');
  if (cutover === 'rename' && !rds) yield invalid('Input "cutover" must not be "rename" without "rds-instance"', 'Set "cutover: swap" or "cutover: repoint".');
  if (cutover === 'swap' && rds) yield invalid('Input "cutover" must not be "swap" with "rds-instance": the restored data is another instance', 'Set "cutover: repoint" or "cutover: rename".');
  if ((from?.kind === 'snapshot' || from?.kind === 'time') && !rds) yield invalid(`Input "restore-from" must not name a ${from.kind === 'time' ? 'time' : 'snapshot'} without "rds-instance"`, 'Set "rds-instance", or name a file on the database host.');
  if (from?.kind === 'file' && rds) yield invalid('Input "restore-from" must not be a file with "rds-instance"', 'Name a snapshot (snapshot:<id>), a time, or take "rds-instance" out to restore a dump.');
  if (rds && !knowsDatabase && values['max-data-loss-rows'] !== 'any') {
    yield invalid('Input "max-data-loss-rows" must be "any" where no database is known: nothing could be counted', 'Set "env-file" or "database-url", or "max-data-loss-rows: any".');
  }
}

function* healthRules(values: Partial<Values>, isSet: IsSet): Generator<Failure> {
  if ((values.method === 'git' || values.method === 'database') && !isSet('health-url') && !isSet('host-health-url')) {
    yield invalid(`Input "health-url" or "host-health-url" is required with "method: ${values.method}"`, 'Set one of them: without it nothing proves that production is back.');
  }
  const { 'health-timeout': timeout, 'health-interval': interval, 'health-successes': successes } = values;
  if (timeout === undefined || interval === undefined || successes === undefined) return;
  const least = interval * (successes - 1);
  if (least >= timeout) {
    yield invalid(
      `Input "health-timeout" must be longer than ${asDuration(least)}, which ${successes} answers at an interval of ${asDuration(interval)} take; it is ${asDuration(timeout)}`,
      'Raise "health-timeout", or lower "health-successes" or "health-interval".',
    );
  }
}

const trafficMethods: readonly string[] = ['blue-green', 'canary'];

/** Whose code or data a run moves must be named; where only traffic moves, the load balancers are enough. */
function* placeRules(values: Partial<Values>, isSet: IsSet): Generator<Failure> {
  const { method, migrations } = values;
  if (method === undefined) return;
  const traffic = trafficMethods.includes(method);
  const movesCode = !traffic || (method === 'canary' && isSet('commit'));
  const needsApp = movesCode || (method === 'blue-green' && migrations !== undefined && migrations !== 'none');
  const because = traffic ? (method === 'canary' ? ' with "method: canary" and "commit"' : ` with "method: blue-green" and "migrations: ${migrations}"`) : '';
  if (needsApp && !isSet('hosts')) yield invalid(`Input "hosts" is required${because}`, traffic ? 'Name the hosts on which the servers of the block run.' : 'Set it in the workflow or in the config file.');
  if (!needsApp && !isSet('hosts') && !isSet('load-balancers')) yield invalid(`Input "load-balancers" is required with "method: ${method}"`, 'Name the hosts that run nginx, one per line.');
  if (needsApp && !isSet('app-dir')) yield invalid(`Input "app-dir" is required${because}`, traffic ? 'Set it to the checkout on those hosts, such as /var/www/app.' : 'Set it in the workflow or in the config file.');
  if (movesCode && traffic && isSet('hosts') && !isSet('load-balancers')) {
    yield invalid('Input "load-balancers" is required with "method: canary" and "commit": "hosts" names the canary then', 'Name the hosts that run nginx, one per line.');
  }
  if (isSet('app-dir') || needsApp) return;
  const files = ['env-file', 'access-log', 'maintenance-page'] as const;
  const relative = [...files.filter((name) => isRelative(values[name])), ...(values['log-files']?.some(isRelative) ? ['log-files'] : [])];
  for (const name of relative) yield invalid(`Input "${name}" must be absolute where no "app-dir" is given`, 'Write the whole path, or set "app-dir".');
}

function isRelative(path: string | undefined): boolean {
  return path !== undefined && !path.startsWith('/');
}

/** What moving traffic needs, and what does not go together there. */
function* trafficRules(values: Partial<Values>, isSet: IsSet): Generator<Failure> {
  const { method, blue, green, maintenance, backup = [] } = values;
  if (method === undefined) return;
  const needed: Readonly<Record<string, readonly (keyof Values)[]>> = {
    'blue-green': ['nginx-config', 'upstream', 'blue', 'green'],
    canary: ['nginx-config', 'upstream', 'canary'],
  };
  const what: Partial<Record<keyof Values, string>> = {
    'nginx-config': 'the file on the load balancers that holds the upstream block, such as /etc/nginx/conf.d/app.conf', upstream: 'the name of that block',
    blue: 'the server as the block names it, such as blue.internal:8000', green: 'the server as the block names it, such as green.internal:8000',
    canary: 'the server as the block names it, such as canary.internal:8000',
  };
  for (const name of needed[method] ?? []) if (!isSet(name)) yield invalid(`Input "${name}" is required with "method: ${method}"`, `Set it to ${what[name]}.`);
  if (method === 'blue-green' && blue !== undefined && green !== undefined && sameServer(blue, green)) {
    yield invalid(`Inputs "blue" and "green" must be two servers, got ${blue} and ${green}`, 'Name each as the upstream block does.');
  }
  if (method === 'blue-green' && isSet('commit') && !isSet('version-from')) {
    yield invalid('Input "commit" has no effect with "method: blue-green" without "version-from": which release a colour is could not be told', 'Set "version-from", or take it out.');
  }
  if (method === 'blue-green' && values.migrations === 'command') {
    yield invalid('Input "migrations" must be "alembic" or "none" with "method: blue-green": a command cannot say which revision a colour needs', 'Take it out.');
  }
  if (isSet('switch-to') && method !== 'blue-green') yield invalid(`Input "switch-to" has no effect with "method: ${method}"`, 'Set "method: blue-green", or take it out.');
  if (method === 'blue-green' && backup.some((kind) => kind !== 'none')) {
    yield invalid('Input "backup" has no effect with "method: blue-green": nothing but traffic moves', 'Take it out.');
  }
  if (maintenance === true) {
    if (method !== 'database') yield invalid(`Input "maintenance" has no effect with "method: ${method}": production is not stopped`, 'Take it out.');
    else for (const name of ['nginx-config', 'upstream'] as const) if (!isSet(name)) yield invalid(`Input "${name}" is required with "maintenance: true"`, `Set it to ${what[name]}.`);
  }
  if (maintenance === false && isSet('maintenance-page')) yield invalid('Input "maintenance-page" has no effect without "maintenance: true"', 'Set "maintenance: true", or take it out.');
}

/** nginx takes port 80 where a server names none. */
function sameServer(one: string, other: string): boolean {
  const whole = (server: string): string => (server.startsWith('unix:') || /:\d+$/.test(server.replace(/^\[.*\]/, '')) ? server : `${server}:80`).toLowerCase();
  return whole(one) === whole(other);
}

function* alone(name: keyof Values, needs: readonly (keyof Values)[], isSet: IsSet): Generator<Failure> {
  if (!isSet(name) || needs.some(isSet)) return;
  const others = needs.map((other) => `"${other}"`);
  yield invalid(`Input "${name}" has no effect without ${others.join(' or ')}`, `Set ${others.join(' or ')}, or take it out.`);
}
