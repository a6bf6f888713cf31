/** The clients of PostgreSQL on a host, without a password in any argument, environment or readable file. */
import type { DatabaseSource } from './environment.ts';
import { valueOf } from './environment.ts';
import { quote } from './quote.ts';

/**
 * Reads a database URL from standard input and prints, for `-v want=`:
 * - `connection`, libpq's own `key='value'` form of everything but the password and the database
 * - `password`, a line of a password file; nothing when the URL has none
 * - `database`, its name
 * - `host`, the host's name, empty for a socket
 * - `port`, as the URL has it
 *
 * Parts are percent-decoded byte by byte. User and password end at the last `@` before the path, as in RFC 3986. Both libpq's own URLs and those
 * of SQLAlchemy's drivers are read: `?host=/run/postgresql`, `?host=one:5432&host=two:5433`, `ssl=require`.
 */
const readUrl = String.raw`
function decoded(text,   at, result, high, low) {
  while ((at = index(text, "%")) > 0) {
    result = result substr(text, 1, at - 1)
    high = index("0123456789abcdef", tolower(substr(text, at + 1, 1))); low = index("0123456789abcdef", tolower(substr(text, at + 2, 1)))
    if (length(substr(text, at + 1, 2)) == 2 && high && low) { result = result sprintf("%c", (high - 1) * 16 + low - 1); text = substr(text, at + 3) }
    else { result = result "%"; text = substr(text, at + 1) }
  }
  return result text
}
function escaped(value, which,   i, c, text) {
  for (i = 1; i <= length(value); i++) { c = substr(value, i, 1); text = text (index(which, c) ? "\\" c : c) }
  return text
}
function option(name, value) { line = line (line == "" ? "" : " ") name "='" escaped(value, "\\'") "'" }
function place(text,   name, number) {
  if (text ~ /^\[/) { name = substr(text, 2, index(text, "]") - 2); number = substr(text, index(text, "]") + 1) }
  else if (text ~ /^\//) name = text
  else { name = text; sub(/:.*$/, "", name); number = substr(text, length(name) + 1) }
  sub(/^:/, "", number)
  host = host (places ? "," : "") decoded(name); port = port (places ? "," : "") number; places++
}
{ url = url (NR > 1 ? "\n" : "") $0 }
END {
  if (!match(url, /^(postgres|postgresql)(\+[a-z0-9_]+)?:\/\//)) exit 4
  rest = substr(url, RLENGTH + 1)
  authority = rest; sub(/[\/?].*$/, "", authority)
  if (index(authority, "@") == 0 && index(rest, "@") > 0) authority = substr(rest, 1, index(rest, "@"))
  at = 0; for (i = 1; i <= length(authority); i++) if (substr(authority, i, 1) == "@") at = i
  if (at) { login = substr(authority, 1, at - 1); rest = substr(rest, at + 1) }
  hosts = rest; sub(/[\/?].*$/, "", hosts); rest = substr(rest, length(hosts) + 1)
  query = ""; if ((i = index(rest, "?")) > 0) { query = substr(rest, i + 1); rest = substr(rest, 1, i - 1) }
  database = decoded(substr(rest, 2))
  count = split(hosts, each, ","); for (i = 1; i <= count; i++) place(each[i])
  if ((i = index(login, ":")) > 0) { user = decoded(substr(login, 1, i - 1)); password = decoded(substr(login, i + 1)) }
  else user = decoded(login)
  count = split(query, pairs, "&"); seen = 0
  for (i = 1; i <= count; i++) {
    key = pairs[i]; sub(/=.*$/, "", key); value = substr(pairs[i], length(key) + 2); gsub(/\+/, " ", value); value = decoded(value)
    if (key == "ssl" && value != "") key = "sslmode"
    if (key == "host") { if (!seen++) { host = ""; kept = port; port = ""; places = 0 }; place(value); if (places == 1 && port == "") port = kept }
    else if (key == "port") port = value
    else if (key == "user") user = value
    else if (key == "password") password = value
    else if (key == "dbname") database = value
    else if (key == "sslpassword") exit 5
    else if (key == "options") options = value
    else if (key ~ /^(hostaddr|connect_timeout|ssl(mode|cert|key|rootcert|crl|crldir|compression|sni|negotiation|certmode)|ssl_(min|max)_protocol_version|channel_binding|require_auth|requirepeer|gssencmode|krbsrvname|gsslib|target_session_attrs|keepalives(_idle|_interval|_count)?|tcp_user_timeout|load_balance_hosts)$/) { option(key, value); if (key == "connect_timeout") timeout = 1 }
  }
  if (want == "database") { print database; exit }
  if (want == "host") { if (host !~ /^[\/@]/) print host; exit }
  if (want == "port") { print port; exit }
  if (want == "password") {
    # A password file has one line for each password: what would end the line cannot be in it.
    if (password ~ /\n|\r$/) exit 6
    if (password != "") print "*:*:*:*:" escaped(password, "\\:")
    exit
  }
  if (host != "") option("host", host)
  if (port != "") option("port", port)
  if (user != "") option("user", user)
  if (options != "") option("options", options)
  if (!timeout) option("connect_timeout", "20")
  print line
}`;

/** What every session is set to: exact values in and out, no row hidden, no wait without end. */
const session = [
  "client_encoding = 'UTF8'", "DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "TimeZone = 'UTC'", 'extra_float_digits = 3', "bytea_output = 'hex'", 'standard_conforming_strings = on',
  'row_security = off', "lock_timeout = '120s'", 'statement_timeout = 0', 'idle_in_transaction_session_timeout = 0', 'client_min_messages = warning', 'synchronize_seqscans = off',
].map((setting) => `SET ${setting}`).join('; ');

/**
 * sh that reads the URL in `$database_url` and keeps its password under the names that begin with `prefix`: `<prefix>_connection`, and a password
 * file that is open as `descriptor`.
 *
 * libpq takes a password from a file only when that is a regular one which nobody else may read, and reads it again for every connection of a
 * parallel restore, so a pipe does not do. The file loses its name before the password is written to it: it is reached through the descriptor
 * alone, by this script and what it starts, and is gone with them however they end. It lies in memory where there is such a place.
 */
export function readDatabaseUrl(prefix: string, descriptor: number, what: string): string {
  return `read_url() { printf '%s\\n' "$database_url" | awk -v want="$1" "$from_url"; }
url_status=0
${prefix}_connection=$(read_url connection) || url_status=$?
[ "$url_status" != 5 ] || { echo ${quote(`the ${what} holds an sslpassword: use a key without a passphrase, or a password`)} >&2; exit 1; }
[ "$url_status" = 0 ] || { echo ${quote(`the ${what} is not one of postgresql://`)} >&2; exit 1; }
passwords=$(read_url password) || { echo ${quote(`the ${what} holds a password with a line break, which the clients of PostgreSQL cannot be given`)} >&2; exit 1; }
password_file=$(mktemp -p /dev/shm 2>/dev/null) || password_file=$(mktemp)
exec ${descriptor}<> "$password_file"
rm -f "$password_file"
printf '%s\\n' "$passwords" >&${descriptor}
${prefix}_connection="$${prefix}_connection passfile='/dev/fd/${descriptor}'"
unset passwords
`;
}

/**
 * Defines, for the rest of the script:
 * - `$database`, the name; `$database_address`, the host's name in the URL, empty for a socket; `$database_port`
 * - `db`, `db_on DATABASE ADDRESS …`: SQL on standard input or after `-e`, rows as tab-separated lines without a heading; stops at the first
 *   error; meta-commands are not obeyed, by clients that have `\\restrict` (from 13.22, 14.19, 15.14, 16.10, 17.6 on): `$psql_restricts`
 * - `pg_run PROGRAM DATABASE ADDRESS …`, a program of PostgreSQL's (`pg_dump`), of the server's own version where it is installed
 * - `pg_read …`, `pg_restore` on a file alone
 * - `sql_text VALUE`, the value as a literal
 *
 * What the programs are told of the place stands in their arguments; the password does not. `rights=admin` in front of any of them, in a
 * subshell, uses the rights that `beside.admin()` found.
 * Fails with one line when there is no client or no usable URL.
 */
export function postgresPrelude(source: DatabaseSource): string {
  const url = source.kind === 'secret' ? 'secret_line 1' : valueOf(source.file, source.key);
  return `for name in $(env | sed -n 's/^\\(PG[A-Z]*\\)=.*/\\1/p'); do unset "$name"; done
# Debian's own wrapper in front of the clients chooses by its local clusters; the newest client is the one that knows every server.
psql=$(for one in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V); do if [ -x "$one/psql" ]; then echo "$one/psql"; fi; done | tail -n 1)
[ -n "$psql" ] || psql=$(command -v psql) || { echo 'psql, the database client, is not installed' >&2; exit 1; }
psql_restricts=; case $("$psql" --help=commands 2>/dev/null) in *'\\unrestrict'*) psql_restricts=1;; esac
from_url=${quote(readUrl)}
database_url=$(${url}) || exit 1
${readDatabaseUrl('database', 8, 'database URL')}database=$(read_url database)
database_address=$(read_url host)
database_port=$(read_url port)
unset database_url
[ -n "$database" ] || { echo 'the database URL names no database' >&2; exit 1; }
rights=own
tab=$(printf '\\t')
connection_value() { printf '%s' "$1" | sed ${quote(String.raw`s/[\\']/\\&/g`)}; }
# Of two values for one key, the later counts.
place_of() {
  if [ "$rights" = own ]; then place=$database_connection; else place=$admin_connection; fi
  if [ -n "$2" ]; then place="$place host='$(connection_value "$2")'"; fi
  printf "%s dbname='%s'" "$place" "$(connection_value "$1")"
}
as_user() { if [ "$rights" = socket ]; then as_postgres "$@"; else "$@"; fi; }
psql_at() {
  set -- -X -q -A -t -w -F "$tab" -v ON_ERROR_STOP=1 -d "$(place_of "$1" "$2")"
  if [ -n "$psql_restricts" ]; then set -- "$@" -c "\\\\restrict $(od -An -N 16 -tx1 /dev/urandom | tr -d ' \\n')"; fi
  as_user "$psql" "$@" -c ${quote(session)} -f -
}
db_on() { if [ "\${3-}" = -e ]; then printf '%s\\n' "$4" | psql_at "$1" "$2"; else psql_at "$1" "$2"; fi; }
db() { db_on "$database" '' "$@"; }
sql_text() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }
server_version() { db_on "$1" "$2" -e "SELECT current_setting('server_version_num')::int / 10000"; }
# A dump of a newer program cannot be read by an older server: that of the server's version comes first.
pg_run() {
  program=$1 at_database=$2 at_address=$3; shift 3
  server_major=$(server_version "$at_database" "$at_address") || return 1
  found=
  for one in "/usr/lib/postgresql/$server_major/bin/$program" "/usr/pgsql-$server_major/bin/$program" "\${psql%/*}/$program" "$(command -v "$program" || :)"; do
    if [ -z "$found" ] && [ -x "$one" ]; then found=$one; fi
  done
  [ -n "$found" ] || { echo "$program is not installed" >&2; return 127; }
  as_user "$found" -w -d "$(place_of "$at_database" "$at_address")" "$@"
}
# Reads a dump without a server. The newest one can read what every older one wrote.
pg_read() {
  reader=\${psql%/*}/pg_restore
  [ -x "$reader" ] || reader=$(command -v pg_restore) || { echo 'pg_restore is not installed' >&2; return 127; }
  "$reader" "$@"
}
`;
}
