/** The inputs of the backup action: the same names and meanings as those of the rollback. */
import { secretInputs } from '../inputs.ts';
import { camelCased, type CamelCased } from './camel-case.ts';
import type { ConfigFile } from './config-file.ts';
import { backupContradictions } from './contradictions.ts';
import type { ValuesOf } from './declaration.ts';
import { allDeclarations, backupDeclarations } from './declarations.ts';
import { placesOf, type Places } from './places.ts';
import { readAll } from './reader.ts';

type Values = ValuesOf<typeof backupDeclarations>;

type Derived = Places & {
  /** What was asked for; where nothing was, the RDS instance that is named, else the database that is known. */
  readonly backup: readonly ('database' | 'app' | 'rds')[];
};

/** Each input under its name in camel case, as backup/action.yml describes it. Durations are milliseconds. */
export type BackupInputs = CamelCased<Omit<Values, 'config' | 'ssh-user' | 'ssh-port' | keyof Derived>> & CamelCased<Derived>;

/**
 * @param raw texts by input name, as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readBackupInputs(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined): BackupInputs {
  const values = readAll(raw, config, { declarations: backupDeclarations, secrets: secretInputs, elsewhere: Object.keys(allDeclarations), together: backupContradictions });
  const { config: _config, 'ssh-user': _user, 'ssh-port': _port, ...rest } = values;
  const standard = values['rds-instance'] === undefined ? 'database' : 'rds';
  const backup = values.backup.filter((kind) => kind !== 'none');
  return camelCased({ ...rest, ...placesOf(values), backup: backup.length > 0 ? backup : [standard] as const });
}
