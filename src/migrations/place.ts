/** Where and with what a migration tool runs on a host. */
import { posix } from 'node:path';
import { quote } from '../commands/quote.ts';

export type MigrationPlace = {
  /** The checkout, absolute. */
  readonly appDir: string;
  /** Relative to `appDir`; empty: the checkout itself. */
  readonly migrationsDir: string;
  /** Relative to `migrationsDir`; its `bin` comes first on the PATH. */
  readonly virtualenv?: string;
  /** sh that exports the application's environment: `environmentOf()`. */
  readonly environment: string;
};

export function folderOf({ appDir, migrationsDir }: MigrationPlace): string {
  return posix.join(appDir, migrationsDir);
}

/** The virtualenv, absolute. */
export function virtualenvOf(place: MigrationPlace): string | undefined {
  return place.virtualenv === undefined ? undefined : posix.resolve(folderOf(place), place.virtualenv);
}

/**
 * sh for a subshell, before the user's program: its environment and PATH, nothing of ours open (a process that it leaves behind must not
 * make the step look unfinished), no byte code written into the checkout.
 */
export function entering(place: MigrationPlace): string {
  const virtualenv = virtualenvOf(place);
  return `${place.environment}${virtualenv === undefined ? '' : `PATH=${quote(`${virtualenv}/bin`)}:$PATH VIRTUAL_ENV=${quote(virtualenv)}; export PATH VIRTUAL_ENV\n`}LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1; export LC_ALL PYTHONDONTWRITEBYTECODE
exec 3>&- 4>&- 9>&-
`;
}
