/** The host's own record of how rollbacks ended: what `latest known good` and the metrics are read from. */
import { quote } from '../commands/quote.ts';
import { folderName } from './run-folder.ts';

/** A rollback that ended: what it left production on, and what it took away. */
export type EndedRun = {
  /** Milliseconds since the epoch, the runner's clock. */
  readonly time: number;
  readonly run: string;
  /** A `Result` of outcome.ts, or `good` for a release that was watched and found good. */
  readonly result: string;
  readonly from: string;
  readonly to: string;
};

/** Folder of this application's journal, as shell text; those of its runs lie below it (run-folder.ts). */
export function stateFolder(environment: string): string {
  return `"\${XDG_STATE_HOME:-$HOME/.local/state}"/rollback-action/${quote(folderName(environment))}`;
}

/** How many ended runs a host keeps the steps of. */
const runsKept = 20;

/** Appends how this run ended, and forgets the steps of runs long ago. Asking twice writes one line. */
export function recordEnd(environment: string, ended: EndedRun): string {
  return `state=${stateFolder(environment)}
run=${quote(ended.run)}
mkdir -p "$state"
if ! grep -qF ${quote(`"run":${JSON.stringify(ended.run)}`)} "$state/releases" 2>/dev/null; then
  printf '%s\\n' ${quote(JSON.stringify(ended))} >> "$state/releases"
fi
ls -1t "$state" | grep -vxF -e releases -e "$run" | tail -n +${runsKept} | while IFS= read -r old; do
  if [ -d "$state/$old" ]; then rm -rf "$state/$old"; fi
done
`;
}
