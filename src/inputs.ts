/** The inputs of the rollback action: read once, all mistakes told at once, before anything is touched. */
import { camelCased, type CamelCased } from './inputs/camel-case.ts';
import type { HurlFile } from './checks/hurl-file.ts';
import type { SmokeTest } from './checks/smoke-grammar.ts';
import type { ConfigFile } from './inputs/config-file.ts';
import { contradictions, type Values } from './inputs/contradictions.ts';
import { secretNames } from './inputs/declaration.ts';
import { allDeclarations, rollbackDeclarations } from './inputs/declarations.ts';
import { below } from './inputs/kinds/path.ts';
import { placesOf, type Places } from './inputs/places.ts';
import { readAll } from './inputs/reader.ts';
import { hurlFilesIn, readsNone, type ReadFile } from './inputs/repository-files.ts';
import type { Milliseconds } from './ports.ts';

/**
 * Each input under its name in camel case (`dry-run` is `dryRun`), as action.yml describes it. Durations and times are milliseconds.
 * What the user left to be derived from other inputs is derived.
 */
export type Inputs = CamelCased<Omit<Values, 'config' | 'ssh-user' | 'ssh-port' | keyof Derived>> & CamelCased<Derived>;

type Derived = Places & {
  /** Absolute; empty where a method that moves traffic alone is given none. */
  readonly 'app-dir': string;
  /** Absolute: a file on the load balancers. */
  readonly 'maintenance-page': string | undefined;
  /** Absolute. */
  readonly 'migrations-dir': string | undefined;
  /** Absolute. */
  readonly virtualenv: string | undefined;
  /** Absolute. */
  readonly 'log-files': readonly string[];
  /** Absolute. */
  readonly 'access-log': string | undefined;
  /** Without `none`; where nothing else was asked for the database that is known, or its RDS instance where that is restored. */
  readonly backup: readonly ('database' | 'app' | 'rds')[];
  readonly cutover: 'swap' | 'repoint' | 'rename';
  readonly 'max-data-loss-rows': 'any' | number;
  readonly timeout: 'none' | Milliseconds;
  /** The requests among them. */
  readonly 'smoke-tests': readonly SmokeTest[];
  /** The files among them. */
  readonly 'hurl-files': readonly HurlFile[];
};

/** The secret inputs of all actions. A door masks them and takes them out of the environment before it does anything else. */
export const secretInputs: ReadonlySet<string> = secretNames(allDeclarations);

/**
 * @param raw texts by input name (`health-url`), as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @param methods the values that `method` may have
 * @param readFile reads the files of the repository that inputs name
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readInputs(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined, methods: readonly string[], readFile: ReadFile = readsNone): Inputs {
  const values = readAll(raw, config, {
    declarations: rollbackDeclarations(methods), secrets: secretInputs, elsewhere: Object.keys(allDeclarations),
    together: (given, isSet) => [...contradictions(given, isSet), ...hurlFilesIn(given['smoke-tests'] ?? [], readFile).failures],
  });
  return derive(values, readFile);
}

const fiveMinutes: Milliseconds = 5 * 60_000;

function derive(values: Values, readFile: ReadFile): Inputs {
  const { config: _config, 'ssh-user': _user, 'ssh-port': _port, ...rest } = values;
  const app = values['app-dir'] ?? '';
  const inApp = (path: string | undefined) => (path === undefined ? undefined : below(app, path));
  const migrationsDir = inApp(values['migrations-dir']);
  const databaseKnown = values['database-url'] !== undefined || values['env-file'] !== undefined;
  const restores = values.method === 'database';
  const rds = values['rds-instance'] !== undefined;
  const standardBackup = movesTrafficAlone(values) ? [] : restores && rds ? ['rds' as const] : databaseKnown ? ['database' as const] : [];
  const asked = values.backup.length === 0 ? standardBackup : values.backup;
  const smokeLines = values['smoke-tests'];
  return camelCased({
    ...rest,
    'app-dir': app,
    ...placesOf({ ...values, ...usedHosts(values), 'app-dir': app }),
    'maintenance-page': inApp(values['maintenance-page']),
    'migrations-dir': migrationsDir,
    virtualenv: values.virtualenv === undefined ? undefined : below(migrationsDir ?? app, values.virtualenv),
    'log-files': values['log-files'].map((path) => below(app, path)),
    'access-log': inApp(values['access-log']),
    backup: asked.filter((kind) => kind !== 'none'),
    cutover: values.cutover ?? (values['env-file'] !== undefined ? 'repoint' : rds ? 'rename' : 'swap'),
    'max-data-loss-rows': values['max-data-loss-rows'] ?? (restores ? 0 : 'any'),
    'smoke-tests': smokeLines.flatMap((line) => ('hurl' in line ? [] : [line])),
    'hurl-files': hurlFilesIn(smokeLines, readFile).files,
    timeout: values.timeout ?? (restores ? 'none' : fiveMinutes),
  });
}

/** A run that leaves code and data where they are. */
export function movesTrafficAlone({ method, commit }: Pick<Values, 'method' | 'commit'>): boolean {
  return method === 'blue-green' || (method === 'canary' && commit === undefined);
}

/** Of the hosts that are named, those that this run has to do with. */
function usedHosts(values: Values): Pick<Values, 'hosts' | 'load-balancers' | 'database-host'> {
  const { method, hosts, 'load-balancers': named, 'database-host': database, maintenance, migrations } = values;
  const balancers = named.length > 0 ? named : hosts;
  // The revision that a colour needs is asked on its own host.
  if (movesTrafficAlone(values) && (method !== 'blue-green' || migrations === 'none')) return { hosts: [], 'load-balancers': balancers, 'database-host': undefined };
  return { hosts, 'load-balancers': method === 'blue-green' || method === 'canary' || maintenance ? balancers : [], 'database-host': database };
}
