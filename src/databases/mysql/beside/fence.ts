/** Keeping every writer out of the live data, and letting them in again. Follows `admin()`; `$fence` is a file. */
import { quote } from '../../../commands/quote.ts';
import type { Names } from '../../engine.ts';
import { name } from '../fingerprint.ts';
import { grantsPrelude } from './grants.ts';
import { markerPrelude } from './marker.ts';

const definer = `CONCAT(${name("LEFT(definer, CHAR_LENGTH(definer) - CHAR_LENGTH(SUBSTRING_INDEX(definer, '@', -1)) - 1)")}, '@', ${name("SUBSTRING_INDEX(definer, '@', -1)")})`;
const alterEvents = (to: string) => `SELECT CONCAT('ALTER DEFINER=', ${definer}, ' EVENT ', ${name('event_schema')}, '.', ${name('event_name')}, ' ${to};') FROM information_schema.events WHERE event_schema = DATABASE() AND status = 'ENABLED'`;

/** SQL strings of the users in statements such as `grants_for` prints. */
const users = String.raw`match($0, / (TO|FROM) [§'][^§']*[§']/) { user = substr($0, RSTART, RLENGTH); sub(/^ (TO|FROM) ./, "", user); sub(/.$/, "", user); gsub(/\\/, "\\\\", user); print "'" user "'" }`.replaceAll('§', '`');

/**
 * Defines
 * - `keep_out DATABASE` leaves only reading to whoever is no administrator
 * - `end_sessions DATABASE` ends the sessions that have it open, and those of users named in `$fence`, and waits until they are gone: what one had
 *   not committed is then taken back
 */
export const fencePrelude = `${grantsPrelude}keep_out() {
  fenced=$(grants_for fence "$1")
  printf '%s\\n' "$fenced" | sed -n 's/^> //p' | db_admin information_schema
}
end_sessions() {
  fenced_users=
  if [ -f "$fence" ]; then fenced_users=$(awk ${quote(users)} "$fence" | sort -u | tr '\\n' ',' | sed 's/,$//'); fi
  holding="id <> CONNECTION_ID() AND command NOT LIKE 'Binlog Dump%' AND command <> 'Daemon' AND user NOT IN ('system user', 'event_scheduler') AND (db = '$1' \${fenced_users:+OR user IN ($fenced_users)})"
  tries=0
  while :; do
    sessions=$(db_admin information_schema -e "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist WHERE $holding")
    [ -n "$sessions" ] || break
    tries=$((tries + 1))
    [ "$tries" -le 120 ] || { echo "sessions do not end: $(printf '%s\\n' "$sessions" | wc -l) of them" >&2; exit 1; }
    printf '%s\\n' "$sessions" | db_admin information_schema --force 2>/dev/null || :
    db_admin information_schema -e 'DO SLEEP(0.25)'
  done
}
`;

/** What there was is written before anything is taken; written once, so that a second try does not record what the first one left. */
export function fence({ live }: Names): string {
  return `${fencePrelude}live=${quote(live)}
fenced=$(grants_for fence "$live")
global=$(printf '%s\\n' "$fenced" | sed -n 's/^! //p' | tr '\\n' ' ')
[ -z "$global" ] || { echo "these may write to every database and cannot be kept out of $live: $global: REVOKE their rights ON *.*, and GRANT them on the databases that they use" >&2; exit 1; }
own_user=$(db_with "$db_options" information_schema '' -e ${quote("SELECT CONCAT('`', REPLACE(CURRENT_USER(), '@', '`@`'), '`')")})
if printf '%s\\n' "$fenced" | grep -qxF "@ $own_user"; then fact note "the application's own user is an administrator of the database server: it cannot be kept out"; fi
if [ ! -f "$fence" ]; then
  { printf '%s\\n' "$fenced" | sed -n 's/^< //p'; db_admin "$live" -e ${quote(alterEvents('ENABLE'))}; } > "$fence.new"
  sync "$fence.new" 2>/dev/null || :
  mv "$fence.new" "$fence"
fi
keep_out "$live"
statements=$(db_admin "$live" -e ${quote(alterEvents('DISABLE ON SLAVE'))})
printf '%s\\n' "$statements" | db_admin "$live"
end_sessions "$live"
`;
}

export function unfence(names: Names): string {
  const { live, kept } = names;
  return `${markerPrelude(names)}${grantsPrelude}
if [ -f "$fence" ]; then
  if [ "$(is_marked ${quote(live)})" = 1 ]; then now=${quote(kept)}; else now=${quote(live)}; fi
  if [ "$now" = ${quote(live)} ]; then rights=$(grep -E '^(GRANT|REVOKE) ' "$fence" || :); else rights=$(grants_for rename ${quote(live)} "$now" < "$fence"); fi
  printf '%s\\n' "$rights" | run_grants
  events=$(grep '^ALTER ' "$fence" || :)
  if [ "$now" = ${quote(live)} ]; then printf '%s\\n' "$events" | db_admin "$now"; fi
  rm -f "$fence"
fi
`;
}
