/** Keeping everybody but an administrator from writing to a database. Follows `admin()`. */
import { quote } from '../../commands/quote.ts';
import type { Names } from '../engine.ts';
import { identifier, literal, quoteWith } from './catalog.ts';
import { grants } from './restore.ts';
import { states } from './state.ts';

const readOnly = (database: string) => `SELECT split_part(line, '=', 2) FROM pg_db_role_setting, unnest(setconfig) line WHERE setrole = 0 AND setdatabase = ${database} AND line LIKE 'default_transaction_read_only=%'`;

/**
 * Owners have no rights on their database but those that are granted to them: without CONNECT they cannot come in again once their sessions have
 * ended. Only superusers, and the administrator, who is granted it, can. After this the application's own user cannot read either: use
 * `db_admin`, or `rights=$admin_rights` in front of a function.
 *
 * Where the application's own user is the administrator there is nobody to keep it from itself: its transactions are read only then, unless it says
 * otherwise by itself in each of them. This holds in every case, for what a superuser's application would write.
 *
 * `$fence`: the database's own number, its rights, its setting of `default_transaction_read_only`, and `own` where the rights were left alone; a line each.
 */
export function fence({ live }: Names): string {
  const revokes = `SELECT format('REVOKE CONNECT ON DATABASE ${identifier(live).replaceAll("'", "''").replaceAll('%', '%%')} FROM %s CASCADE;', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(grantee)) END)
FROM (SELECT DISTINCT grantee FROM pg_database, aclexplode(COALESCE(datacl, acldefault('d', datdba))) WHERE datname = ${literal(live)} AND privilege_type = 'CONNECT') g WHERE grantee = 0 OR pg_get_userbyid(grantee) <> current_user`;
  return `${states}if [ ! -f "$fence" ]; then
  db_server -e ${quote(`SELECT oid FROM pg_database WHERE datname = ${literal(live)}; SELECT COALESCE(datacl::text, '') FROM pg_database WHERE datname = ${literal(live)}; SELECT COALESCE((${readOnly(`(SELECT oid FROM pg_database WHERE datname = ${literal(live)})`)}), '')`)} > "$fence.part"
  if [ "$admin_rights" = own ]; then echo own; else echo others; fi >> "$fence.part"
  sync "$fence.part" 2>/dev/null || :
  mv "$fence.part" "$fence"
fi
db_server -e ${quote(`ALTER DATABASE ${identifier(live)} SET default_transaction_read_only = on`)}
if [ "$(sed -n 4p "$fence")" != own ]; then
  statements=$(db_server -e ${quote(`SELECT format('GRANT CONNECT ON DATABASE ${identifier(live).replaceAll("'", "''").replaceAll('%', '%%')} TO %I;', current_user); ${revokes}`)})
  printf 'BEGIN;\\n%s\\nCOMMIT;\\n' "$statements" | db_server
fi
end_sessions ${quote(live)}
`;
}

/** See `Beside.unfence`. The database is found by its number. */
export function unfence(): string {
  const acl = "COALESCE(NULLIF($fence_acl, '')::aclitem[], acldefault('d', datdba))";
  const regrant = `SELECT format('REVOKE CONNECT ON DATABASE %I FROM %I;', datname, current_user) FROM pg_database WHERE oid = $fence_oid; SELECT g FROM pg_database d, LATERAL (${grants(acl, 'd.datname')}) x(g) WHERE d.oid = $fence_oid`;
  return `${states}if [ -f "$fence" ]; then
  fence_oid=$(sed -n 1p "$fence") fence_acl=$(sql_text "$(sed -n 2p "$fence")") fence_read_only=$(sed -n 3p "$fence") fence_mode=$(sed -n 4p "$fence")
  fenced=$(db_server -e "SELECT datname FROM pg_database WHERE oid = $fence_oid")
  if [ -n "$fenced" ]; then
    case $fence_read_only in
      '') db_server -e "ALTER DATABASE $(sql_name "$fenced") RESET default_transaction_read_only" ;;
      *) db_server -e "ALTER DATABASE $(sql_name "$fenced") SET default_transaction_read_only = $(sql_text "$fence_read_only")" ;;
    esac
    if [ "$fence_mode" = own ]; then
      # Who came in meanwhile would go on reading only.
      end_sessions "$fenced"
    else
      statements=$(db_server -e ${quoteWith(regrant, 'fence_acl', 'fence_oid')})
      printf 'BEGIN;\\n%s\\nCOMMIT;\\n' "$statements" | db_server
    fi
  fi
  rm -f "$fence"
fi
`;
}
