/** Whose rights a restore uses. */
import { asked } from '../../../commands/mysql.ts';
import { quote } from '../../../commands/quote.ts';
import type { Admin } from '../../engine.ts';

/** Privileges on everything that creating, loading, carrying grants, fencing and renaming need together. */
const needed = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'RELOAD', 'PROCESS', 'REFERENCES', 'INDEX', 'ALTER', 'LOCK TABLES', 'EXECUTE', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'CREATE USER', 'EVENT', 'TRIGGER', 'SUPER'];

const mayAll = String.raw`
/^GRANT .* ON \*\.\* TO .* WITH GRANT OPTION/ {
  all = substr($0, 7); sub(/ ON \*\.\* TO .*/, "", all); count = split(all, privileges, /, */)
  for (i = 1; i <= count; i++) have[privileges[i]] = 1
}
END { count = split(needed, names, ","); missing = 0; for (i = 1; i <= count; i++) if (!(names[i] in have)) missing = 1; exit missing && !("ALL PRIVILEGES" in have) }`;

/**
 * Defines `db_admin DATABASE …` and `dump_admin DATABASE …`, the dump program with the same rights. Over the socket the server is asked where its
 * socket is, and whether it is the server of the URL.
 */
export function admin(how: Admin): string {
  if (how === 'socket') {
    return `server_socket=$(db_with "$db_options" information_schema '' -e 'SELECT @@socket')
db_admin() { admin_database=$1; shift; as_root "$client" --no-defaults --protocol=socket "--socket=$server_socket" ${asked} "$@" -- "$admin_database"; }
dump_admin() { as_root "$dumper" --no-defaults --protocol=socket "--socket=$server_socket" "$@"; }
${asAdmin}`;
  }
  return `admin_options=${how === 'own' ? '$db_options' : `$(options_of "$(secret_line 2)") || { echo 'it is not one of mysql:// or mariadb://' >&2; exit 1; }`}
db_admin() { admin_database=$1; shift; db_with "$admin_options" "$admin_database" '' "$@"; }
dump_admin() { "$dumper" --defaults-file=/dev/fd/5 "$@" 5<<END_OF_OPTIONS
$admin_options
END_OF_OPTIONS
}
${asAdmin}`;
}

const asAdmin = `as_admin() { db_on() { on_database=$1; shift 2; db_admin "$on_database" "$@"; }; }
`;

/** Fact `admin` with the first way that may do it all; else `admin-missing` for each, ending with the line that is missing. */
export function askAdmin({ url }: { readonly url: boolean }): string {
  const ways: readonly Admin[] = [...(url ? ['url' as const] : []), 'own', 'socket'];
  return `identity='SELECT CONCAT_WS(CHAR(47), @@hostname, @@port, @@datadir, @@pid_file), QUOTE(SUBSTRING_INDEX(CURRENT_USER(), CHAR(64), 1)), QUOTE(SUBSTRING_INDEX(CURRENT_USER(), CHAR(64), -1)); SHOW GRANTS'
admin_found=
if this_server=$(db_with "$db_options" information_schema '' -e "$identity" 2>/dev/null); then this_server=$(printf '%s\\n' "$this_server" | head -n 1 | cut -f 1); else this_server=; fi
try_admin() {
  admin_said=$(db_admin information_schema -e "$identity" 2>&1) || { printf '%s\\n' "$admin_said" | tail -n 1; return 1; }
  admin_line=$(printf '%s\\n' "$admin_said" | head -n 1)
  [ "$(printf '%s\\n' "$admin_line" | cut -f 1)" = "$this_server" ] || { echo 'it is another server'; return 1; }
  printf '%s\\n' "$admin_said" | awk -v needed=${quote(needed.join(','))} ${quote(mayAll)} && return 0
  echo "GRANT ALL PRIVILEGES ON *.* TO $(printf '%s\\n' "$admin_line" | cut -f 2)@$(printf '%s\\n' "$admin_line" | cut -f 3) WITH GRANT OPTION"
  return 1
}
[ -z "$this_server" ] || {
${ways.map((how) => `if [ -z "$admin_found" ]; then
if ${how}_trouble=$(
exec 2>&1
${admin(how)}try_admin
); then admin_found=${how}; fi
fi
`).join('')}if [ -n "$admin_found" ]; then fact admin "$admin_found"; else
${ways.map((how) => missing[how]).join('')}fi
}
`;
}

const missing: Readonly<Record<Admin, string>> = {
  url: `fact admin-missing "the user of database-admin-url: $url_trouble"
`,
  own: `fact admin-missing "the application's own user (better: another one, in database-admin-url): $own_trouble"
`,
  socket: `case $socket_trouble in
  GRANT*) fact admin-missing "the server's own account over its socket: $socket_trouble" ;;
  *) fact admin-missing "the server's own account over its socket ($socket_trouble), a line of sudoers: $(id -un) ALL=(root) NOPASSWD: $client, \${dumper:-$(dirname "$client")/mariadb-dump}" ;;
esac
`,
};
