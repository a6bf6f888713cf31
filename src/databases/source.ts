/** How the database of the inputs is reached on a host. */
import { environmentOf, valueOf, type DatabaseSource } from '../commands/environment.ts';
import type { Inputs } from '../inputs.ts';

/** Undefined when no database is known. */
export function sourceOf({ databaseUrl, envFile, envKey }: Pick<Inputs, 'databaseUrl' | 'envFile' | 'envKey'>): DatabaseSource | undefined {
  if (envFile !== undefined) return { kind: 'env-file', file: envFile, key: envKey };
  return databaseUrl === undefined ? undefined : { kind: 'secret', exportAs: envKey };
}

/** sh that exports the application's environment, for migrations and the install command. */
export function environmentFor(inputs: Inputs): string {
  return environmentOf(sourceOf(inputs), inputs.envFile);
}

/** What goes to scripts that need the database, on standard input: the application's address, then the administrator's, a line each. */
export function databaseSecret({ databaseUrl, databaseAdminUrl }: Pick<Inputs, 'databaseUrl' | 'databaseAdminUrl'>): string | undefined {
  return databaseUrl === undefined && databaseAdminUrl === undefined ? undefined : `${databaseUrl ?? ''}\n${databaseAdminUrl ?? ''}`;
}

/** Read only. Fact `database-engine`: an `EngineName`, or the scheme of the address where no engine is known by it. Fails, naming file and key, where there is no address. */
export function askEngine(source: DatabaseSource): string {
  const url = source.kind === 'secret' ? 'secret_line 1' : valueOf(source.file, source.key);
  return `database_url=$(${url}) || exit 1
scheme=\${database_url%%:*}
unset database_url
case $scheme in
  mysql | mysql+* | mariadb | mariadb+*) fact database-engine mysql ;;
  postgres | postgres+* | postgresql | postgresql+*) fact database-engine postgresql ;;
  *) fact database-engine "$scheme" ;;
esac
`;
}
