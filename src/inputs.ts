/** The inputs of the rollback action: read once, all mistakes told at once, before anything is touched. */
import { RollbackError } from './errors.ts';
import { resolveHosts, type HostAddress } from './inputs/addresses.ts';
import { camelCased, type CamelCased } from './inputs/camel-case.ts';
import type { ConfigFile } from './inputs/config-file.ts';
import { contradictions, type Values } from './inputs/contradictions.ts';
import { secretNames } from './inputs/declaration.ts';
import { rollbackDeclarations } from './inputs/declarations.ts';
import { invalid } from './inputs/invalid.ts';
import { below } from './inputs/kinds/path.ts';
import { redactor, secretsToMask } from './inputs/masks.ts';
import { isComplete, readDeclared } from './inputs/reader.ts';
import { mergeSources } from './inputs/source.ts';
import type { Milliseconds } from './ports.ts';

/**
 * Each input under its name in camel case (`dry-run` is `dryRun`), as action.yml describes it. Durations and times are milliseconds.
 * What the user left to be derived from other inputs is derived.
 */
export type Inputs = CamelCased<Omit<Values, 'config' | 'ssh-user' | 'ssh-port' | keyof Derived>> & CamelCased<Derived>;

type Derived = {
  readonly hosts: readonly [HostAddress, ...HostAddress[]];
  /** One of `hosts` itself where it is the same host. */
  readonly 'database-host': HostAddress;
  readonly 'ssh-jump-host': HostAddress | undefined;
  /** Absolute. */
  readonly 'migrations-dir': string | undefined;
  /** Absolute. */
  readonly virtualenv: string | undefined;
  /** Absolute. */
  readonly 'env-file': string | undefined;
  /** Absolute. */
  readonly 'log-files': readonly string[];
  /** Absolute. */
  readonly 'access-log': string | undefined;
  /** Without `none`; where nothing else was asked for the database that is known, or its RDS instance where that is restored. */
  readonly backup: readonly ('database' | 'app' | 'rds')[];
  readonly 'backup-dir': string;
  readonly cutover: 'swap' | 'repoint' | 'rename';
  readonly 'max-data-loss-rows': 'any' | number;
  readonly timeout: 'none' | Milliseconds;
};

/** The secret inputs of the action. The door masks them and takes them out of the environment before it does anything else. */
export const secretInputs: ReadonlySet<string> = secretNames(rollbackDeclarations([]));

/**
 * @param raw texts by input name (`health-url`), as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @param methods the values that `method` may have
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readInputs(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined, methods: readonly string[]): Inputs {
  const declarations = rollbackDeclarations(methods);
  const redact = redactor(secretsToMask(raw, secretInputs));
  const source = mergeSources(raw, config, Object.keys(declarations), secretInputs);
  const { values, failures } = readDeclared(declarations, source, redact);
  const together = source.complete ? contradictions(values, (name) => source.given.has(name)) : [];
  const [first, ...rest] = [...source.failures, ...failures, ...together].map(({ what, fix }) => invalid(redact(what), redact(fix)));
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  if (!isComplete(declarations, values)) throw new TypeError('An input has neither a value nor a failure');
  return derive(values);
}

const fiveMinutes: Milliseconds = 5 * 60_000;

function derive(values: Values): Inputs {
  const { config: _config, 'ssh-user': user, 'ssh-port': port, ...rest } = values;
  const standard = { user, port };
  const { 'database-host': databaseLine, 'ssh-jump-host': jumpLine } = values;
  // Resolved together, so that a database on one of the hosts is that same host.
  const [first, ...others] = resolveHosts(databaseLine === undefined ? values.hosts : [...values.hosts, databaseLine], standard);
  if (first === undefined) throw new RangeError('No hosts');
  const app = values['app-dir'];
  const inApp = (path: string | undefined) => (path === undefined ? undefined : below(app, path));
  const migrationsDir = inApp(values['migrations-dir']);
  const databaseKnown = values['database-url'] !== undefined || values['env-file'] !== undefined;
  const restores = values.method === 'database';
  const rds = values['rds-instance'] !== undefined;
  const standardBackup = restores && rds ? ['rds' as const] : databaseKnown ? ['database' as const] : [];
  const asked = values.backup.length === 0 ? standardBackup : values.backup;
  return camelCased({
    ...rest,
    hosts: [first, ...others.slice(0, values.hosts.length - 1)] as const,
    'database-host': databaseLine === undefined ? first : (others.at(-1) ?? first),
    'ssh-jump-host': jumpLine === undefined ? undefined : resolveHosts([jumpLine], standard)[0],
    'migrations-dir': migrationsDir,
    virtualenv: values.virtualenv === undefined ? undefined : below(migrationsDir ?? app, values.virtualenv),
    'env-file': inApp(values['env-file']),
    'log-files': values['log-files'].map((path) => below(app, path)),
    'access-log': inApp(values['access-log']),
    backup: asked.filter((kind) => kind !== 'none'),
    'backup-dir': values['backup-dir'] ?? `/var/backups/${app.split('/').at(-1)}`,
    cutover: values.cutover ?? (values['env-file'] !== undefined ? 'repoint' : rds ? 'rename' : 'swap'),
    'max-data-loss-rows': values['max-data-loss-rows'] ?? (restores ? 0 : 'any'),
    timeout: values.timeout ?? (restores ? 'none' : fiveMinutes),
  });
}
