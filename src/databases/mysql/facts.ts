/** What an assessment asks of MariaDB or MySQL. Reads only; follows `databasePrelude()`. */
import { quote } from '../../commands/quote.ts';
import { name, ours } from './fingerprint.ts';

/** What migrations, the dump and keeping aside need on the database, as `SHOW GRANTS` names it. */
const needed = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER', 'INDEX', 'REFERENCES', 'LOCK TABLES', 'TRIGGER', 'EVENT', 'SHOW VIEW'];

/** Reads `SHOW GRANTS`; prints needed privileges that are missing, and `DEFINER` when objects of other definers cannot be made again. */
const missing = String.raw`
function pattern(scope) {
  gsub(/[.^$*+?()\[\]{}|]/, "[&]", scope); gsub(/\\_/, "\001", scope); gsub(/\\%/, "\002", scope)
  gsub(/_/, ".", scope); gsub(/%/, ".*", scope); gsub(/\001/, "_", scope); gsub(/\002/, "%", scope)
  return "^" scope "$"
}
match($0, /^GRANT .* ON ([*]|` + '`[^`]*`' + String.raw`)[.][*] TO /) {
  all = substr($0, 7); scope = all; sub(/^.* ON /, "", scope); sub(/[.][*] TO .*$/, "", scope); gsub(/` + '`' + String.raw`/, "", scope)
  sub(/ ON .*$/, "", all); count = split(all, privileges, /, */)
  if (scope != "*" && database !~ pattern(scope)) next
  for (i = 1; i <= count; i++) { have[privileges[i]] = 1; if (scope == "*") globally[privileges[i]] = 1 }
}
END {
  count = split(needed, names, ",")
  for (i = 1; i <= count; i++) if (!(names[i] in have) && !("ALL PRIVILEGES" in have)) print names[i]
  if (!("ALL PRIVILEGES" in globally) && !("SUPER" in globally) && !("SET USER" in globally) && !("SET_USER_ID" in globally) && !("SET_ANY_DEFINER" in globally)) print "DEFINER"
}`;

const tables = `information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE ${ours}`;

/** Defines `missing_privileges`, which prints one name a line. */
export const missingPrivileges = `missing_privileges() { grants=$(db -e 'SHOW GRANTS'); printf '%s\\n' "$grants" | awk -v database="$database" -v needed=${quote(needed.join(','))} ${quote(missing)}; }
`;

/**
 * Facts:
 * - `database-reachable` (`yes`, `no`), `database-error`; when `no`, nothing further
 * - `database-name`, `database-server` (version), `database-bytes` (data and indexes)
 * - `database-table`: `<rows> <exact|estimate> <bytes> <engine> <name>`
 * - `database-process`: `<connections> <longest in seconds> <command> <user>`
 * - `database-missing-privilege`
 * - `database-trigger-of-other`: a table whose triggers this user could not make again as they are
 * - `database-kept`: the name, as `asideOf` makes it, under which an earlier run keeps something that nobody took away
 *
 * @param countUpTo bytes of data up to which a table's rows are counted; above, the server's estimate is told
 */
export function databaseFacts(countUpTo: number): string {
  const statements = `SELECT CONCAT('SELECT CONCAT_WS('' '', ', IF(data_length <= ${countUpTo}, 'COUNT(*), ''exact''', CONCAT(table_rows, ', ''estimate''')), ', ', COALESCE(data_length, 0) + COALESCE(index_length, 0), ', ', QUOTE(engine), ', ', QUOTE(table_name), ')', IF(data_length <= ${countUpTo}, CONCAT(' FROM ', ${name('table_name')}), ''), ';') FROM ${tables} ORDER BY table_name`;
  return `if ! reached=$(db -e 'SELECT 1' 2>&1); then
  fact database-reachable no
  fact database-error "$(printf '%s\\n' "$reached" | tail -n 1)"
else
  fact database-reachable yes
  fact database-name "$database"
  fact database-server "$(db -e 'SELECT VERSION()')"
  fact database-bytes "$(db -e ${quote(`SELECT COALESCE(SUM(data_length + index_length), 0) FROM ${tables}`)})"
  statements=$(db -e ${quote(statements)})
  lines=$(printf '%s\\n' "$statements" | db)
  printf '%s' "$lines" | facts database-table
  db -e "SELECT CONCAT_WS(' ', COUNT(*), MAX(time), command, user) FROM information_schema.processlist WHERE id <> CONNECTION_ID() GROUP BY command, user ORDER BY COUNT(*) DESC" | facts database-process
  ${missingPrivileges.trim()}
  privileges=$(missing_privileges)
  printf '%s' "$privileges" | grep -v '^DEFINER$' | facts database-missing-privilege
  case $privileges in *DEFINER*) db -e "SELECT DISTINCT event_object_table FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND definer <> CURRENT_USER()" | facts database-trigger-of-other;; esac
  db -e ${quote(`SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE ${ours}`)} | awk '!/^_rollback_restored_/ { sub(/(_objects|_[0-9]+_(before|after|changed|left))$/, ""); print }' | sort -u | facts database-kept
fi
`;
}
