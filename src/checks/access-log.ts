import type { Facts } from '../ports.ts';
import { locating, type LogPosition, placeOf } from './logs.ts';

/** What an access log tells of a time. */
export type AccessCount = {
  readonly requests: number;
  /** Answers with a 5xx. */
  readonly errors: number;
  /** Distinct first fields of their lines; addresses, unless a proxy stands in front. */
  readonly clients: number;
};

/** Counts what was added since, in the combined (or common) format. Changes nothing. */
export function countAccess(file: string, position: LogPosition): string {
  return `${locating}\n${counting}\naccess_since access ${placeOf(file, position)}\n`;
}

/** What `countAccess` reported; undefined when the log could not be read. */
export function accessIn(facts: Facts): AccessCount | undefined {
  const [, requests, errors, clients] = /^(\d+) (\d+) (\d+)$/.exec(facts.get('access')?.at(-1) ?? '') ?? [];
  return requests === undefined ? undefined : { requests: Number(requests), errors: Number(errors), clients: Number(clients) };
}

// The status follows the first quote that is not escaped and closes the request; a client can write no such quote into it: nginx logs
// it as \x22, Apache as \".
const counting = `access_since() {
  log_begin "$2" "$3" "$4"
  if [ "$state" != at ]; then return 0; fi
  tail -c "+$((from + 1))" -- "$2" | LC_ALL=C awk '
    { requests++ }
    match($0, /[^\\\\]" [1-5][0-9][0-9] /) && substr($0, RSTART + 3, 1) == "5" {
      errors++
      if (!($1 in seen)) { seen[$1] = 1; clients++ }
    }
    END { printf "%d %d %d\\n", requests, errors, clients }' | facts "$1"
}`;
