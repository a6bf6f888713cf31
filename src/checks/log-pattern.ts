/** Lines of a log that match a pattern. */
import { quote } from '../commands/quote.ts';
import type { Facts } from '../ports.ts';
import { type LogPosition, locating, placeOf } from './logs.ts';

export type Matches = {
  /** Undefined when they could not be counted; `problem` says why. */
  readonly count: number | undefined;
  readonly problem: string;
  /** The first line that matches, ready to be shown. */
  readonly line: string;
  /** Where the log ended. */
  readonly position: LogPosition | undefined;
};

/** Counts the lines that were added since and match. Changes nothing. @param pattern an extended regular expression (POSIX) */
export function countMatches(file: string, pattern: string, position: LogPosition): string {
  return `${locating}\n${counting}\nmatch_since ${placeOf(file, position)} ${quote(pattern)}\n`;
}

/** The same in the last megabyte of what is there already. Changes nothing. */
export function matchesBefore(file: string, pattern: string): string {
  return `${locating}\n${counting}\nmatch_before ${quote(file)} ${quote(pattern)}\n`;
}

export function matchesIn(facts: Facts): Matches {
  const last = (name: string): string => facts.get(name)?.at(-1) ?? '';
  const [, inode, size] = /^(\d+) (\d+)$/.exec(last('match-place')) ?? [];
  const count = /^\d+$/.test(last('match-count')) ? Number(last('match-count')) : undefined;
  return {
    count, line: last('match-line').trim(),
    problem: last('match-problem') === 'pattern' ? 'grep does not understand the pattern' : `the file ${problems[last('match-place')] ?? 'could not be read'}`,
    position: inode === undefined || size === undefined ? undefined : { state: 'at', inode, size },
  };
}

const problems: Readonly<Record<string, string | undefined>> = { missing: 'is not there', unreadable: 'may not be read by this user', 'not-a-file': 'is not a regular file' };

// grep ends with 1 when no line matches, and with 2 when it does not understand the pattern. `-a`: a byte that is no text makes it no binary file.
const counting = `match_lines() {
  status=0
  grep -E -e "$1" /dev/null || status=$?
  if [ "$status" -gt 1 ]; then fact match-problem pattern; return 0; fi
  found=$(tr -d '\\000' | LC_ALL=C awk '{ print substr($0, 1, 4000) }' | { grep -a -E -e "$1" || :; } | LC_ALL=C awk 'NR == 1 { line = substr($0, 1, 300) } END { print NR; print line }')
  printf '%s\\n' "$found" | sed -n 1p | facts match-count
  printf '%s\\n' "$found" | sed -n 2p | facts match-line
}
match_since() {
  log_locate "$1"
  fact match-place "$state"
  case $state in *' '*) ;; *) return 0 ;; esac
  size=\${state#* } from=$3
  if [ "\${state% *}" != "$2" ] || [ "$size" -lt "$from" ]; then from=0; fi
  tail -c "+$((from + 1))" -- "$1" | head -c "$((size - from))" | match_lines "$4"
}
match_before() {
  log_locate "$1"
  fact match-place "$state"
  case $state in *' '*) ;; *) return 0 ;; esac
  tail -c 1048576 -- "$1" | match_lines "$2"
}`;
