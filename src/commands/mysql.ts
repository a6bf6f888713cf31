/** The client of MariaDB and MySQL on a host, without its password in any argument, environment or readable file. */
import type { DatabaseSource } from './environment.ts';
import { valueOf } from './environment.ts';
import { quote } from './quote.ts';

/**
 * Reads a database URL from standard input and prints an option file; with `-v want=database` the database's name; with `-v want=host` its
 * address. Parts are percent-decoded byte by byte. User and password end at the last `@` before the path, as in RFC 3986.
 * A Python driver that speaks TCP to `localhost` is taken at its word, since MySQL's own clients would use a socket there.
 */
const optionFile = String.raw`
function decoded(text,   at, result) {
  while ((at = index(text, "%")) > 0) {
    result = result substr(text, 1, at - 1)
    high = index("0123456789abcdef", tolower(substr(text, at + 1, 1))); low = index("0123456789abcdef", tolower(substr(text, at + 2, 1)))
    if (length(substr(text, at + 1, 2)) == 2 && high && low) { result = result sprintf("%c", (high - 1) * 16 + low - 1); text = substr(text, at + 3) }
    else { result = result "%"; text = substr(text, at + 1) }
  }
  return result text
}
function option(name, value,   i, c, text) {
  for (i = 1; i <= length(value); i++) {
    c = substr(value, i, 1)
    text = text (c == "\t" ? "\\t" : c == "\n" ? "\\n" : c == "\r" ? "\\r" : c == "\\" || c == "\"" ? "\\" c : c)
  }
  print name "=\"" text "\""
}
{ url = url (NR > 1 ? "\n" : "") $0 }
END {
  if (!match(url, /^(mysql|mariadb)(\+[a-z0-9]+)?:\/\//)) exit 4
  scheme = substr(url, 1, RLENGTH - 3); rest = substr(url, RLENGTH + 1)
  authority = rest; sub(/[\/?].*$/, "", authority)
  if (index(authority, "@") == 0 && index(rest, "@") > 0) authority = substr(rest, 1, index(rest, "@")) 
  at = 0; for (i = 1; i <= length(authority); i++) if (substr(authority, i, 1) == "@") at = i
  if (at) { login = substr(authority, 1, at - 1); rest = substr(rest, at + 1) }
  place = rest; sub(/[\/?].*$/, "", place); rest = substr(rest, length(place) + 1)
  query = ""; if ((i = index(rest, "?")) > 0) { query = substr(rest, i + 1); rest = substr(rest, 1, i - 1) }
  database = decoded(substr(rest, 2))
  if (place ~ /^\[/) { host = substr(place, 2, index(place, "]") - 2); port = substr(place, index(place, "]") + 1) }
  else { host = place; sub(/:.*$/, "", host); port = substr(place, length(host) + 1) }
  sub(/^:/, "", port)
  if (want == "database") { print database; exit }
  if (want == "host") { print decoded(host); exit }
  print "[client]"
  if ((i = index(login, ":")) > 0) { option("user", decoded(substr(login, 1, i - 1))); option("password", decoded(substr(login, i + 1))) }
  else if (login != "") option("user", decoded(login))
  count = split(query, pairs, "&")
  for (i = 1; i <= count; i++) {
    key = pairs[i]; sub(/=.*$/, "", key); value = substr(pairs[i], length(key) + 2); gsub(/\+/, " ", value); value = decoded(value)
    if (key == "unix_socket" || key == "socket") { socket = value; option("socket", value) }
    if (key ~ /^ssl_(ca|cert|key|capath|cipher)$/ || key ~ /^ssl-(ca|cert|key)$/) { gsub(/_/, "-", key); option(key, value); checked = 1 }
  }
  if (host != "" && socket == "") option("host", decoded(host))
  if (port != "" && socket == "") option("port", port)
  if (socket == "" && host != "" && (host != "localhost" || scheme ~ /pymysql|asyncmy|aiomysql|mysqlconnector/)) print "protocol=tcp"
  if (!checked && mariadb) print "skip-ssl-verify-server-cert"
}`;

/** What every session is set to: exact values in and out, no key checks, no wait without end. */
const session = [
  'SET NAMES utf8mb4', "SESSION time_zone = '+00:00'", "SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'", 'SESSION foreign_key_checks = 0',
  'SESSION group_concat_max_len = 16777216', 'SESSION sql_quote_show_create = 1', 'SESSION lock_wait_timeout = 120',
  'SESSION innodb_lock_wait_timeout = 120', '/*!80000 SESSION information_schema_stats_expiry = 0, */ /*M!100201 SESSION check_constraint_checks = 0, */ @rollback_action = 1',
].join(', ');

/** Options of every client that is asked something, as words for sh. */
export const asked = `--connect-timeout=20 --init-command=${quote(session)} --default-character-set=utf8mb4 --binary-mode --batch --raw --skip-column-names`;

/**
 * Defines, for the rest of the script:
 * - `$database`, the name; `$database_address`, the host's name in the URL, empty for a socket;
 * - `db`, the client: SQL on standard input or `-e`, rows as tab-separated lines without a heading; stops at the first error, obeys no
 *   command of the client besides `DELIMITER`;
 * - `db_on DATABASE ADDRESS …`, the same in another database, and at another address unless it is empty;
 * - `db_with OPTIONS DATABASE ADDRESS …`, the same with the text of another option file, as `options_of URL` prints it;
 * - `db_dump`, the dump program with its credentials; `$dumper`, its path, empty when there is none.
 *
 * The options come on a file descriptor and are the only ones read (`--defaults-file`): a `.my.cnf` of the SSH user would win over them.
 * Fails with one line when there is no client or no usable URL.
 */
export function databasePrelude(source: DatabaseSource): string {
  const url = source.kind === 'secret' ? 'secret_line 1' : valueOf(source.file, source.key);
  return `client=$(command -v mariadb) || client=$(command -v mysql) || { echo 'neither mariadb nor mysql, the database client, is installed' >&2; exit 1; }
dumper=$(command -v mariadb-dump) || dumper=$(command -v mysqldump) || dumper=
from_url=${quote(optionFile)}
is_mariadb=; case $("$client" --version) in *MariaDB*) is_mariadb=1;; esac
options_of() { printf '%s\\n' "$1" | awk -v mariadb="$is_mariadb" "$from_url"; }
database_url=$(${url}) || exit 1
db_options=$(options_of "$database_url") || { echo 'the database URL is not one of mysql:// or mariadb://' >&2; exit 1; }
database=$(printf '%s\\n' "$database_url" | awk -v want=database "$from_url")
database_address=$(printf '%s\\n' "$database_url" | awk -v want=host "$from_url")
unset database_url
[ -n "$database" ] || { echo 'the database URL names no database' >&2; exit 1; }
db() { db_on "$database" '' "$@"; }
db_on() { db_with "$db_options" "$@"; }
db_with() {
  with_options=$1 on_database=$2 on_address=$3; shift 3
  "$client" --defaults-file=/dev/fd/5 \${on_address:+--protocol=tcp "--host=$on_address"} ${asked} "$@" -- "$on_database" 5<<END_OF_OPTIONS
$with_options
END_OF_OPTIONS
}
db_dump() { "$dumper" --defaults-file=/dev/fd/5 "$@" -- "$database" 5<<END_OF_OPTIONS
$db_options
END_OF_OPTIONS
}
`;
}
