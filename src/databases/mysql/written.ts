/** What the application wrote between the downgrade and its undo: found before the schema goes back, kept by key. */
import { quote } from '../../commands/quote.ts';
import { asideOf } from './aside.ts';
import { checksumStatements, name } from './fingerprint.ts';

/**
 * Sets `@key`: the index by which a row is known again, the primary key or a unique one without NULL. NULL when there is none, or when the
 * migrations took one of its columns away.
 */
export const findKey = `SET @key = (SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = @before AND non_unique = 0
  GROUP BY index_name HAVING SUM(nullable = 'YES' OR sub_part IS NOT NULL OR column_name IS NULL) = 0 ORDER BY index_name = 'PRIMARY' DESC, index_name LIMIT 1);
SELECT IF(COUNT(a.column_name) = COUNT(*) OR @after_state <=> 'gone', @key, NULL) INTO @key FROM information_schema.statistics s
  LEFT JOIN information_schema.columns a ON a.table_schema = s.table_schema AND a.table_name = @after AND a.column_name = s.column_name
  WHERE s.table_schema = DATABASE() AND s.table_name = @before AND s.index_name = @key;`;

/** SQL text that is true when two values are the same to the byte: collations hide differences, and a charset may have changed. */
export function sameValue(one: string, other: string): string {
  const bytes = (value: string) => `'CAST(CONVERT(', ${value}, ' USING utf8mb4) AS BINARY)'`;
  return `IF(is_text, CONCAT(${bytes(one)}, ' <=> ', ${bytes(other)}), CONCAT(${one}, ' <=> ', ${other}))`;
}

/** `x.k1 = y.k1 AND x.k2 = y.k2` from rows with `q` (a backticked column) and `in_key`. */
export const onKey = (x: string, y: string) => `GROUP_CONCAT(IF(in_key, CONCAT('${x}.', q, ' = ${y}.', q), NULL) SEPARATOR ' AND ')`;

/** Columns of `after` (as the application has written them): `q`, `is_text`, `in_key`, `extra` (the found table has no such column). */
const columns = `(SELECT ${name('a.column_name')} AS q, a.ordinal_position AS o, a.character_set_name IS NOT NULL AS is_text, s.column_name IS NOT NULL AS in_key, b.column_name IS NULL AS extra
  FROM information_schema.columns a
  LEFT JOIN information_schema.columns b ON b.table_schema = a.table_schema AND b.table_name = @before AND b.column_name = a.column_name
  LEFT JOIN information_schema.statistics s ON s.table_schema = a.table_schema AND s.table_name = @before AND s.index_name = @key AND s.column_name = a.column_name
  WHERE a.table_schema = DATABASE() AND a.table_name = @after AND COALESCE(a.generation_expression, '') = '') c`;

/** Generates, for one table with a key, SQL that fills `@changed`; for one without, two checksums to compare. */
const statements = (index: string) => `
SELECT rows_too, after_state, created INTO @rows_too, @after_state, @created FROM ${index} WHERE n = @n;
${findKey}
SELECT GROUP_CONCAT(IF(in_key, q, NULL) ORDER BY o SEPARATOR ', '), GROUP_CONCAT(IF(in_key, CONCAT('live.', q), NULL) ORDER BY o SEPARATOR ', '), GROUP_CONCAT(IF(in_key, CONCAT('a.', q), NULL) ORDER BY o SEPARATOR ', '),
  ${onKey('live', 'a')}, ${onKey('a', 'b')}, ${onKey('live', 'c')}, GROUP_CONCAT(${sameValue("CONCAT('live.', q)", "CONCAT('a.', q)")} SEPARATOR ' AND '), MIN(IF(in_key, q, NULL)),
  SUM(extra), GROUP_CONCAT(q ORDER BY o SEPARATOR ', '), GROUP_CONCAT(CONCAT('live.', q) ORDER BY o SEPARATOR ', ')
  INTO @keys, @live_keys, @a_keys, @live_a, @a_b, @live_c, @same, @k, @extra, @all, @live_all FROM ${columns};
SELECT CONCAT('DROP TABLE IF EXISTS ', @changed, ', ', @left, ';
CREATE TABLE ', @changed, ' (\`rollback kind\` VARCHAR(8) NOT NULL DEFAULT ''changed'', PRIMARY KEY (', @keys, ')) ENGINE=InnoDB AS SELECT ', @live_keys, ' FROM ', @before, ' AS live LIMIT 0;
INSERT INTO ', @changed, ' (', @keys, ', \`rollback kind\`) SELECT ', @live_keys, ', ''changed'' FROM ', @live, ' AS live JOIN ', @after, ' AS a ON ', @live_a, ' WHERE NOT (', @same, ');
INSERT IGNORE INTO ', @changed, ' (', @keys, ', \`rollback kind\`) SELECT ', @live_keys, ', ''new'' FROM ', @live, ' AS live LEFT JOIN ', @after, ' AS a ON ', @live_a, ' WHERE a.', @k, ' IS NULL;
INSERT IGNORE INTO ', @changed, ' (', @keys, ', \`rollback kind\`) SELECT ', @a_keys, ', ''deleted'' FROM ', @after, ' AS a LEFT JOIN ', @live, ' AS live ON ', @live_a, ' WHERE live.', @k, ' IS NULL;',
IF(@rows_too, '', CONCAT('
INSERT IGNORE INTO ', @changed, ' (', @keys, ', \`rollback kind\`) SELECT ', @a_keys, ', ''new'' FROM ', @after, ' AS a LEFT JOIN ', @before, ' AS b ON ', @a_b, ' WHERE b.', @k, ' IS NULL;')),
IF(@extra = 0, '', CONCAT('
CREATE TABLE ', @left, ' LIKE ', @live, '; INSERT INTO ', @left, ' (', @all, ') SELECT ', @live_all, ' FROM ', @live, ' AS live JOIN ', @changed, ' AS c ON ', @live_c, ' WHERE c.\`rollback kind\` <> ''deleted'';')), '
UPDATE ${index} SET written = (SELECT COUNT(*) > 0 FROM ', @changed, ') WHERE n = ', @n, ';')
FROM DUAL WHERE @key IS NOT NULL AND @after_state = 'kept' AND NOT @created;
SELECT CONCAT('DROP TABLE IF EXISTS ', @changed, '; CREATE TABLE ', @changed, ' ENGINE=InnoDB AS SELECT ''new'' AS \`rollback kind\`, ', GROUP_CONCAT(${name('column_name')} SEPARATOR ', '), ' FROM ', @before, ' LIMIT 0; UPDATE ${index} SET written = 0 WHERE n = ', @n, ';')
FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = @before AND index_name = @key AND @after_state = 'gone' HAVING COUNT(*) > 0;
SELECT CONCAT('@checksum ', @t) FROM DUAL WHERE @key IS NULL OR @created;`;

/**
 * Defines `keep_written`: finds, once, what the application wrote since `after` was kept; keeps `after` first where a step was cut short before
 * it could. Facts: `written` (`<rows> <table>`).
 */
export function writtenPrelude(run: string): string {
  const index = asideOf(run);
  return `keep_written() {
  keep_after
  numbers=$(of_tables "written IS NULL AND (kept OR created)")
  for n in $numbers; do
    statements=$(for_table "$n" ${quote(statements(index))})
    case $statements in
      @checksum*)
        one=$(for_table "$n" ${quote(checksumStatements('table_name = @t'))} | db | cut -f 1,2)
        other=$(for_table "$n" ${quote(checksumStatements('table_name = @after'))} | db | cut -f 1,2)
        if [ "$one" = "$other" ]; then written=0; else written=1; fact written "? $(for_table "$n" 'SELECT @t;')"; fi
        db -e "UPDATE $aside SET written = $written WHERE n = $n"
        ;;
      *)
        printf '%s\\n' "$statements" | db
        rows=$(db -e "SELECT COUNT(*) FROM \${aside}_\${n}_changed")
        if [ "$rows" -gt 0 ]; then fact written "$rows $(for_table "$n" 'SELECT @t;')"; fi
        ;;
    esac
  done
  ${dropEmptyLeft}
}
`;
}

/** A `left` table without rows is of no use to anybody. */
const dropEmptyLeft = `numbers=$(of_tables "EXISTS (SELECT 1 FROM information_schema.tables i WHERE i.table_schema = DATABASE() AND i.table_name = CONCAT('$aside', '_', n, '_left'))")
  for n in $numbers; do if [ "$(db -e "SELECT COUNT(*) FROM (SELECT 1 FROM \${aside}_\${n}_left LIMIT 1) l")" = 0 ]; then db -e "DROP TABLE \${aside}_\${n}_left"; fi; done`;
