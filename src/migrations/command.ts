/** Migrations by commands of the user's own, for every tool that has no file here. */
import { quote } from '../commands/quote.ts';
import type { MigrationPlace } from './place.ts';
import { entering, folderOf } from './place.ts';

export type MigrationCommand = {
  readonly place: MigrationPlace;
  /** As the user wrote it; run by `sh -c`. */
  readonly command: string;
  /** Full SHAs: `ROLLBACK_FROM` is what the run leaves, `ROLLBACK_TO` what it goes to; an undo is given them the same way. */
  readonly from: string;
  readonly to: string;
};

/**
 * Runs the command in the folder of the migrations, with the application's environment, `ROLLBACK_FROM` and `ROLLBACK_TO`.
 * Whether its effect holds already, only the command knows: it is to be safe to run again, as the README says.
 * @param onFailure sh that runs when it failed, before the step ends
 */
export function migrationCommand({ place, command, from, to }: MigrationCommand, onFailure = ':'): string {
  return `if ! (
${entering(place)}ROLLBACK_FROM=${quote(from)} ROLLBACK_TO=${quote(to)}; export ROLLBACK_FROM ROLLBACK_TO
cd ${quote(folderOf(place))} && exec sh -c ${quote(command)}
); then ${onFailure}; echo ${quote(`the command failed: ${command}`)} >&2; exit 1; fi
`;
}
