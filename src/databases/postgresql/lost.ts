/** Rows of one database that are not in another. Follows `admin()`. */
import { quote } from '../../commands/quote.ts';
import type { At } from '../engine.ts';
import { isWhole, quoteWith, rowsOf, shown, tables } from './catalog.ts';

const columnsOf = `pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`;

/** One JSON object: columns, and how its rows are read, by table. */
const known = `SELECT COALESCE(jsonb_object_agg(${shown}, jsonb_build_object('rows', ${rowsOf}, 'columns', (SELECT COALESCE(jsonb_agg(a.attname), '[]') FROM ${columnsOf}))), '{}') FROM ${tables} WHERE ${isWhole}`;

/**
 * For each table: its name, as people and as SQL call it; its rows there and here; the columns that both have, and all;
 * whether there are rows with a value in such a column; the hash of a row. The other's columns are `$known`.
 */
const plan = `WITH other AS (SELECT key AS name, value FROM jsonb_each($known)), mine AS (
  SELECT ${shown} AS name, ${rowsOf} AS rows, format('%I.%I', n.nspname, c.relname) AS target, o.value->>'rows' AS theirs,
    (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM ${columnsOf} AND o.value->'columns' ? a.attname) AS common,
    (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM ${columnsOf}) AS every,
    (SELECT string_agg(format('%I IS NOT NULL', a.attname), ' OR ') FROM ${columnsOf} AND NOT o.value->'columns' ? a.attname) AS more
  FROM ${tables} LEFT JOIN other o ON o.name = ${shown} WHERE ${isWhole} AND c.relname <> 'alembic_version'
) SELECT concat_ws(chr(1), name, target, COALESCE(theirs, ''), rows, COALESCE(common, ''), COALESCE(every, ''), COALESCE(more, 'false'),
  format('md5(ROW(%s)::text)', common)) FROM mine ORDER BY name COLLATE "C"`;

/**
 * See `Beside.lost`. Rows are compared as text that is exact for every type, one table after the other. Both servers first tell a checksum for each
 * of 65,536 buckets that a row's hash puts it in; only the rows of buckets that differ are fetched and, sorted on disk (in the folder of `file` or
 * the temporary one), counted one by one. alembic_version is no data of the application's.
 */
export function lostBetween(from: At, to: At, file?: string): string {
  const at = ({ database, address }: At) => (address === '' ? `db_admin ${quote(database)}` : `db_on ${quote(database)} ${quote(address)}`);
  return `from_db() { ${at(from)} "$@"; }
to_db() { ${at(to)} "$@"; }
lost_export=${quote(file ?? '')}
(
  work=$(mktemp -d ${file === undefined ? '' : `-p ${quote(file.replace(/[^/]*$/, '') || '.')}`})
  trap 'rm -rf "$work"' EXIT
  # LEFT and RIGHT at once, each into its file.
  both() {
    "$1" from_db "$2" "$work/here" & left_side=$!
    "$1" to_db "$3" "$work/there" || exit 1
    wait "$left_side" || exit 1
  }
  buckets() { "$1" -e "SELECT substr(h, 1, 4) COLLATE \\"C\\" AS bucket, count(*), sum(('x' || substr(h, 5, 15))::bit(60)::bigint) FROM (SELECT $hash AS h FROM $2) x GROUP BY bucket ORDER BY bucket" > "$3"; }
  sorted() { { "$1" -e "COPY ($2) TO STDOUT" || : > "$work/failed"; } | sort -T "$work" > "$3" || exit 1; [ ! -e "$work/failed" ] || exit 1; }
  # Whether it is to be written or only counted, rows are read in one way.
  take() {
    taken=$(wc -l < "$2" | tr -d ' ')
    lost=$((lost + taken))
    if [ -n "$lost_export" ] && [ "$taken" != 0 ]; then { printf 'COPY %s (%s) FROM stdin;\\n' "$target" "$1"; cat "$2"; printf '\\\\.\\n\\n'; } >> "$work/export"; fi
  }
  known=$(to_db -e ${quote(known)})
  known=$(sql_text "$known")
  printf '%s\\n' ${quoteWith(plan, 'known')} | from_db > "$work/tables"
  printf "SET client_encoding = 'UTF8';\\nSET standard_conforming_strings = on;\\nSET DateStyle = 'ISO, YMD';\\nSET IntervalStyle = 'postgres';\\nSET TimeZone = 'UTC';\\n\\n" > "$work/export"
  while IFS=$(printf '\\001') read -r name target theirs rows common every more hash; do
    lost=0
    if [ -z "$theirs" ]; then
      from_db -e "COPY (SELECT $every FROM $rows) TO STDOUT" > "$work/gone"
      take "$every" "$work/gone"
    else
      both buckets "$rows WHERE NOT ($more)" "$theirs"
      if ! cmp -s "$work/here" "$work/there"; then
        differing=$(comm -3 "$work/here" "$work/there" | sed "s/^$tab//" | cut -c 1-4 | sort -u | paste -s -d , -)
        within="substr($hash, 1, 4) IN (SELECT unnest('{$differing}'::text[]))"
        both sorted "SELECT $common FROM $rows WHERE NOT ($more) AND $within" "SELECT $common FROM $theirs WHERE $within"
        comm -23 "$work/here" "$work/there" > "$work/gone"
        take "$common" "$work/gone"
      fi
      if [ "$more" != false ]; then
        from_db -e "COPY (SELECT $every FROM $rows WHERE $more) TO STDOUT" > "$work/gone"
        take "$every" "$work/gone"
      fi
    fi
    if [ "$lost" != 0 ]; then fact lost "$lost $name"; fi
  done < "$work/tables"
  if [ -n "$lost_export" ]; then
    gzip -c "$work/export" > "$lost_export.part"
    sync "$lost_export.part" 2>/dev/null || :
    mv "$lost_export.part" "$lost_export"
  fi
)
fact counted yes
`;
}
