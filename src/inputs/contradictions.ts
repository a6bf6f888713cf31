/** Inputs that are right each by itself and wrong together. An input that could not be read is not judged again. */
import type { Failure } from '../errors.ts';
import { placeOf, written, type Standard } from './addresses.ts';
import type { ValuesOf } from './declaration.ts';
import type { backupDeclarations, rollbackDeclarations } from './declarations.ts';
import { invalid } from './invalid.ts';
import { asDuration } from './kinds/duration.ts';
import type { HostLine } from './kinds/host.ts';
import { isEncrypted } from './kinds/private-key.ts';

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
    'database-host': values['database-host'] === undefined ? [] : [values['database-host']],
    'ssh-jump-host': values['ssh-jump-host'] === undefined ? [] : [values['ssh-jump-host']],
  };
  if (isSet('hosts') && values.hosts?.length === 0) yield invalid('Input "hosts" must name one host at least, got only comments', 'Write one host per line.');
  if ((values.hosts?.length ?? 0) > 256) yield invalid(`Input "hosts" must name at most 256 hosts, got ${values.hosts?.length}`, 'Roll back in several runs, each with an environment of its own.');
  for (const [name, hosts] of Object.entries(lines)) {
    const [example, ...others] = isSet('ssh-user') ? [] : hosts.filter(({ user }) => user === undefined).map(written);
    if (example === undefined) continue;
    yield invalid(`Input "${name}" names ${[example, ...others].join(', ')} without a user, and "ssh-user" is not set`, `Set "ssh-user", or write deploy@${example}.`);
  }
  const seen = new Map<string, HostLine>();
  for (const line of values.hosts ?? []) {
    const place = placeOf(line, standard);
    if (seen.has(place)) yield invalid(`Input "hosts" must name each host once, got ${written(line)} again`, 'Take one of the lines out.');
    seen.set(place, line);
  }
  const database = values['database-host'];
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

function* alone(name: keyof Values, needs: readonly (keyof Values)[], isSet: IsSet): Generator<Failure> {
  if (!isSet(name) || needs.some(isSet)) return;
  const others = needs.map((other) => `"${other}"`);
  yield invalid(`Input "${name}" has no effect without ${others.join(' or ')}`, `Set ${others.join(' or ')}, or take it out.`);
}
