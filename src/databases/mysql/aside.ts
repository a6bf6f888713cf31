/**
 * Keeping aside what a downgrade takes away, so that an undo brings it back to the byte.
 *
 * Everything lies in the same database, in tables that begin with `_rollback_<run>`:
 *
 * | table | holds |
 * | --- | --- |
 * | `_rollback_<run>` | every table as it was found: its definition, its AUTO_INCREMENT; whether it is kept and how far that is |
 * | `_rollback_<run>_objects` | triggers and views as they were found |
 * | `_rollback_<run>_<n>_before` | rows before the first downgrade |
 * | `_rollback_<run>_<n>_after` | rows after the last one: what the migrations left |
 * | `_rollback_<run>_<n>_changed` | keys of rows that the application wrote since: `changed`, `new`, `deleted` |
 * | `_rollback_<run>_<n>_left` | what the application wrote into columns or tables that the undo takes away; stays for a person |
 *
 * Every text here follows `databasePrelude()`.
 */
import { createHash } from 'node:crypto';
import { quote } from '../../commands/quote.ts';
import type { Affected } from './affected.ts';
import { name, ours } from './fingerprint.ts';

/** The name of a run's tables: short enough for a suffix within MySQL's 64 characters. */
export function asideOf(run: string): string {
  const safe = run.replaceAll(/[^A-Za-z0-9]/g, '_');
  return `_rollback_${safe.length <= 32 && safe === run.replaceAll('-', '_') ? safe : createHash('sha256').update(run).digest('hex').slice(0, 24)}`;
}

/** A string in SQL, whatever it contains. */
export function text(value: string): string {
  return value === '' ? "''" : `CONVERT(0x${Buffer.from(value).toString('hex')} USING utf8mb4)`;
}

/** An SQL condition: a table of that name (an SQL expression) is there. */
export const exists = (table: string) => `EXISTS (SELECT 1 FROM information_schema.tables i WHERE i.table_schema = DATABASE() AND i.table_name = ${table})`;

/** A trigger as the statement that makes it again, with its own definer. */
export const triggerStatement = `CONCAT('CREATE DEFINER=', ${name("LEFT(definer, CHAR_LENGTH(definer) - CHAR_LENGTH(SUBSTRING_INDEX(definer, '@', -1)) - 1)")}, '@', ${name("SUBSTRING_INDEX(definer, '@', -1)")},
  ' TRIGGER ', ${name('trigger_name')}, ' ', action_timing, ' ', event_manipulation, ' ON ', ${name('event_object_table')}, ' FOR EACH ROW ', action_statement)`;

/**
 * Defines, for one run:
 * - `of_tables CONDITION` prints the numbers of the index's tables that fulfil an SQL condition
 * - `for_table N SQL` runs SQL with `@n`, `@t` (the table's name), `@live` (backticked), `@before`, `@after`, `@changed`, `@left` set
 * - `definitions_now` prints, for each of the index's tables that is there, a line `\\002<n>` and its SHOW CREATE TABLE
 * - `copy_table N KIND` keeps a copy of the live rows as `before` or `after`
 * - `keep_after` keeps what the migrations left, once
 */
export function asidePrelude(run: string): string {
  const index = asideOf(run);
  return `aside=${index}
tab=$(printf '\\t')
of_tables() { db -e "SELECT n FROM $aside WHERE n > 0 AND ($1) ORDER BY n"; }
for_table() {
  printf '%s\\n' "SET @n = $1, @before = '\${aside}_$1_before', @after = '\${aside}_$1_after', @changed = '\${aside}_$1_changed', @left = '\${aside}_$1_left';" \\
    ${quote(`SELECT name, ${name('name')} INTO @t, @live FROM ${index} WHERE n = @n;`)} "$2" | db
}
definitions_now() {
  definition_statements=$(db -e ${quote(`SELECT CONCAT('SELECT ''', CHAR(2), n, '''; SHOW CREATE TABLE ', ${name('name')}, ';') FROM ${index} x WHERE n > 0 AND ${exists('x.name')} ORDER BY n`)})
  printf '%s\\n' "$definition_statements" | db | awk -v tab="$tab" '/^\\002/ { print; head = 1; next } head { sub("^[^" tab "]*" tab, ""); head = 0 } { print }'
}
copy_table() {
  copy_statements=$(for_table "$1" "SET @copy = '\${aside}_$1_$2', @kind = '$2';"${quote(`
SELECT GROUP_CONCAT(${name('column_name')} ORDER BY ordinal_position SEPARATOR ', ') INTO @columns FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = @t AND COALESCE(generation_expression, '') = '';
SELECT CONCAT('DROP TABLE IF EXISTS ', @copy, '; CREATE TABLE ', @copy, ' LIKE ', @live, '; INSERT INTO ', @copy, ' (', @columns, ') SELECT ', @columns, ' FROM ', @live, ';
', IF(@kind = 'left', '', CONCAT('UPDATE ${index} SET ', @kind, '_state = ''kept'' WHERE n = ', @n, ';')), ' SELECT COUNT(*) FROM ', @copy, ';');`)})
  printf '%s\\n' "$copy_statements" | db
}
keep_after() {
  db -e ${quote(`UPDATE ${index} SET after_state = 'gone' WHERE n > 0 AND after_state IS NULL AND (kept OR created) AND NOT ${exists(`${index}.name`)}`)}
  numbers=$(of_tables 'after_state IS NULL AND (kept OR created)')
  for n in $numbers; do copy_table "$n" after >/dev/null; done
}
`;
}

/** Makes an UPDATE of each definition. */
const keepDefinitions = String.raw`
function flush() { if (n != "") print "UPDATE " aside " SET definition = \047" text "\047 WHERE n = " n ";" }
/^\002/ { flush(); n = substr($0, 2); text = ""; next }
{ for (i = 1; i <= length($0); i++) { c = substr($0, i, 1); text = text (c == "\\" || c == "\047" ? "\\" c : c) } text = text "\n" }
END { flush() }`;

/**
 * Keeps aside what `affected` names, and how every table, trigger and view is defined. Done once: a run that is taken up again does not
 * overwrite it. Facts: `kept` (`<rows> <table>`).
 */
export function keepAside(run: string, affected: Affected): string {
  const index = asideOf(run);
  const marks = affected.kind === 'everything'
    ? `UPDATE ${index} SET kept = 1, rows_too = 1 WHERE n > 0;`
    : [
        ...affected.tables.map((table) => `UPDATE ${index} SET kept = 1, rows_too = ${table.rows ? 1 : 0} WHERE name = ${text(table.name)};`),
        ...affected.created.map((table) => `INSERT IGNORE INTO ${index} (name, created) VALUES (${text(table)}, 1);`),
      ].join('\n');
  return `${asidePrelude(run)}
if [ "$(db -e ${quote(`SELECT ${exists(text(index))}`)})" = 0 ] || [ "$(db -e ${quote(`SELECT COUNT(*) FROM ${index} WHERE n = 0`)})" = 0 ]; then
  db -e ${quote(`DROP TABLE IF EXISTS ${index}, ${index}_objects;
CREATE TABLE ${index} (n INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(64) NOT NULL UNIQUE, kept TINYINT NOT NULL DEFAULT 0, rows_too TINYINT NOT NULL DEFAULT 0, created TINYINT NOT NULL DEFAULT 0,
  before_state VARCHAR(8), after_state VARCHAR(8), written TINYINT, counter BIGINT UNSIGNED, definition LONGTEXT) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE ${index}_objects (kind VARCHAR(8) NOT NULL, name VARCHAR(64) NOT NULL, on_table VARCHAR(64), position INT, statement LONGTEXT, sql_mode TEXT, client VARCHAR(64), connection VARCHAR(64)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO ${index} (name, counter) SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE ${ours} ORDER BY table_name;
INSERT INTO ${index}_objects SELECT 'trigger', trigger_name, event_object_table, action_order, ${triggerStatement}, sql_mode, character_set_client, collation_connection FROM information_schema.triggers WHERE trigger_schema = DATABASE();
INSERT INTO ${index}_objects (kind, name) SELECT 'view', table_name FROM information_schema.views WHERE table_schema = DATABASE();`)}
  db -e ${quote(marks)}
  # Rows also change where a foreign key passes a change on, and anywhere when a trigger does.
  while [ "$(db -e ${quote(`UPDATE ${index} t JOIN information_schema.referential_constraints r ON r.constraint_schema = DATABASE() AND r.table_name = t.name JOIN (SELECT name FROM ${index} WHERE rows_too = 1) p ON p.name = r.referenced_table_name
SET t.kept = 1, t.rows_too = 1 WHERE t.rows_too = 0 AND (r.delete_rule NOT IN ('RESTRICT', 'NO ACTION') OR r.update_rule NOT IN ('RESTRICT', 'NO ACTION')); SELECT ROW_COUNT()`)})" -gt 0 ]; do :; done
  db -e ${quote(`SELECT COUNT(*) INTO @firing FROM ${index}_objects o JOIN ${index} t ON t.name = o.on_table WHERE o.kind = 'trigger' AND t.rows_too = 1; UPDATE ${index} SET kept = 1, rows_too = 1 WHERE n > 0 AND created = 0 AND @firing > 0`)}
  definitions=$(definitions_now)
  printf '%s\\n' "$definitions" | awk -v aside="$aside" ${quote(keepDefinitions)} | db
  ${viewsAsTheyAre(`UPDATE ${index}_objects SET statement = CONVERT(0x%s USING utf8mb4) WHERE kind = 'view' AND name = CONVERT(0x%s USING utf8mb4);`)}
  numbers=$(of_tables 'kept = 1')
  for n in $numbers; do fact kept "$(copy_table "$n" before) $(for_table "$n" 'SELECT @t;')"; done
  db -e ${quote(`INSERT INTO ${index} (n, name) VALUES (0, '')`)}
fi
`;
}

/** sh that runs one SQL template for each view, with its definition and its name in hexadecimal. */
export function viewsAsTheyAre(template: string): string {
  return `names=$(db -e "SELECT CONCAT(HEX(table_name), ' ', ${name('table_name').replaceAll('`', '\\`')}) FROM information_schema.views WHERE table_schema = DATABASE()")
  printf '%s' "$names" | while read -r hexadecimal view || [ -n "$hexadecimal" ]; do
    view_text=$(db -e "SHOW CREATE VIEW $view"); view_text=\${view_text#*"$tab"}; view_text=\${view_text%"$tab"*"$tab"*}
    printf '%s' "$view_text" | od -An -v -tx1 | tr -d ' \\n' | { read -r definition || :; printf ${quote(`${template}\n`)} "$definition" "$hexadecimal"; } | db
  done`;
}

/** Takes away what was kept, after success or an undo that was verified; never after one that failed. `_left` tables stay. Fact `left`. */
export function forgetAside(run: string): string {
  const index = asideOf(run);
  const mine = `table_schema = DATABASE() AND table_name REGEXP '^${index}(_objects|_[0-9]+_(before|after|changed))?$'`;
  return `statements=$(db -e ${quote(`SELECT CONCAT('DROP TABLE IF EXISTS ', ${name('table_name')}, ';') FROM information_schema.tables WHERE ${mine} ORDER BY table_name = '${index}', table_name`)})
printf '%s\\n' "$statements" | db
left=$(db -e ${quote(`SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name REGEXP '^${index}_[0-9]+_left$'`)})
printf '%s' "$left" | facts left
`;
}
