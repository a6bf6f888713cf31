/** What access logs tell of periods: requests, errors, and how long they took where the format holds `$request_time`. */
import type { Facts, Milliseconds } from '../ports.ts';
import { type LogPosition, locating, placeOf } from './logs.ts';

/** Requests of a period on one host, or on several. */
export type AccessPeriod = {
  readonly requests: number;
  /** Answers with a 5xx. */
  readonly errors: number;
  /** How many requests took so long, in milliseconds, to two digits. */
  readonly times: ReadonlyMap<Milliseconds, number>;
};

/** Reads what was added since. Where it ends is told with it, so that nothing is read twice or left out. Changes nothing. */
export function readPeriod(file: string, position: LogPosition): string {
  return `${locating}\n${reading}\naccess_period ${placeOf(file, position)}\n`;
}

/** Counts the requests by the minute, in the last 4 MiB of the log, as its lines are dated. Changes nothing. */
export function readMinutes(file: string): string {
  return `${locating}\n${reading}\naccess_minutes ${placeOf(file, { state: 'unknown' })}\n`;
}

/** What `readPeriod` reported, and where the log ended; undefined when it could not be read. */
export function periodIn(facts: Facts): { readonly period: AccessPeriod; readonly position: LogPosition } | undefined {
  const [, inode, size] = /^(\d+) (\d+)$/.exec(facts.get('access-place')?.at(-1) ?? '') ?? [];
  const period = periodOf(facts.get('access')?.at(-1) ?? '');
  return inode === undefined || size === undefined || period === undefined ? undefined : { period, position: { state: 'at', inode, size } };
}

/** What `readMinutes` reported, by the beginning of the minute. */
export function minutesIn(facts: Facts): ReadonlyMap<Milliseconds, AccessPeriod> {
  return new Map((facts.get('access') ?? []).flatMap((line): [Milliseconds, AccessPeriod][] => {
    const [, date = '', rest = ''] = /^\[(.*?)\] (.*)$/.exec(line) ?? [];
    const [time, period] = [minuteOf(date), periodOf(rest)];
    return time === undefined || period === undefined ? [] : [[time, period]];
  }));
}

/** Several hosts' requests of the same time. */
export function together(periods: readonly AccessPeriod[]): AccessPeriod {
  const times = new Map<Milliseconds, number>();
  for (const [time, count] of periods.flatMap((period) => [...period.times])) times.set(time, (times.get(time) ?? 0) + count);
  return { requests: total(periods.map(({ requests }) => requests)), errors: total(periods.map(({ errors }) => errors)), times };
}

/** In seconds; undefined where the log tells no times. @param statistic `average` or `p95` … (nearest rank) */
export function secondsIn({ times }: AccessPeriod, statistic: string): number | undefined {
  const sorted = [...times].toSorted(([one], [other]) => one - other);
  const count = total(sorted.map(([, each]) => each));
  if (count === 0) return undefined;
  if (statistic === 'average') return total(sorted.map(([time, each]) => time * each)) / count / 1000;
  const rank = Math.ceil((Number(statistic.slice(1)) / 100) * count);
  let passed = 0;
  for (const [time, each] of sorted) {
    passed += each;
    if (passed >= rank) return time / 1000;
  }
  return undefined;
}

function periodOf(line: string): AccessPeriod | undefined {
  const [, requests, errors, times = ''] = /^(\d+) (\d+)((?: \d+:\d+)*)$/.exec(line) ?? [];
  if (requests === undefined || errors === undefined) return undefined;
  const read = times.trim().split(' ').filter((each) => each !== '').map((each): [number, number] => {
    const [time = '', count = ''] = each.split(':');
    return [Number(time), Number(count)];
  });
  return { requests: Number(requests), errors: Number(errors), times: new Map(read) };
}

/** `23/Nov/2025:12:00 +0000`, as the common format dates lines, or `2025-11-23T12:00+00:00`. */
function minuteOf(date: string): Milliseconds | undefined {
  const [, day, month, year, clock, sign, hours, minutes] = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d) ([+-])(\d\d)(\d\d)$/.exec(date) ?? [];
  const time = Date.parse(day === undefined ? date : `${day} ${month} ${year} ${clock} GMT${sign}${hours}${minutes}`);
  return Number.isNaN(time) ? undefined : time;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

// The status follows the first quote that is not escaped and closes the request, as in access-log.ts; in JSON it has a key of its own.
// A client can write what it likes between quotes, and as the user's name before the date: in a plain line the time is looked for outside of quotes,
// and the last one counts; in JSON a quote that a client wrote has a backslash before it, so that it cannot make a key.
// Times are kept to two digits, so that a log of any size comes to a line of a few kilobytes.
const reading = `access_count() {
  LC_ALL=C awk -v by="$1" '
    function digits(text) { gsub(/[^0-9.]/, "", text); return text + 0 }
    function took(line,   rest, found) {
      found = -1
      if (line ~ /^[ \\t]*\\{/) {
        if (match(line, /"request_time": *"?[0-9]+\\.[0-9]+/)) found = digits(substr(line, RSTART + 14, RLENGTH - 14))
        return found
      }
      rest = line
      gsub(/"[^"]*"/, "\\"\\"", rest)
      if (match(rest, /[ "][0-9]+\\.[0-9][0-9][0-9]$/)) return digits(substr(rest, RSTART, RLENGTH))
      while (match(rest, /[ "|,;](request_time|rt)[=:][0-9]+\\.[0-9]+/)) {
        found = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        sub(/^[^=:]*[=:]/, "", found)
        found = found + 0
      }
      return found
    }
    function status(line) {
      if (line ~ /^[ \\t]*\\{/) return match(line, /"status": *"?[1-5][0-9][0-9]["},]/) ? substr(line, RSTART + RLENGTH - 4, 1) : ""
      return match(line, /[^\\\\]" [1-5][0-9][0-9] /) ? substr(line, RSTART + 3, 1) : ""
    }
    function minute(line) {
      if (match(line, /\\[[0-9][0-9]\\/[A-Z][a-z][a-z]\\/[0-9][0-9][0-9][0-9]:[0-9][0-9]:[0-9][0-9]:[0-9][0-9] [-+][0-9][0-9][0-9][0-9]\\]/)) {
        return substr(line, RSTART + 1, 17) substr(line, RSTART + 21, 6)
      }
      if (match(line, /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9][-+][0-9][0-9]:[0-9][0-9]/)) {
        return substr(line, RSTART, 16) substr(line, RSTART + 19, 6)
      }
      return ""
    }
    {
      key = ""
      if (by == "minute") { key = minute($0); if (key == "") next }
      if (!(key in requests)) { order[++keys] = key; requests[key] = 0; errors[key] = 0; times[key] = "" }
      requests[key]++
      if (status($0) == "5") errors[key]++
      seconds = took($0)
      if (seconds < 0) next
      time = int(seconds * 1000 + 0.5)
      scale = 1
      while (time / scale >= 100) scale *= 10
      time = int(time / scale + 0.5) * scale
      if (!((key, time) in counts)) times[key] = times[key] " " time
      counts[key, time]++
    }
    END {
      if (by != "minute" && keys == 0) print "0 0"
      for (at = keys > 60 ? keys - 59 : 1; at <= keys; at++) {
        key = order[at]
        if (by == "minute") printf "[%s] ", key
        printf "%d %d", requests[key], errors[key]
        n = split(times[key], each, " ")
        for (i = 1; i <= n; i++) printf " %d:%d", each[i], counts[key, each[i]]
        printf "\\n"
      }
    }'
}
access_period() {
  log_locate "$1"
  fact access-place "$state"
  case $state in *' '*) ;; *) return 0 ;; esac
  size=\${state#* } from=$3
  if [ "\${state% *}" != "$2" ] || [ "$size" -lt "$from" ]; then from=0; fi
  tail -c "+$((from + 1))" -- "$1" | head -c "$((size - from))" | access_count all | facts access
}
access_minutes() {
  log_locate "$1"
  case $state in *' '*) ;; *) return 0 ;; esac
  tail -c 4194304 -- "$1" | access_count minute | facts access
}`;
