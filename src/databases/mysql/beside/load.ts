/** Loading a dump into a database of its own, and taking it away again. Follows `admin()`. */
import { quote } from '../../../commands/quote.ts';
import type { Names } from '../../engine.ts';
import { ours, name } from '../fingerprint.ts';
import { grantsPrelude } from './grants.ts';
import { markerPrelude } from './marker.ts';

/** Events stay off until the data is in use; `DISABLE ON SLAVE` is what no application uses on its only server, so those were on before. */
export const eventsOff = String.raw`/^\/\*!50106 CREATE\*\// && match($0, / PRESERVE ENABLE( |$)/) { $0 = substr($0, 1, RSTART) "PRESERVE DISABLE ON SLAVE " substr($0, RSTART + RLENGTH) }`;
export const eventsOn = String.raw`/^\/\*!50106 CREATE\*\// && match($0, / PRESERVE DISABLE ON (SLAVE|REPLICA)( |$)/) { $0 = substr($0, 1, RSTART) "PRESERVE ENABLE " substr($0, RSTART + RLENGTH) }`;

/** The first line of newer dumps, which other clients and servers take for a statement (MDEV-34203); the shell escape is off anyway. */
export const withoutSandbox = String.raw`NR == 1 && /^\/\*M?!999999/ { next }`;

/** The server may write a view's columns with the name of its database, which is another one then. */
export const withoutName = String.raw`/^-- Host: .* Database: / { own = $0; sub(/^.* Database: */, "", own); own = "§" own "§." }
/^\/\*!50001 VIEW / && own != "" { while ((at = index($0, own)) > 0) $0 = substr($0, 1, at - 1) substr($0, at + length(own)) }`.replaceAll('§', '`');

/** The end is told by the last reader of the dump, and only when it has seen it: a dump that breaks off is never taken for whole. */
const filter = `${withoutSandbox}
${withoutName}
${eventsOff}
{ print }
END { print "COMMIT; UPDATE " marker " SET loaded = 1; COMMIT;" }`;

const base = `table_type <> 'VIEW' AND table_name NOT LIKE ${ours}`;

/** Defines `sums_in DATABASE`, one line a table, which is another when a row is. */
const sums = `sums_in() {
  sum_statements=$(db_admin "$1" -e ${quote(`SELECT CONCAT('CHECKSUM TABLE ', ${name('table_name')}, ';') FROM information_schema.tables WHERE table_schema = DATABASE() AND ${base} ORDER BY table_name`)}) || return 1
  all_sums=$(printf '%s\\n' "$sum_statements" | db_admin "$1") || return 1
  printf '%s\\n' "$all_sums" | sed 's/^[^.]*[.]//' | sha256sum | cut -c 1-64
}
`;

export function restore(names: Names): string {
  const { live, restored } = names;
  return `${markerPrelude(names)}${grantsPrelude}${sums}restored=${quote(restored)} live=${quote(live)}
whole=
if [ "$(is_marked "$restored")" = 1 ]; then whole=$(db_admin "$restored" -e "SELECT sums FROM $marker WHERE loaded = 1 AND sums IS NOT NULL"); fi
if [ -z "$whole" ]; then
  if [ "$(exists_database "$restored")" = 1 ] && [ "$(is_marked "$restored")" = 0 ] && [ "$(db_admin information_schema -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$restored'")" != 0 ]; then
    echo "the database $restored is there, and was not made by this run" >&2; exit 1
  fi
  began=$(date +%s)
  db_admin information_schema -e "DROP DATABASE IF EXISTS \\\`$restored\\\`"
  charset=$(db_admin information_schema -e "SELECT CONCAT('CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name) FROM information_schema.schemata WHERE schema_name = '$live'")
  db_admin information_schema -e "CREATE DATABASE \\\`$restored\\\` $charset"
  db_admin "$restored" -e "CREATE TABLE $marker (loaded TINYINT NOT NULL, bytes BIGINT, seconds BIGINT, sums CHAR(64)) ENGINE=InnoDB; INSERT INTO $marker (loaded) VALUES (0)"
  load_options=--max-allowed-packet=1G
  case $("$client" --no-defaults --help 2>/dev/null) in *--sandbox*) load_options="$load_options --sandbox";; esac
  unpacked() {
    case $(head -c 2 "$file" | od -An -tx1 | tr -d ' \\n') in 1f8b) gzip -dc "$file" ;; *) cat "$file" ;; esac || printf '\\nthe dump could not be read;\\n'
  }
  # Not a row is checked twice: what is loaded was whole when it was dumped.
  { printf 'SET autocommit = 0, unique_checks = 0, foreign_key_checks = 0;\\n'; unpacked | LC_ALL=C awk -v marker="$marker" ${quote(filter)}; } | db_admin "$restored" $load_options > /dev/null
  [ "$(db_admin "$restored" -e "SELECT loaded FROM $marker")" = 1 ] || { echo 'the dump was not loaded to its end' >&2; exit 1; }
  grants=$(grants_for carry "$live" "$restored")
  printf '%s\\n' "$grants" | run_grants
  sums=$(sums_in "$restored")
  db_admin "$restored" -e "UPDATE $marker SET seconds = $(($(date +%s) - began)), bytes = (SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables WHERE table_schema = DATABASE()), sums = '$sums'"
fi
db_admin "$restored" -e "SELECT bytes, seconds FROM $marker" | { read -r bytes seconds; fact restored-bytes "$bytes"; fact restored-seconds "$seconds"; }
`;
}

export function forget(names: Names): string {
  const { restored } = names;
  return `${markerPrelude(names)}${grantsPrelude}${sums}restored=${quote(restored)}
if [ "$(exists_database "$restored")" = 1 ] && [ "$database" != "$restored" ] && [ "$(is_marked "$restored")" = 1 ]; then
  recorded=$(db_admin "$restored" -e "SELECT COALESCE(sums, '') FROM $marker")
  in_use=$(db_admin information_schema -e "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '$restored'")
  if [ -n "$recorded" ] && { [ "$in_use" != 0 ] || [ "$(sums_in "$restored")" != "$recorded" ]; }; then fact left "$restored"
  else
    grants=$(grants_for strip "$restored")
    printf '%s\\n' "$grants" | run_grants
    db_admin information_schema -e "DROP DATABASE \\\`$restored\\\`"
  fi
fi
`;
}
