/** Where and with what a migration tool runs on a host. */
import { quote } from '../commands/quote.ts';

export type MigrationPlace = {
  /** The checkout, absolute. */
  readonly appDir: string;
  /** Where the tool's configuration is, absolute, in the checkout. */
  readonly migrationsDir: string;
  /** Absolute; its `bin` comes first on the PATH. */
  readonly virtualenv?: string;
  /** sh that exports the application's environment: `environmentOf()`. */
  readonly environment: string;
};

/**
 * sh for a subshell, before the user's program: its environment and PATH, nothing of ours open (a process that it leaves behind must not
 * make the step look unfinished), no byte code written into the checkout.
 */
export function entering({ virtualenv, environment }: MigrationPlace): string {
  return `${environment}${virtualenv === undefined ? '' : `PATH=${quote(`${virtualenv}/bin`)}:$PATH VIRTUAL_ENV=${quote(virtualenv)}; export PATH VIRTUAL_ENV\n`}LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1; export LC_ALL PYTHONDONTWRITEBYTECODE
exec 3>&- 4>&- 9>&-
`;
}
