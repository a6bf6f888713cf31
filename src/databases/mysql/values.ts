/** Bringing rows back into a table whose schema is again as it was found. */
import { quote } from '../../commands/quote.ts';
import { asideOf, triggerStatement } from './aside.ts';
import { name } from './fingerprint.ts';
import { findKey, onKey, sameValue } from './written.ts';

/**
 * Columns of the found table. `value` is where an untouched row's value comes from: `b` as it was before, or `a` as the migrations left it, for
 * a column that they did not touch in a table whose rows they did not touch: writes of the application during the downgrade live there.
 */
const columns = `(SELECT q, o, is_text, in_key, stays, touches, IF(@all OR NOT own, CONCAT('b.', q), CONCAT('a.', q)) AS value, own FROM (
  SELECT ${name('b.column_name')} AS q, b.ordinal_position AS o, b.character_set_name IS NOT NULL AS is_text, s.column_name IS NOT NULL AS in_key,
    a.column_name IS NOT NULL AS stays, b.extra LIKE '%on update%' AS touches,
    a.column_type <=> b.column_type AND a.character_set_name <=> b.character_set_name AND a.is_nullable <=> b.is_nullable AS own
  FROM information_schema.columns b
  LEFT JOIN information_schema.columns a ON a.table_schema = b.table_schema AND a.table_name = @after AND a.column_name = b.column_name
  LEFT JOIN information_schema.statistics s ON s.table_schema = b.table_schema AND s.table_name = @before AND s.index_name = @key AND s.column_name = b.column_name
  WHERE b.table_schema = DATABASE() AND b.table_name = @before AND COALESCE(b.generation_expression, '') = '') x) c`;

/**
 * Generates the SQL for one table, under a lock that keeps every other session out, its triggers off meanwhile (the lock is why nobody
 * can write past them; their definitions are kept, see `triggers_back`).
 *
 * - rows that the application did not write: exactly as before; what a migration inserted goes, what it deleted comes
 * - rows that it changed: as it left them, with the values of the columns that had been dropped
 * - rows that it inserted or deleted: as it left them
 *
 * A table without a key is taken back whole, if the application did not write to it; `@refused` otherwise.
 */
const statements = (index: string) => `
SELECT rows_too OR after_state = 'gone', after_state, written INTO @all, @after_state, @written FROM ${index} WHERE n = @n;
${findKey}
SELECT GROUP_CONCAT(q ORDER BY o SEPARATOR ', '), GROUP_CONCAT(value ORDER BY o SEPARATOR ', '), ${onKey('live', 'b')}, ${onKey('live', 'c')}, ${onKey('b', 'c')}, ${onKey('a', 'b')},
  GROUP_CONCAT(${sameValue("CONCAT('live.', q)", 'value')} SEPARATOR ' AND '), MIN(IF(in_key, q, NULL)), SUM(NOT stays), SUM(NOT own),
  GROUP_CONCAT(IF(stays, IF(touches, CONCAT('live.', q, ' = live.', q), NULL), CONCAT('live.', q, ' = b.', q)) SEPARATOR ', ')
  INTO @columns, @values, @live_b, @live_c, @b_c, @a_b, @same, @k, @gone, @others, @set FROM ${columns};
SET @wanted = IF(@all, CONCAT(@before, ' AS b'), CONCAT('(', @after, ' AS a JOIN ', @before, ' AS b ON ', @a_b, ')'));
SELECT GROUP_CONCAT('DROP TRIGGER IF EXISTS ', ${name('trigger_name')}, ';' SEPARATOR '\n') INTO @drop_triggers FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND event_object_table = @t;
SET @drop_triggers = COALESCE(@drop_triggers, '');
SELECT CONCAT('SET autocommit = 0;
LOCK TABLES ', @live, ' WRITE, ', @live, ' AS live WRITE, ', @changed, ' AS c READ, ', @before, ' AS b READ', IF(@after_state = 'kept', CONCAT(', ', @after, ' AS a READ'), ''), ';
', @drop_triggers, '
DELETE live FROM ', @live, ' AS live LEFT JOIN ', @wanted, ' ON ', @live_b, ' LEFT JOIN ', @changed, ' AS c ON ', @live_c, ' WHERE c.', @k, ' IS NULL AND (b.', @k, ' IS NULL OR NOT (', @same, '));
INSERT INTO ', @live, ' (', @columns, ') SELECT ', @values, ' FROM ', @wanted, ' LEFT JOIN ', @live, ' AS live ON ', @live_b, ' LEFT JOIN ', @changed, ' AS c ON ', @b_c, ' WHERE live.', @k, ' IS NULL AND c.', @k, ' IS NULL;',
IF(@after_state = 'kept' AND @gone > 0, CONCAT('
UPDATE ', @live, ' AS live JOIN ', @before, ' AS b ON ', @live_b, ' JOIN ', @changed, ' AS c ON ', @live_c, ' SET ', @set, ' WHERE c.\`rollback kind\` = ''changed'';'), ''), '
COMMIT;')
FROM DUAL WHERE @key IS NOT NULL;
SELECT IF(@written, CONCAT('@refused ', @t), CONCAT('SET autocommit = 0;
LOCK TABLES ', @live, ' WRITE, ', @before, ' AS b READ;
', @drop_triggers, '
DELETE FROM ', @live, ';
INSERT INTO ', @live, ' (', @columns, ') SELECT ', @columns, ' FROM ', @before, ' AS b;
COMMIT;'))
FROM DUAL WHERE @key IS NULL AND (@all OR @others > 0);`;

/** The triggers of a table as they were found, each with the modes that it was made with. */
const triggersOf = (index: string) => `SELECT CONCAT('SET SESSION sql_mode = ', QUOTE(sql_mode), ', character_set_client = ', IF(client LIKE 'utf8%' OR LENGTH(statement) = CHAR_LENGTH(statement), client, 'utf8mb4'), ', collation_connection = ', connection, ';
DELIMITER //rollback//
', statement, ' //rollback//
DELIMITER ;') FROM ${index}_objects WHERE kind = 'trigger' AND on_table = @t ORDER BY position, name;`;

/**
 * Defines:
 * - `values_back N` brings one table's rows back
 * - `triggers_back` makes the triggers of every table again where they are not as they were found, also after an interruption
 *
 * Both end with a failure when something cannot be brought back; nothing is half written then.
 */
export function valuesPrelude(run: string): string {
  const index = asideOf(run);
  const others = `SELECT i.n FROM ${index} i
  LEFT JOIN (SELECT event_object_table AS on_table, GROUP_CONCAT(${triggerStatement} ORDER BY trigger_name SEPARATOR '\n') AS text FROM information_schema.triggers WHERE trigger_schema = DATABASE() GROUP BY event_object_table) now ON now.on_table = i.name
  LEFT JOIN (SELECT on_table, GROUP_CONCAT(statement ORDER BY name SEPARATOR '\n') AS text FROM ${index}_objects WHERE kind = 'trigger' GROUP BY on_table) found ON found.on_table = i.name
  WHERE i.definition IS NOT NULL AND NOT (CAST(now.text AS BINARY) <=> CAST(found.text AS BINARY))`;
  const drop = `SELECT CONCAT('DROP TRIGGER ', ${name('trigger_name')}, ';') FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND event_object_table = @t;`;
  return `values_back() {
  statements=$(for_table "$1" ${quote(statements(index))}) || return 1
  case $statements in
    @refused*)
      echo "\${statements#@refused } has no key by which rows are known again, and the application wrote to it: what it held before is in \${aside}_$1_before" >&2
      return 1
      ;;
    '') return 0 ;;
  esac
  triggers=$(for_table "$1" ${quote(triggersOf(index))}) || return 1
  printf '%s\\n%s\\nUNLOCK TABLES;\\n' "$statements" "$triggers" | db
}
triggers_back() {
  numbers=$(db -e ${quote(others)}) || return 1
  for n in $numbers; do
    statements=$(for_table "$n" ${quote(drop)}; for_table "$n" ${quote(triggersOf(index))}) || return 1
    printf '%s\\n' "$statements" | db || return 1
  done
}
`;
}
