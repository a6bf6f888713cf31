/** A dump that is proved before it counts as a backup. */
import { backupFolder, finishBackup, type BackupPlace } from '../../commands/backup.ts';
import { quote } from '../../commands/quote.ts';
import { holdsRows, shown, tables } from './catalog.ts';

/**
 * Reads the rows of a dump as SQL and prints `rows<tab><count><tab><table>` for each table and `revision<tab><revision>` for each that alembic
 * keeps. Within COPY data a line cannot begin with `\.` but at its end, so the mark that reading failed cannot be data.
 */
const contents = String.raw`
function name(   at, text) {
  if (substr(rest, 1, 1) != "\"") { match(rest, /^[^. ]*/); text = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1); return text }
  rest = substr(rest, 2)
  while ((at = index(rest, "\"")) > 0) {
    text = text substr(rest, 1, at - 1); rest = substr(rest, at + 1)
    if (substr(rest, 1, 1) != "\"") return text
    text = text "\""; rest = substr(rest, 2)
  }
  return text
}
/^\\\.failed$/ { exit 7 }
copying && $0 == "\\." { print "rows\t" count "\t" (schema == "public" ? "" : schema ".") table; copying = 0; next }
copying { count++; if (table == "alembic_version") print "revision\t" $0; next }
/^COPY .* FROM stdin;$/ { rest = substr($0, 6); schema = name(); rest = substr(rest, 2); table = name(); copying = 1; count = 0 }`;

/** Table names as JSON. */
const asJson = String.raw`
{ count = $2; text = $3; gsub(/[\\"]/, "\\\\&", text); gsub(/[[:cntrl:]]/, " ", text); line = line (NR > 1 ? "," : "") "\"" text "\":" count }
END { print "{" line "}" }`;

/**
 * Defines `dump_contents FILE`, which reads the whole dump, every row of it, and fails when it cannot be read to its end, and `dump_hash FILE`, the hash of
 * its schema. `$dump_format` is what pg_restore is told.
 */
export const readDump = `dump_contents() { { pg_read --section=data --file=- "$1" || echo '\\.failed'; } | awk ${quote(contents)}; }
dump_hash() { dump_schema=$(pg_read --schema-only --file=- "$1") || return 1; printf '%s\\n' "$dump_schema" | schema_hash; }
`;

/**
 * One consistent snapshot in pg_dump's custom format, lightly compressed (time counts here, and the rows are read again at once). It counts only
 * when pg_dump ended well, it can be read to its last row, and it holds every table of the database. What the manifest tells of it (rows,
 * revision, schema) is read from the dump itself. Facts as of every backup.
 */
export function dumpDatabase(place: BackupPlace): string {
  return `${backupFolder(place, 'database', 'dump')}refuse() { rm -f "$file.part"; echo "$*" >&2; exit 1; }
${readDump}if [ ! -f "$file" ]; then
  began=$(date +%s)
  # Where the server may not tell its place in the log, the dump is as good.
  position=$(db -e 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END' 2>/dev/null) || position=
  pg_run pg_dump "$database" '' --format=custom --compress=1 --lock-wait-timeout=120s --exclude-schema='_rollback_*' --file="$file.part" || refuse 'the dump program failed'
  held=$(dump_contents "$file.part") || refuse 'the dump cannot be read to its end'
  in_dump=$(printf '%s\\n' "$held" | sed -n "s/^rows$tab[0-9]*$tab//p" | LC_ALL=C sort)
  in_database=$(db -e ${quote(`SELECT ${shown} FROM ${tables} WHERE ${holdsRows}`)} | LC_ALL=C sort)
  printf '%s\\n' "$in_database" | while IFS= read -r table; do
    [ -z "$table" ] || printf '%s\\n' "$in_dump" | grep -qxF -e "$table" || { echo "the dump does not hold the table $table"; break; }
  done > "$file.said"
  absent=$(cat "$file.said"); rm -f "$file.said"
  [ -z "$absent" ] || refuse "$absent"
  schema=$(dump_hash "$file.part") || refuse 'the dump cannot be read'
  revision=$(printf '%s\\n' "$held" | sed -n "s/^revision$tab//p" | LC_ALL=C sort -u | tr -cd 'A-Za-z0-9_.\\n-' | paste -s -d ' ' -)
  rows=$(printf '%s\\n' "$held" | sed -n "/^rows$tab/p" | awk -F '\\t' ${quote(asJson)})
  server=$(db -e 'SHOW server_version' | tr -cd 'A-Za-z0-9.+_ ()~-')
  details="\\"engine\\":\\"postgresql\\",\\"server\\":\\"PostgreSQL $server\\",\\"revision\\":\\"$revision\\",\\"tables\\":$(printf '%s\\n' "$held" | grep -c "^rows$tab" | cat),\\"rows\\":$rows,\\"position\\":\\"$position\\",\\"schema\\":\\"$schema\\",\\"seconds\\":$(($(date +%s) - began))"
fi
${finishBackup(place, 'database')}`;
}
