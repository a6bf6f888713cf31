/** Whose rights a restore uses, and what each of the ways lacks. */
import { readDatabaseUrl } from '../../commands/postgresql.ts';
import { quote } from '../../commands/quote.ts';
import type { Admin } from '../engine.ts';
import { ownSchema, tables } from './catalog.ts';

/** Two connections reach the same server when it started in the same microsecond and has the database. */
const sameServer = "SELECT pg_postmaster_start_time() || ' ' || oid FROM pg_database WHERE datname = current_database()";

/**
 * What a role lacks to make a database beside the one it is connected to, owned by the same role and with the same content, and to rename both:
 * a superuser may; another needs CREATEDB, has to be of the role that owns the database and of those that own what is in it, and may make
 * only the extensions that the server trusts.
 */
const lacks = `SELECT line FROM (
  SELECT format('ALTER ROLE %I CREATEDB;', current_user) AS line WHERE NOT (SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user)
  UNION ALL SELECT format('GRANT %I TO %I;', o.rolname, current_user) FROM pg_roles o WHERE NOT pg_has_role(o.oid, 'MEMBER') AND o.oid IN (
    SELECT datdba FROM pg_database WHERE datname = current_database() UNION SELECT c.relowner FROM ${tables} WHERE ${ownSchema} UNION SELECT n.nspowner FROM pg_namespace n WHERE ${ownSchema} AND n.nspname <> 'public'
    UNION SELECT p.proowner FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ownSchema} AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e'))
  UNION ALL SELECT DISTINCT format('ALTER ROLE %I CREATEROLE; GRANT %I TO %I WITH ADMIN OPTION; -- which has settings in this database', current_user, o.rolname, current_user) FROM pg_db_role_setting s JOIN pg_roles o ON o.oid = s.setrole
    WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND o.rolname <> current_user AND NOT ((SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user) AND (current_setting('server_version_num')::int < 160000 OR pg_has_role(o.oid, 'MEMBER WITH ADMIN OPTION')))
  UNION ALL SELECT format('ALTER ROLE %I SUPERUSER; -- the extension %s can be made by no other', current_user, x.extname) FROM pg_extension x WHERE x.extname <> 'plpgsql' AND NOT EXISTS (
    SELECT 1 FROM pg_available_extension_versions v WHERE v.name = x.extname AND v.version = x.extversion AND (v.trusted OR NOT v.superuser))
) needed WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`;

/** Defines `as_postgres PROGRAM …`, which runs it as the server's own account. */
const asPostgres = `as_postgres() (
  cd /
  case $(id -un) in
    postgres) "$@" ;;
    root) if command -v runuser >/dev/null; then runuser -u postgres -- "$@"; else sudo -n -u postgres -- "$@"; fi ;;
    *) sudo -n -u postgres -- "$@" ;;
  esac
)
`;

/** The socket: in the folder that the URL names, else where something on this host listens for that port, else where Debian has it. */
const socketConnection = `socket_folder=
case $database_connection in *"host='/"*) socket_folder=\${database_connection#*host=\\'}; socket_folder=\${socket_folder%%\\'*} ;; esac
[ -n "$socket_folder" ] || socket_folder=$(awk -v name="/.s.PGSQL.\${database_port:-5432}" '{ at = length($8) - length(name) + 1; if (at > 1 && substr($8, at) == name) { print substr($8, 1, at - 1); exit } }' /proc/net/unix 2>/dev/null) || socket_folder=
admin_connection="host='$(connection_value "\${socket_folder:-/var/run/postgresql}")' port='$(connection_value "\${database_port:-5432}")' user='postgres' connect_timeout='20'"
`;

/**
 * Read only. See `Beside.askAdmin`: the `database-admin-url` first, where one is given, then the application's own user, then the server's own
 * account over its socket.
 */
export function askAdmin({ url }: { readonly url: boolean; readonly cutover: 'swap' | 'repoint' }): string {
  const way = (how: Admin, fix: string) => `if [ -z "$admin_found" ]; then
  lacking=$(
${admin(how)}    said=$(db_admin "$database" -e ${quote(sameServer)} 2>&1) || { printf '%s\\n' "$(printf '%s\\n' "$said" | head -n 1)"${fix}; exit 0; }
    [ "$said" = "$admin_server" ] || { echo 'it is another server than that of the database URL'; exit 0; }
    db_admin "$database" -e ${quote(lacks)}
  ) || lacking=\${lacking:-'it could not be asked'}
  if [ -z "$lacking" ]; then admin_found=${how}; else printf '%s\\n' "$lacking" | sed ${quote(`s/^/${how}: /`)} >> "$admin_lacking"; fi
fi
`;
  return `admin_found= admin_lacking=$(mktemp)
admin_server=$(db -e ${quote(sameServer)}) || { rm -f "$admin_lacking"; exit 1; }
${url ? way('url', '') : ''}${way('own', '')}${way('socket', `"; for $(id -un) to use its account: $(id -un) ALL=(postgres) NOPASSWD: ALL"`)}if [ -n "$admin_found" ]; then fact admin "$admin_found"; else facts admin-missing < "$admin_lacking"; fi
rm -f "$admin_lacking"
`;
}

/** Defines `db_admin DATABASE …`, and what `rights=admin` in front of `db_on`, `pg_run`, `rows_in` … means. See `Beside.admin`. */
export function admin(how: Admin): string {
  const connections: Readonly<Record<Admin, string>> = {
    own: 'admin_connection=$database_connection\nadmin_rights=own\n',
    url: `database_url=$(secret_line 2)\n${readDatabaseUrl('admin', 9, 'database-admin-url')}unset database_url\nadmin_rights=admin\n`,
    socket: `${asPostgres}${socketConnection}admin_rights=socket\n`,
  };
  return `${connections[how]}db_admin() ( rights=$admin_rights; admin_database=$1; shift; db_on "$admin_database" '' "$@" )
# What concerns several databases is asked from one that is none of them.
db_server() { db_admin "$maintenance" "$@"; }
as_admin() { rights=$admin_rights; }
maintenance=postgres
db_server -e 'SELECT 1' >/dev/null 2>&1 || maintenance=template1
`;
}
