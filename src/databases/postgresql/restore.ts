/** Restoring a dump into a database of its own, beside the live one. Follows `admin()`. */
import { quote } from '../../commands/quote.ts';
import type { Names } from '../engine.ts';
import { literal } from './catalog.ts';
import { dumpKind } from './prove.ts';
import { states } from './state.ts';

/** CREATE DATABASE as the live one was created. Columns that not every version has are read by name. */
const create = ({ live, restored }: Names) => `SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L%s%s CONNECTION LIMIT %s;', ${literal(restored)}, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype,
  CASE j->>'datlocprovider' WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', COALESCE(j->>'daticulocale', j->>'datlocale')) || COALESCE(format(' ICU_RULES %L', j->>'daticurules'), '')
    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j->>'datlocale') WHEN 'c' THEN ' LOCALE_PROVIDER libc' ELSE '' END, (SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = dattablespace AND spcname <> 'pg_default'), datconnlimit)
FROM (SELECT *, to_jsonb(d) AS j FROM pg_database d WHERE datname = ${literal(live)}) d`;

/** GRANTs that give `database` (SQL text for its name) what `acl` (an aclitem array) says. */
export const grants = (acl: string, database: string) => `SELECT format('GRANT %s ON DATABASE %I TO %s%s;', a.privilege_type, ${database}, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(a.grantee)) END, CASE WHEN a.is_grantable AND a.grantee <> a.grantor THEN ' WITH GRANT OPTION' ELSE '' END) FROM aclexplode(${acl}) a`;

/** Rights on the database itself, and settings that hold in it, for everybody and for single roles. Lists that the server keeps quoted go over as they are. */
const carry = ({ live, restored }: Names) => `SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I;', ${literal(restored)}, pg_get_userbyid(datdba)) FROM pg_database WHERE datname = ${literal(live)};
SELECT g FROM pg_database d, LATERAL (${grants("COALESCE(d.datacl, acldefault('d', d.datdba))", literal(restored))}) x(g) WHERE d.datname = ${literal(live)};
SELECT format('ALTER %s SET %s TO %s;', CASE setrole WHEN 0 THEN format('DATABASE %I', ${literal(restored)}) ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(setrole), ${literal(restored)}) END, split_part(line, '=', 1),
  CASE WHEN split_part(line, '=', 1) IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries') THEN substr(line, strpos(line, '=') + 1) ELSE quote_literal(substr(line, strpos(line, '=') + 1)) END)
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) line WHERE d.datname = ${literal(live)};`;

/** What an older server does not know of a newer program's dump, and what only a superuser may say of an extension: nothing is lost without it. */
const harmless = 'unrecognized configuration parameter "transaction_timeout"|must be owner of extension';

/** Plain SQL without the restriction that it brings for psql: it is under our own. Data are left alone, where `\restrict` can be text. */
const plain = String.raw`/^COPY .* FROM stdin;$/ { copying = 1 } $0 == "\\." { copying = 0 }
!copying && (/^\\(un)?restrict [A-Za-z0-9]+$/ || (NR < 60 && $0 == "SET transaction_timeout = 0;")) { next } { print }`;

/**
 * pg_restore reports an error and goes on; what it reported decides. The server's own account may not read the dump, and several connections at
 * once need a file: it gets a copy that only it can read, for the time being.
 */
const load = (restored: string) => `load() (
  rights=$admin_rights
  case $(dump_kind "$file") in
    plain*) dump_text "$file" | awk ${quote(plain)} | db_on ${quote(restored)} '' > /dev/null || exit 1; exit 0 ;;
    custom*) jobs="--jobs=$(nproc 2>/dev/null || echo 2)" ;;
    *) jobs=--jobs=1 ;;
  esac
  dump_unpacked "$file" || exit 1
  said=$(mktemp)
  copies=${quote(`/var/tmp/rollback-action-${restored}`)}
  clean() { rm -f "$said"; if [ "$unpacked" != "$file" ]; then rm -f "$unpacked"; fi; if [ "$rights" = socket ]; then as_postgres sh -c 'rm -f "$1".*' sh "$copies"; fi; }
  trap clean EXIT
  from=$unpacked
  if [ "$rights" = socket ]; then
    as_postgres sh -c 'rm -f "$1".*' sh "$copies"
    from=$(as_postgres mktemp "$copies.XXXXXX")
    as_postgres sh -c 'cat > "$1"' sh "$from" < "$unpacked" || exit 1
  fi
  status=0
  pg_run pg_restore ${quote(restored)} '' "$jobs" "$from" 2> "$said" || status=$?
  if [ "$status" != 0 ] && { ! grep -q '^pg_restore: warning: errors ignored on restore' "$said" || grep '^pg_restore: error: ' "$said" | grep -qvE ${quote(harmless)}; }; then
    grep -vE ${quote(harmless)} "$said" | tail -n 20 >&2
    exit 1
  fi
)
`;

/** See `Beside.restore`. */
export function restoreBeside(names: Names): string {
  const restored = quote(names.restored);
  return `${states}${dumpKind}${load(names.restored)}state=$(state_of ${restored})
case $state in
  whole*) ;;
  *)
    if [ -n "$state" ]; then
      if [ "$state" = other ] && [ "$(db_admin ${restored} -e "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'")" != 0 ]; then
        echo ${quote(`there is a database ${names.restored} already, and this program did not make it`)} >&2
        exit 1
      fi
      end_sessions ${restored}
      db_server -e ${quote(`DROP DATABASE "${names.restored}"`)}
    fi
    began=$(date +%s)
    statement=$(db_server -e ${quote(create(names))})
    [ -n "$statement" ] || { echo ${quote(`there is no database ${names.live}`)} >&2; exit 1; }
    printf '%s\\n' "$statement" | db_server
    mark ${restored} half
    db_server -e ${quote(`REVOKE ALL ON DATABASE "${names.restored}" FROM PUBLIC`)}
    load || { echo 'the dump could not be restored' >&2; exit 1; }
    statements=$(db_server -e ${quote(carry(names))})
    printf '%s\\n' "$statements" | db_server
    # Without statistics the first queries on it would be slow.
    db_admin ${restored} -e 'ANALYZE' 2>/dev/null
    written=$(changes_in ${restored})
    mark ${restored} "whole $(($(date +%s) - began)) $written"
    ;;
esac
state=$(state_of ${restored}); state=\${state#whole }
fact restored-bytes "$(db_server -e ${quote(`SELECT pg_database_size(${literal(names.restored)})`)})"
fact restored-seconds "\${state%% *}"
`;
}

/** See `Beside.forget`. */
export function forgetBeside(names: Names): string {
  const restored = quote(names.restored);
  return `${states}state=$(state_of ${restored})
keep=
case $state in
  '') ;;
  half) end_sessions ${restored} ;;
  whole*) if [ "$(sessions_in ${restored})" != 0 ] || [ "$(changes_in ${restored})" != "\${state##* }" ]; then keep=1; fi ;;
  *) keep=1 ;;
esac
if [ -n "$state" ]; then
  if [ -n "$keep" ] || ! db_server -e ${quote(`DROP DATABASE "${names.restored}"`)} 2>/dev/null; then fact left ${restored}; fi
fi
`;
}
