/** Rows of every table as one checksum each. */
import { quote } from '../../commands/quote.ts';
import { holdsRows, rowsOf, shown, tables } from './catalog.ts';

/** The columns of `pg_class c`, by name: where a column stands does not count. */
export const columnsByName = `(SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`;

/**
 * A checksum over rows, as SQL text from SQL text that lists columns: it does not depend on the order of rows, and equal rows do not cancel each other. A row as
 * text is exact for every type, also those that cannot be compared, and tells NULL from empty.
 */
export function checksumOf(columns: string): string {
  return `'COALESCE(SUM((''x'' || substr(md5(ROW(' || ${columns} || ')::text), 1, 15))::bit(60)::bigint), 0)'`;
}

/**
 * Facts `rows` (`<count> <checksum> <table>`), and `rows-counted` (`<count> <table>`) for tables over the limit, whose rows are only counted.
 * Read in one snapshot.
 * @param limit bytes of data
 */
export function rowChecksums(limit: number): string {
  const statements = `SELECT CASE WHEN pg_catalog.pg_relation_size(c.oid) <= ${limit}
    THEN 'SELECT ''rows '' || count(*) || '' '' || ' || ${checksumOf(`COALESCE(${columnsByName}, '')`)} ELSE 'SELECT ''rows-counted '' || count(*)' END
    || format(' || '' '' || %L FROM %s;', ${shown}, ${rowsOf}) FROM ${tables} WHERE ${holdsRows} ORDER BY (${shown}) COLLATE "C"`;
  return `statements=$(db -e ${quote(statements)})
checksums=$(printf 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\\n%s\\nCOMMIT;\\n' "$statements" | db)
printf '%s\\n' "$checksums" | sed -n 's/^rows //p' | facts rows
printf '%s\\n' "$checksums" | sed -n 's/^rows-counted //p' | facts rows-counted
`;
}
