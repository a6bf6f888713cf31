/** Which objects of a database count, and how they are called. */
import { quote } from '../../commands/quote.ts';

/** Schemas in which a run keeps something aside belong to no release. */
export const ours = String.raw`'\_rollback\_%'`;

/** Conditions on `pg_namespace n`: a schema of the application's own. */
export const ownSchema = `n.nspname NOT LIKE ${ours} AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

/** Conditions on `pg_class c` and `pg_namespace n`: tables that hold rows of their own, partitions among them; an extension's tables are its own. */
export const holdsRows = `c.relkind = 'r' AND c.relpersistence <> 't' AND ${ownSchema} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`;

/** The same, with partitioned tables whole instead of their partitions. */
export const isWhole = `${holdsRows.replace("c.relkind = 'r'", "c.relkind IN ('r', 'p')")} AND NOT c.relispartition`;

export const tables = 'pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace';

/** What people call it: without its schema where that is `public`. Never quoted; a blank, a quote or a dot in it stays. */
export const shown = "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname";

/** As SQL names it, and its rows without those of tables that inherit from it. */
export const rowsOf = "CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END || format('%I.%I', n.nspname, c.relname)";

/** An SQL literal. Sessions have standard_conforming_strings on. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** An SQL name. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** SQL as one shell word, in which the script's own variables of these names stand for SQL text. */
export function quoteWith(sql: string, ...variables: readonly string[]): string {
  return variables.reduce((word, name) => word.replaceAll(`$${name}`, `'"$${name}"'`), quote(sql));
}
