/** Rows of one database that are not in another, wherever that is: one line a row from both, sorted, compared one by one. */
import { quote } from '../../../commands/quote.ts';
import type { At } from '../../engine.ts';
import { name, ours } from '../fingerprint.ts';

const q = name('column_name');
const numbers = `'tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'double'`;
const times = `'date', 'datetime', 'timestamp', 'time', 'year', 'uuid', 'inet4', 'inet6'`;

/** A value as text that is the same exactly when the value is, whatever its character set. */
const comparable = `CASE WHEN data_type = 'float' THEN CONCAT(${q}, ' + 0e0') WHEN data_type = 'bit' THEN CONCAT('HEX(', ${q}, ')') WHEN data_type IN (${numbers}, ${times}) THEN ${q}
  WHEN character_set_name IS NULL AND data_type <> 'json' THEN CONCAT('MD5(', ${q}, ')') ELSE CONCAT('MD5(CONVERT(', ${q}, ' USING utf8mb4))') END`;
/** A value as a literal that brings it back to the byte. */
const literal = `CONCAT('COALESCE(', CASE WHEN data_type = 'bit' THEN CONCAT(${q}, ' + 0') WHEN data_type = 'float' THEN CONCAT(${q}, ' + 0e0') WHEN data_type IN (${numbers}) THEN ${q} WHEN data_type IN (${times}) THEN CONCAT('QUOTE(', ${q}, ')')
  WHEN character_set_name IS NULL AND data_type <> 'json' THEN CONCAT('CONCAT(''X'''''', HEX(', ${q}, '), '''''''')') ELSE CONCAT('CONCAT(''_utf8mb4 X'''''', HEX(CONVERT(', ${q}, ' USING utf8mb4)), '''''''')') END, ', ''NULL'')')`;
const columns = `SELECT HEX(table_name), HEX(column_name), ${name('table_name')}, ${q}, column_type, ${comparable}, ${literal}, QUOTE(${name('table_name')}), QUOTE(${q}) FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = DATABASE() AND table_type <> 'VIEW' AND table_type <> 'SEQUENCE' AND table_name NOT LIKE ${ours} AND table_name <> 'alembic_version' AND COALESCE(generation_expression, '') = '' ORDER BY CAST(table_name AS BINARY), ordinal_position`;

/**
 * awk; reads the columns of `to`, a line with only `\001`, and those of `from`. For each table of `from`, numbered, lines `<n><TAB><what><TAB><text>`:
 * `name`; `same` with the backticked name where the columns are the same; `from` and `to`, statements that print one line a row (no `to` where it
 * has no such table); `insert`, one that prints the line and the row as SQL.
 */
const plan = String.raw`
function hash(text) { return text == "" ? "'-'" : "MD5(CONCAT_WS('|'" text "))" }
BEGIN { FS = "\t" }
$0 == "\001" { second = 1; next }
!second { there[$1] = 1; column_there[$1, $2] = $6; all_there[$1] = all_there[$1] $2 " " $5 "\t"; next }
{ if (!($1 in number)) { number[$1] = ++count; id[count] = $1; table[count] = $3; quoted[count] = $8 }
  n = number[$1]; all_here[n] = all_here[n] $2 " " $5 "\t"; names[n] = names[n] (names[n] == "" ? "" : ", ") substr($9, 2, length($9) - 2); values[n] = values[n] (values[n] == "" ? "" : ", ', ', ") $7
  if (($1, $2) in column_there) { here[n] = here[n] ", COALESCE(" $6 ", '-')"; other[n] = other[n] ", COALESCE(" column_there[$1, $2] ", '-')" }
  else extra[n] = extra[n] " OR " $4 " IS NOT NULL" }
END {
  for (n = 1; n <= count; n++) {
    line = hash(here[n]); if (extra[n] != "") line = "CONCAT(" line ", IF(" substr(extra[n], 5) ", 'x', ''))"
    print n "\tname\t" table[n]
    if (all_here[n] == all_there[id[n]]) print n "\tsame\t" table[n]
    print n "\tfrom\tSELECT " line " FROM " table[n] ";"
    if (id[n] in there) print n "\tto\tSELECT " hash(other[n]) " FROM " table[n] ";"
    print n "\tinsert\tSELECT " line ", CONCAT('INSERT INTO " substr(quoted[n], 2, length(quoted[n]) - 2) " (" names[n] ") VALUES (', " values[n] ", ');') FROM " table[n] ";"
  }
}`;

/** awk; of sorted lines `<line><TAB><SQL>` prints the SQL of those that the file `lost`, sorted as well, names; as many as it names. */
const pick = String.raw`
BEGIN { FS = "\t"; more = (getline wanted < lost) > 0 }
more { line = $1; while (more && wanted < line) more = (getline wanted < lost) > 0; if (more && wanted == line) { print substr($0, length(line) + 2); more = (getline wanted < lost) > 0 } }`;

const head = `SET NAMES utf8mb4; SET time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, unique_checks = 0, autocommit = 0;`;

export function lost(from: At, to: At, file?: string): string {
  const at = ({ database, address }: At) => `${quote(database)} ${quote(address)}`;
  return `(
lost_folder=$(mktemp -d "$PWD/lost.XXXXXX" 2>/dev/null) || lost_folder=$(mktemp -d)
trap 'rm -rf "$lost_folder"' EXIT
from_db() { db_on ${at(from)} "$@"; }
to_db() { db_on ${at(to)} "$@"; }
in_snapshot() { printf 'START TRANSACTION WITH CONSISTENT SNAPSHOT;\\n%s\\n' "$1"; }
of_table() { awk -F '\\t' -v n="$1" -v what="$2" '$1 == n && $2 == what { print substr($0, length(n) + length(what) + 3) }' "$lost_folder/plan"; }
to_db -e ${quote(columns)} > "$lost_folder/columns"
printf '\\001\\n' >> "$lost_folder/columns"
from_db -e ${quote(columns)} >> "$lost_folder/columns"
LC_ALL=C awk ${quote(plan)} "$lost_folder/columns" > "$lost_folder/plan"
${file === undefined ? '' : `printf '%s\\n' ${quote(head)} > "$lost_folder/export"
`}for n in $(cut -f 1 "$lost_folder/plan" | sort -nu); do
  named=$(of_table "$n" name); same=$(of_table "$n" same); statement=$(of_table "$n" to)
  if [ -n "$same" ]; then
    one=$(from_db -e "SELECT COUNT(*) FROM $same; CHECKSUM TABLE $same"); other=$(to_db -e "SELECT COUNT(*) FROM $same; CHECKSUM TABLE $same")
    if [ "$(printf '%s\\n' "$one" | awk '{ print $NF }')" = "$(printf '%s\\n' "$other" | awk '{ print $NF }')" ]; then continue; fi
  fi
  if [ -n "$statement" ]; then
    in_snapshot "$statement" | to_db --quick > "$lost_folder/to.new"; LC_ALL=C sort -o "$lost_folder/to" "$lost_folder/to.new"
  else : > "$lost_folder/to"; fi
  in_snapshot "$(of_table "$n" from)" | from_db --quick > "$lost_folder/from.new"; LC_ALL=C sort -o "$lost_folder/from" "$lost_folder/from.new"
  LC_ALL=C comm -23 "$lost_folder/from" "$lost_folder/to" > "$lost_folder/lost"
  rows=$(wc -l < "$lost_folder/lost")
  [ "$rows" -gt 0 ] || continue
  fact lost "$rows $(printf '%s\\n' "$named" | sed 's/^\`//; s/\`$//; s/\`\`/\`/g')"
${file === undefined ? '' : `  in_snapshot "$(of_table "$n" insert)" | from_db --quick > "$lost_folder/rows.new"
  LC_ALL=C sort -o "$lost_folder/rows" "$lost_folder/rows.new"
  LC_ALL=C awk -v lost="$lost_folder/lost" ${quote(pick)} "$lost_folder/rows" > "$lost_folder/picked"
  [ "$(wc -l < "$lost_folder/picked")" = "$rows" ] || { echo "rows of $named changed while they were counted" >&2; exit 1; }
  cat "$lost_folder/picked" >> "$lost_folder/export"
`}done
${file === undefined ? '' : `printf 'COMMIT;\\n' >> "$lost_folder/export"
gzip -c "$lost_folder/export" > ${quote(`${file}.part`)}
gzip -t ${quote(`${file}.part`)}
mv ${quote(`${file}.part`)} ${quote(file)}
`}fact counted yes
)
`;
}
