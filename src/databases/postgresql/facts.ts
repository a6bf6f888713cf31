/** What an assessment asks of PostgreSQL. Reads only. */
import { quote } from '../../commands/quote.ts';
import { holdsRows, ours, rowsOf, shown, tables } from './catalog.ts';

/**
 * What migrations, the dump and keeping aside need: reading every table, changing its definition (which only an owner may, or a member of the
 * role that owns it), a schema of one's own.
 */
const missing = `SELECT 'CREATE on the database' WHERE NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL SELECT 'SELECT on ' || ${shown} FROM ${tables} WHERE ${holdsRows} AND NOT has_table_privilege(c.oid, 'SELECT')
UNION ALL SELECT 'ownership of ' || ${shown} FROM ${tables} WHERE ${holdsRows} AND NOT pg_has_role(c.relowner, 'USAGE')`;

const processes = `SELECT count(*) || ' ' || COALESCE(max(extract(epoch FROM now() - COALESCE(CASE WHEN state = 'idle' THEN state_change ELSE xact_start END, backend_start)))::bigint, 0) || ' ' || replace(COALESCE(state, backend_type), ' ', '-') || ' ' || COALESCE(usename, '-')
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY COALESCE(state, backend_type), usename ORDER BY count(*) DESC`;

/** See `Engine.facts`; the engine of a table is its access method. */
export function databaseFacts(countUpTo: number): string {
  const each = `SELECT 'SELECT ' || CASE WHEN pg_relation_size(c.oid) <= ${countUpTo} AND has_table_privilege(c.oid, 'SELECT') THEN 'count(*) || '' exact' ELSE '''' || GREATEST(c.reltuples, 0)::bigint || ' estimate' END
    || format(' %s %s '' || %L', pg_total_relation_size(c.oid), COALESCE((SELECT amname FROM pg_am WHERE oid = c.relam), 'heap'), ${shown})
    || CASE WHEN pg_relation_size(c.oid) <= ${countUpTo} AND has_table_privilege(c.oid, 'SELECT') THEN ' FROM ' || ${rowsOf} ELSE '' END || ';' FROM ${tables} WHERE ${holdsRows} ORDER BY (${shown}) COLLATE "C"`;
  return `if ! reached=$(db -e 'SELECT 1' 2>&1); then
  fact database-reachable no
  fact database-error "$(printf '%s\\n' "$reached" | tail -n 1)"
else
  fact database-reachable yes
  fact database-name "$database"
  fact database-server "PostgreSQL $(db -e 'SHOW server_version')"
  fact database-bytes "$(db -e ${quote(`SELECT COALESCE(sum(pg_total_relation_size(c.oid)), 0) FROM ${tables} WHERE ${holdsRows}`)})"
  statements=$(db -e ${quote(each)})
  lines=$(printf '%s\\n' "$statements" | db)
  printf '%s' "$lines" | facts database-table
  db -e ${quote(processes)} | facts database-process
  db -e ${quote(missing)} | facts database-missing-privilege
  db -e ${quote(`SELECT nspname FROM pg_namespace WHERE nspname LIKE ${ours} ORDER BY 1`)} | facts database-kept
fi
`;
}
