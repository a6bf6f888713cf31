import { quote } from '../commands/quote.ts';
import type { LogExcerpt } from '../outcome.ts';
import type { Facts } from '../ports.ts';

/** Where a log file ended at a moment. */
export type LogPosition =
  | { readonly state: 'at'; readonly inode: string; readonly size: string }
  | { readonly state: 'missing' | 'unreadable' | 'not-a-file' | 'unknown' };

const mostLines = 200;
const mostBytes = 32 * 1024;

/** Reads where each file ends now. Changes nothing. */
export function positions(files: readonly string[]): string {
  return [
    locating,
    ...files.map((file, index) => `log_locate ${quote(file)}; fact log-position-${index} "$state"`),
    '',
  ].join('\n');
}

/** What `positions` reported for the same files. */
export function positionsIn(files: readonly string[], facts: Facts): ReadonlyMap<string, LogPosition> {
  return new Map(files.map((file, index) => [file, positionOf(facts.get(`log-position-${index}`)?.at(-1) ?? '')]));
}

/** Prints what was added to each file since, its end if it is much. Changes nothing. */
export function since(all: ReadonlyMap<string, LogPosition>): string {
  return [locating, printing, ...[...all].map(([file, position], index) => `log_since log-${index} ${placeOf(file, position)}`), ''].join('\n');
}

/** Prints the last 100 lines of each file, for `tailsIn`. Changes nothing. */
export function tails(files: readonly string[]): string {
  return files.map((file, index) => `if [ -f ${quote(file)} ] && [ -r ${quote(file)} ]; then tail -n 100 -- ${quote(file)} | tail -c 16384 | tr -d '\\000' | facts tail-${index}; fi\n`).join('');
}

export function tailsIn(host: string, files: readonly string[], facts: Facts): LogExcerpt[] {
  return files.map((file, index) => ({ host, file, text: (facts.get(`tail-${index}`) ?? []).join('\n') }));
}

/** What `since` printed, for a person. */
export function excerptsIn(host: string, all: ReadonlyMap<string, LogPosition>, facts: Facts): LogExcerpt[] {
  return [...all.keys()].map((file, index) => {
    const state = facts.get(`log-${index}-state`)?.at(-1) ?? 'unknown';
    const lines = facts.get(`log-${index}`) ?? [];
    const added = Number(facts.get(`log-${index}-added`)?.at(-1) ?? 0);
    const cut = added > mostBytes || lines.length >= mostLines ? [`(the end of ${added} bytes)`] : [];
    return { host, file, text: nothing[state] ?? (lines.length === 0 ? '(nothing was written to it)' : [...cut, ...lines].join('\n')) };
  });
}

/** `'file' inode size` for a script; a file that was not there is new from its first byte on. */
export function placeOf(file: string, position: LogPosition): string {
  return position.state === 'at' ? `${quote(file)} ${position.inode} ${position.size}` : `${quote(file)} ${position.state} 0`;
}

/**
 * `log_locate FILE` sets `state`: inode and size, or why there are none. Only regular files are read: a pipe would never end.
 * `log_begin FILE INODE SIZE` sets `from` and `size`, too: another inode is a file that was rotated, a smaller one was emptied in place.
 */
export const locating = `log_locate() {
  if ! state=$(LC_ALL=C stat -Lc '%i %s' -- "$1" 2>&1); then
    case $state in *'ermission denied'*) state=unreadable ;; *) state=missing ;; esac
  elif [ ! -f "$1" ]; then state=not-a-file
  elif [ ! -r "$1" ]; then state=unreadable
  fi
}
log_begin() {
  case $2 in unreadable | not-a-file | unknown) state=$2; return 0 ;; esac
  log_locate "$1"
  case $state in *' '*) ;; *) return 0 ;; esac
  size=\${state#* } from=$3
  if [ "\${state% *}" != "$2" ] || [ "$size" -lt "$from" ]; then from=0; fi
  state=at
}`;

const printing = `log_since() {
  log_begin "$2" "$3" "$4"
  fact "$1-state" "$state"
  if [ "$state" != at ]; then return 0; fi
  fact "$1-added" "$((size - from))"
  if [ "$((size - from))" -gt ${mostBytes} ]; then from=$((size - ${mostBytes})); fi
  tail -c "+$((from + 1))" -- "$2" | tr -d '\\000' | tail -n ${mostLines} | tail -c ${mostBytes} | facts "$1"
}`;

const nothing: Readonly<Record<string, string | undefined>> = {
  missing: '(there is no such file)',
  unreadable: '(no permission to read it)',
  'not-a-file': '(not a regular file)',
  unknown: '(could not be read)',
};

function positionOf(text: string): LogPosition {
  const [, inode, size] = /^(\d+) (\d+)$/.exec(text) ?? [];
  if (inode !== undefined && size !== undefined) return { state: 'at', inode, size };
  return { state: (['missing', 'unreadable', 'not-a-file'] as const).find((state) => state === text) ?? 'unknown' };
}
