/** What is in any database of a server: rows by table, alembic's revisions, the schema as one hash. */
import { quote } from '../../commands/quote.ts';
import { holdsRows, ownSchema, rowsOf, shown, tables } from './catalog.ts';

const countEach = `SELECT format('SELECT count(*) || '' '' || %L FROM %s;', ${shown}, ${rowsOf}) FROM ${tables} WHERE ${holdsRows} ORDER BY (${shown}) COLLATE "C"`;

const revisions = `SELECT format('SELECT version_num FROM %I.%I;', n.nspname, c.relname) FROM ${tables} WHERE c.relname = 'alembic_version' AND c.relkind = 'r' AND ${ownSchema}`;

/**
 * Reads a plain dump of a schema and prints a line for each object, in no order that counts: names, types, defaults, constraints, indexes, triggers,
 * functions, owners, grants, comments, everything that `pg_dump` knows. The order of a table's columns is left out: what a migration takes away and
 * brings back stands at the end, and no statement puts it elsewhere.
 */
const objects = String.raw`
function flush() { if (text != "") print text; text = "" }
/^-- Name: .*; Type: / { flush(); head = $0; started = 1; table = ($0 ~ /; Type: (FOREIGN )?TABLE; /); data = ($0 ~ /; Type: (MATERIALIZED VIEW DATA|STATISTICS DATA|BLOBS?|BLOB METADATA); /); next }
!started || data || /^(--|$)/ || /^\\(un)?restrict / || /^SET default_(tablespace|table_access_method) = / { next }
table { line = $0; sub(/,$/, "", line); print head "\t" line; next }
{ text = (text == "" ? head : text) "\t" $0 }
END { flush() }`;

/**
 * The server writes some expressions in another way once it has read its own: `x IN ('a', 'b')` of a varchar. Both are brought to the second.
 */
const sameExpressions = String.raw`s/(\('(([^']|'')*)'::character varying\))::text/'\2'::character varying/g; s/\((ARRAY\[[^]]*\])\)::text\[\]/\1/g`;

/** Defines `schema_hash`, which reads a plain dump of a schema and prints its SHA-256. */
export const schemaHash = `schema_hash() { awk ${quote(objects)} | sed -E ${quote(sameExpressions)} | LC_ALL=C sort | sha256sum | cut -d ' ' -f 1; }
`;

/** Defines `rows_in`, `revisions_in`, `fingerprint_in`, `schema_hash`: see `Engine.client`. */
export const reading = `rows_in() {
  statements=$(db_on "$1" "$2" -e ${quote(countEach)}) || return 1
  printf 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\\n%s\\nCOMMIT;\\n' "$statements" | db_on "$1" "$2"
}
revisions_in() {
  statements=$(db_on "$1" "$2" -e ${quote(revisions)}) || return 1
  found_revisions=$(printf '%s\\n' "$statements" | db_on "$1" "$2") || return 1
  printf '%s\\n' "$found_revisions" | sort -u | sed '/^$/d' | paste -s -d ' ' -
}
${schemaHash}fingerprint_in() {
  schema_text=$(pg_run pg_dump "$1" "$2" --schema-only --lock-wait-timeout=120s --exclude-schema='_rollback_*') || return 1
  printf '%s\\n' "$schema_text" | schema_hash
}
`;

/** Fact `schema-fingerprint`. */
export const schemaFingerprint = `fingerprint=$(fingerprint_in "$database" '') || exit 1
fact schema-fingerprint "$fingerprint"
`;
