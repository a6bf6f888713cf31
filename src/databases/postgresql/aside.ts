/**
 * Keeping aside, in a schema of the same database, what a downgrade takes away, so that an undo brings it back. Definitions come back by the
 * migrations themselves, which the undo takes up again first; rows, grants and sequences come back from what is kept. Where the schema is then not what it
 * was, nothing is written and everything is kept. Follows `client()`.
 */
import { createHash } from 'node:crypto';
import { quote } from '../../commands/quote.ts';
import type { Aside } from '../engine.ts';
import { affectedBy, dropsIn, type Named } from './affected.ts';
import { asideFunctions, asideReach, asideTables, partitionsToo } from './aside-functions.ts';
import { identifier, literal, tables } from './catalog.ts';
import { valuesFunction } from './values.ts';

/** Short enough for PostgreSQL's 63 bytes; two runs never share a name. */
function nameOf(run: string): string {
  return `_rollback_${/^[A-Za-z0-9-]{1,32}$/.test(run) ? run.replaceAll('-', '_') : createHash('sha256').update(run).digest('hex').slice(0, 24)}`;
}

const shownName = ({ schema, name }: Named) => (schema === undefined || schema === 'public' ? name : `${schema}.${name}`);
const sqlName = ({ schema, name }: Named) => `${schema === undefined ? '' : `${identifier(schema)}.`}${identifier(name)}`;

function countDrops(sql: string): string {
  const { tables: whole, columns } = dropsIn(sql);
  const gone = new Set(whole.map(shownName));
  const count = (table: Named, condition: string) => `rows=$(db -e ${quote(`SELECT count(*) FROM ${sqlName(table)} WHERE ${condition}`)} 2>/dev/null) || rows=0
[ "$rows" = 0 ] || fact would-lose "$rows "${quote(shownName(table))}
`;
  const conditions = new Map<string, { readonly table: Named; readonly names: readonly string[] }>();
  for (const drop of columns) conditions.set(shownName(drop), { table: drop, names: [...(conditions.get(shownName(drop))?.names ?? []), ...drop.columns] });
  return [
    ...whole.map((table) => count(table, 'true')),
    ...[...conditions].filter(([table]) => !gone.has(table)).map(([, { table, names }]) => count(table, names.map((name) => `${identifier(name)} IS NOT NULL`).join(' OR '))),
  ].join('');
}

/** sh that is a condition: the run's schema is there, and everything was kept in it. */
const whole = (run: string) => `[ "$(db -e ${quote(`SELECT to_regclass(${literal(`${identifier(nameOf(run))}.found`)}) IS NOT NULL`)})" = t ] && [ "$(db -e ${quote(`SELECT count(*) FROM ${identifier(nameOf(run))}.found`)})" = 1 ]`;

/** Runs in one transaction in which all is of one moment. */
const atOnce = (sql: string) => `db -e ${quote(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${sql}; COMMIT;`)}`;

function keep(run: string, sql: string): string {
  const s = identifier(nameOf(run));
  const affected = affectedBy(sql);
  const marks = affected.kind === 'everything'
    ? `UPDATE ${s}.tables SET kept = true, rows_too = true;`
    : affected.tables.map(({ schema, name, rows, created }) => {
        const named = `c.relname = ${literal(name)}${schema === undefined ? '' : ` AND n.nspname = ${literal(schema)}`}`;
        return `UPDATE ${s}.tables t SET kept = true, rows_too = t.rows_too OR ${rows} FROM ${tables} WHERE ${partitionsToo} AND ${named} AND to_regclass(format('%I.%I', t.nsp, t.name)) = COALESCE(pg_partition_root(c.oid), c.oid);
${created ? `INSERT INTO ${s}.tables (shown, nsp, name, created) SELECT ${literal(shownName({ name, ...(schema === undefined ? {} : { schema }) }))}, ${schema === undefined ? 'current_schema()' : literal(schema)}, ${literal(name)}, true ON CONFLICT (nsp, name) DO NOTHING;` : ''}`;
      }).join('\n');
  return `if ${whole(run)}; then :; else
  fingerprint=$(fingerprint_in "$database" '') || exit 1
  ${atOnce(`DROP SCHEMA IF EXISTS ${s} CASCADE; CREATE SCHEMA ${s};
${asideTables(s)}${asideFunctions(s)}${valuesFunction(s)}${marks}
${asideReach(s)}SELECT ${s}.copy_rows(n, 'before') || ' ' || shown FROM ${s}.tables WHERE kept ORDER BY n`)} > /dev/null || exit 1
  kept_rows=$(db -e ${quote(`SELECT format('SELECT count(*) || '' '' || %L FROM ${s.replaceAll("'", "''")}.%I;', shown, n || '_before') FROM ${s}.tables WHERE kept ORDER BY n`)})
  printf '%s\\n' "$kept_rows" | db | facts kept
  db -e "INSERT INTO "${quote(`${s}.found`)}" VALUES ('$fingerprint')"
fi
`;
}

const keepWritten = (run: string) => `if ${whole(run)}; then
  written=$(${atOnce(`SELECT * FROM ${identifier(nameOf(run))}.keep_written()`)}) || exit 1
  printf '%s' "$written" | facts written
fi
`;

function restore(run: string): string {
  const s = identifier(nameOf(run));
  return `${keepWritten(run)}if ${whole(run)}; then
  as_found() {
    db -e ${quote(`SELECT ${s}.rights_back()`)} > /dev/null || return 1
    [ "$(fingerprint_in "$database" '')" = "$(db -e ${quote(`SELECT fingerprint FROM ${s}.found`)})" ]
  }
  as_found || { echo ${quote(`the schema is not as it was found, so no row was touched: take the migrations up to where they were, then run this again; the rows as they were found are in ${s}`)} >&2; exit 1; }
  refused=$(db -e ${quote(`BEGIN; SELECT * FROM ${s}.values_back(); COMMIT;`)}) || exit 1
  [ -z "$refused" ] || { printf '%s\\n' "$refused" >&2; exit 1; }
  db -e ${quote(`UPDATE ${s}.found SET restored = true`)}
  as_found || { echo ${quote(`the schema is not as it was found after the rows came back; the rows as they were found are in ${s}`)} >&2; exit 1; }
fi
`;
}

const lost = (run: string) => `if ${whole(run)}; then
  lost=$(${atOnce(`SELECT * FROM ${identifier(nameOf(run))}.lost()`)}) || exit 1
  printf '%s' "$lost" | facts lost
fi
`;

/** What the application wrote into what the undo took away stays, in the same schema. */
function forget(run: string): string {
  const s = identifier(nameOf(run));
  const mine = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(nameOf(run))} AND c.relkind = 'r'`;
  return `left=$(db -e ${quote(`SELECT format('%I.%I', n.nspname, c.relname) ${mine} AND c.relname LIKE '%\\_left' ORDER BY 1`)})
if [ -z "$left" ]; then db -e ${quote(`DROP SCHEMA IF EXISTS ${s} CASCADE`)}
else
  statements=$(db -e ${quote(`SELECT format('DROP TABLE %I.%I CASCADE;', n.nspname, c.relname) ${mine} AND c.relname NOT LIKE '%\\_left' ORDER BY c.relname = 'found'`)})
  printf '%s\\n' "$statements" | db
  printf '%s\\n' "$left" | facts left
fi
`;
}

/** See `Aside` of engine.ts. */
export const aside: Aside = { nameOf, countDrops, keep, keepWritten, restore, lost, forget };
