/** Whether a database is as it was found: its schema as one hash, its rows as one checksum a table. Both follow `databasePrelude()`. */
import { quote } from '../../commands/quote.ts';

/** Tables that a run keeps aside belong to no release. */
export const ours = String.raw`'\_rollback\_%'`;

const q = (...columns: readonly string[]) => `CONCAT_WS('|', ${columns.map((column) => `QUOTE(${column})`).join(', ')})`;
const here = (column: string) => `${column} = DATABASE()`;

/** Names of the database itself, as the server writes them into views and defaults, are not part of a schema. */
const anywhere = (column: string) => `REPLACE(${column}, CONCAT('\`', DATABASE(), '\`.'), '')`;

/**
 * One line for everything that a migration can define. AUTO_INCREMENT counters and the order of indexes are not part of a schema, nor are
 * definers, and whether an event is on: a restore gives it other ones.
 */
const schema = [
  `SELECT ${q("'table'", 'table_name', 'table_type', 'engine', 'row_format', 'table_collation', "IF(table_type = 'VIEW', '', table_comment)", // Which a dump writes out where the table had it by default.
  "TRIM(REPLACE(create_options, 'page_checksum=1', ''))")} FROM information_schema.tables WHERE ${here('table_schema')} AND table_name NOT LIKE ${ours}`,
  `SELECT ${q("'column'", 'table_name', 'ordinal_position', 'column_name', 'column_type', 'is_nullable', anywhere('column_default'), 'character_set_name', 'collation_name', 'extra', 'generation_expression', 'column_comment')} FROM information_schema.columns WHERE ${here('table_schema')} AND table_name NOT LIKE ${ours}`,
  `SELECT ${q("'index'", 'table_name', 'index_name', 'seq_in_index', 'column_name', 'non_unique', 'sub_part', 'collation', 'index_type', 'index_comment')} FROM information_schema.statistics WHERE ${here('table_schema')} AND table_name NOT LIKE ${ours}`,
  `SELECT ${q("'constraint'", 'table_name', 'constraint_name', 'constraint_type')} FROM information_schema.table_constraints WHERE ${here('table_schema')} AND table_name NOT LIKE ${ours}`,
  `SELECT ${q("'foreign key'", 'table_name', 'constraint_name', 'ordinal_position', 'column_name', "NULLIF(referenced_table_schema, table_schema)", 'referenced_table_name', 'referenced_column_name')} FROM information_schema.key_column_usage WHERE ${here('table_schema')} AND referenced_table_name IS NOT NULL AND table_name NOT LIKE ${ours}`,
  `SELECT ${q("'rule'", 'table_name', 'constraint_name', 'update_rule', 'delete_rule')} FROM information_schema.referential_constraints WHERE ${here('constraint_schema')} AND table_name NOT LIKE ${ours}`,
  `SELECT ${q("'trigger'", 'event_object_table', 'trigger_name', 'action_order', 'action_timing', 'event_manipulation', 'action_statement', 'sql_mode')} FROM information_schema.triggers WHERE ${here('trigger_schema')}`,
  `SELECT ${q("'view'", 'table_name', anywhere('view_definition'), 'security_type', 'check_option')} FROM information_schema.views WHERE ${here('table_schema')}`,
  `SELECT ${q("'routine'", 'routine_name', 'routine_type', 'dtd_identifier', 'routine_definition', 'security_type', 'sql_mode')} FROM information_schema.routines WHERE ${here('routine_schema')}`,
  `SELECT ${q("'parameter'", 'specific_name', 'ordinal_position', 'parameter_name', 'parameter_mode', 'dtd_identifier')} FROM information_schema.parameters WHERE ${here('specific_schema')}`,
  `SELECT ${q("'event'", 'event_name', 'event_definition', 'interval_value', 'interval_field', 'execute_at')} FROM information_schema.events WHERE ${here('event_schema')}`,
];

/** Not in MySQL 5.7, which has no such constraints. A kept copy of a table has the same ones. */
const checks = `SELECT DISTINCT ${q("'check'", 'constraint_name', 'check_clause')} FROM information_schema.check_constraints WHERE ${here('constraint_schema')} AND constraint_name IN
  (SELECT constraint_name FROM information_schema.table_constraints WHERE ${here('table_schema')} AND table_name NOT LIKE ${ours})`;

/** Defines `fingerprint_in DATABASE ADDRESS`, which prints SHA-256 over everything that migrations can define. */
export const fingerprintIn = `schema_lines() {
  db_on "$1" "$2" -e ${quote(schema.join(' UNION ALL '))} || return 1
  has_checks=$(db_on "$1" "$2" -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'information_schema' AND table_name = 'CHECK_CONSTRAINTS'") || return 1
  [ "$has_checks" = 0 ] || db_on "$1" "$2" -e ${quote(checks)}
}
fingerprint_in() {
  schema_text=$(schema_lines "$1" "$2") || return 1
  printf '%s\\n' "$schema_text" | sort | sha256sum | cut -d ' ' -f 1
}
`;

/** Fact `schema-fingerprint`: that of `$database`. */
export const schemaFingerprint = `schema=$(fingerprint_in "$database" '')
fact schema-fingerprint "$schema"
`;

/** A value as text that is the same exactly when the value is: long ones hashed, floating point at full length. */
const exact = (column: string) => `CASE
  WHEN data_type = 'float' THEN CONCAT(${column}, ' + 0e0')
  WHEN data_type = 'bit' THEN CONCAT(${column}, ' + 0')
  WHEN data_type IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'double', 'date', 'datetime', 'timestamp', 'time', 'year') THEN ${column}
  ELSE CONCAT('MD5(', ${column}, ')') END`;

/** A backticked name. */
export const name = (column: string) => `CONCAT('\`', REPLACE(${column}, '\`', '\`\`'), '\`')`;

/**
 * SQL that prints, for each table that `where` selects, a statement `SELECT rows, checksum, table`. The checksum does not depend on the order of
 * rows, and equal rows do not cancel each other. With `as`, the columns are those of one table and the rows those of another.
 */
export function checksumStatements(where: string): string {
  return `SELECT CONCAT('SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT_WS(''|'', ',
    GROUP_CONCAT(CONCAT('COALESCE(', ${exact(name('column_name'))}, ', ''-'')') ORDER BY ordinal_position SEPARATOR ', '),
    ')), 15), 16, 10) AS UNSIGNED)), 0), ', QUOTE(table_name), ' FROM ', ${name('table_name')}, ';')
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND ${where} GROUP BY table_name ORDER BY table_name`;
}

/**
 * Facts `rows` (`<count> <checksum> <table>`), and `rows-counted` (`<count> <table>`) for tables over the limit, whose rows are only counted.
 * Read in one snapshot.
 * @param limit bytes of data
 */
export function rowChecksums(limit: number): string {
  const small = `COALESCE(data_length, 0) <= ${limit} AND table_name NOT LIKE ${ours}`;
  const large = `SELECT CONCAT('SELECT COUNT(*), ', QUOTE(table_name), ' FROM ', ${name('table_name')}, ';') FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND data_length > ${limit} AND table_name NOT LIKE ${ours} ORDER BY table_name`;
  return `statements=$(db -e ${quote(checksumStatements(small))})
checksums=$(printf 'START TRANSACTION WITH CONSISTENT SNAPSHOT;\\n%s\\n' "$statements" | db)
printf '%s' "$checksums" | facts rows
statements=$(db -e ${quote(large)})
counts=$(printf '%s\\n' "$statements" | db)
printf '%s' "$counts" | facts rows-counted
`;
}
