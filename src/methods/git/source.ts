import { environmentOf, type DatabaseSource } from '../../commands/environment.ts';
import type { Inputs } from '../../inputs.ts';

/** How the database of the inputs is reached on its host; undefined when none is known. */
export function sourceOf({ databaseUrl, envFile, envKey }: Inputs): DatabaseSource | undefined {
  if (envFile !== undefined) return { kind: 'env-file', file: envFile, key: envKey };
  return databaseUrl === undefined ? undefined : { kind: 'secret', exportAs: envKey };
}

/** sh that exports the application's environment, for migrations and the install command. */
export function environmentFor(inputs: Inputs): string {
  return environmentOf(sourceOf(inputs), inputs.envFile);
}
