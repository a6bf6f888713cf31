/** What a downgrade takes out of use, in rows. Follows `databasePrelude()`. */
import { quote } from '../../commands/quote.ts';
import { asideOf, asidePrelude } from './aside.ts';
import { name } from './fingerprint.ts';
import { findKey, onKey, sameValue } from './written.ts';

const columns = `(SELECT ${name('b.column_name')} AS q, b.character_set_name IS NOT NULL AS is_text, s.column_name IS NOT NULL AS in_key, a.column_name IS NOT NULL AS stays
  FROM information_schema.columns b
  LEFT JOIN information_schema.columns a ON a.table_schema = b.table_schema AND a.table_name = @after AND a.column_name = b.column_name
  LEFT JOIN information_schema.statistics s ON s.table_schema = b.table_schema AND s.table_name = @before AND s.index_name = @key AND s.column_name = b.column_name
  WHERE b.table_schema = DATABASE() AND b.table_name = @before AND COALESCE(b.generation_expression, '') = '') c`;

const statement = (index: string) => `
SELECT after_state INTO @after_state FROM ${index} WHERE n = @n;
${findKey}
SELECT ${onKey('a', 'b')}, GROUP_CONCAT(IF(stays, ${sameValue("CONCAT('a.', q)", "CONCAT('b.', q)")}, NULL) SEPARATOR ' AND '), COALESCE(GROUP_CONCAT(IF(stays, NULL, CONCAT('b.', q, ' IS NOT NULL')) SEPARATOR ' OR '), 'FALSE'), MIN(IF(in_key, q, NULL))
  INTO @a_b, @same, @dropped, @k FROM ${columns};
SELECT CASE
  WHEN @after_state = 'gone' THEN CONCAT('SELECT COUNT(*) FROM ', @before, ';')
  WHEN @key IS NOT NULL THEN CONCAT('SELECT COUNT(*) FROM ', @before, ' AS b LEFT JOIN ', @after, ' AS a ON ', @a_b, ' WHERE a.', @k, ' IS NULL OR NOT (', @same, ') OR ', @dropped, ';')
  ELSE CONCAT('SELECT GREATEST((SELECT CAST(COUNT(*) AS SIGNED) FROM ', @before, ') - (SELECT COUNT(*) FROM ', @after, '), (SELECT COUNT(*) FROM ', @before, ' AS b WHERE ', @dropped, '));')
END;`;

/**
 * Rows held before that are no longer in live use: gone, changed, or with a value in a dropped column; after the last downgrade. In a table
 * without a key a changed row cannot be told. Facts: `lost` (`<rows> <table>`), where there are any.
 */
export function lostRows(run: string): string {
  const index = asideOf(run);
  return `${asidePrelude(run)}keep_after
for n in $(of_tables "kept = 1 AND name <> 'alembic_version'"); do
  statement=$(for_table "$n" ${quote(statement(index))})
  rows=$(printf '%s\\n' "$statement" | db)
  if [ "\${rows:-0}" -gt 0 ]; then fact lost "$rows $(for_table "$n" 'SELECT @t;')"; fi
done
`;
}
