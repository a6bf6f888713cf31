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
  /** The checkout: applications of one environment on one host share the record. */
  readonly app?: string;
  /** The backup that was restored; with the same release in `from` and `to` it was the data alone that went back. */
  readonly backup?: string;
  /** The database that the application uses since. */
  readonly database?: string;
  /** The colour that it left as bad: nobody goes back there who does not name it. */
  readonly bad?: string;
  /** The release that it said it was: as another one it is bad no more. */
  readonly badRelease?: string;
  /** The servers of the block since, as its lines name them, one after the other with `;` between. */
  readonly servers?: string;
  /** Who did it and why, for whoever is refused because of it. */
  readonly actor?: string;
  readonly reason?: string;
  /** `passed`: a drill, which went back and forward again; its result is then `undone`, for production is as it was found. */
  readonly drill?: string;
};

/** A line of our own record; one that is damaged (a full disk, another program) is no run. */
export function readEndedRun(line: string): EndedRun | undefined {
  const [run, result, from, to, time, ...more] = readLine(line, ['run', 'result', 'from', 'to', 'time', ...optional]);
  if (run === undefined || result === undefined || from === undefined || to === undefined || !isTime(time)) return undefined;
  return { run, result, from, to, time: Number(time), ...Object.fromEntries(optional.flatMap((name, index) => (more[index] === undefined ? [] : [[name, more[index]]]))) };
}

const optional = ['app', 'backup', 'database', 'bad', 'badRelease', 'servers', 'actor', 'reason', 'drill'] as const satisfies readonly (keyof EndedRun)[];

/** An unfinished run, as it wrote itself down before it began. */
export type BegunRun = {
  readonly run: string;
  readonly actor: string;
  /** Milliseconds since the epoch, the runner's clock. */
  readonly startedAt: number;
  readonly from: string;
  readonly to: string;
  /** The backup that it restores: a run of the `database` method. */
  readonly backup?: string;
  /** The database that was live before. */
  readonly live?: string;
};

/** One line, the same for the same run whoever writes it: a run that is taken up is known by it. */
export function writeBegunRun({ run, actor, from, to, startedAt, backup, live }: BegunRun): string {
  return JSON.stringify({ run, actor, from, to, startedAt, backup, live });
}

export function readBegunRun(line: string): BegunRun | undefined {
  const [run, actor, from, to, startedAt, backup, live] = readLine(line, ['run', 'actor', 'from', 'to', 'startedAt', 'backup', 'live']);
  if (run === undefined || actor === undefined || from === undefined || to === undefined || !isTime(startedAt)) return undefined;
  return { run, actor, from, to, startedAt: Number(startedAt), ...(backup === undefined ? {} : { backup }), ...(live === undefined ? {} : { live }) };
}

/** A moment that JavaScript can name (a name of a file is made from it). */
function isTime(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,15}$/.test(text);
}

/** The values of a JSON object's keys as text; undefined for what is no text and no number. */
function readLine(line: string, names: readonly string[]): readonly (string | undefined)[] {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return [];
  }
  const values = new Map<string, unknown>(typeof read === 'object' && read !== null ? Object.entries(read) : []);
  return names.map((name) => values.get(name)).map((value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined));
}

/** Folder of this application's journal, as shell text; those of its runs lie below it (run-folder.ts). */
export function stateFolder(environment: string): string {
  return `"\${XDG_STATE_HOME:-$HOME/.local/state}"/rollback-action/${quote(folderName(environment))}`;
}

/** How many ended runs a host keeps the steps of. */
const runsKept = 20;

/** Appends how this run ended, and forgets the steps of runs long ago. Asking twice writes one line; a run of two applications has one for each. */
export function recordEnd(environment: string, ended: EndedRun): string {
  return `state=${stateFolder(environment)}
mkdir -p "$state"
if ! grep -F ${quote(`"run":${JSON.stringify(ended.run)}`)} "$state/releases" 2>/dev/null | grep -qF ${quote(ended.app === undefined ? '' : `"app":${JSON.stringify(ended.app)}`)}; then
  printf '%s\\n' ${quote(JSON.stringify(ended))} >> "$state/releases"
fi
${forgetOldRuns(environment, ended.run)}`;
}

/** Forgets the steps of runs long ago. */
export function forgetOldRuns(environment: string, run: string): string {
  return `state=${stateFolder(environment)}
ls -1t "$state" | grep -vxF -e releases -e ${quote(run)} | tail -n +${runsKept} | while IFS= read -r old; do
  if [ -d "$state/$old" ]; then rm -rf "$state/$old"; fi
done
`;
}
