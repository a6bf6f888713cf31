/** What a downgrade would drop, read from its SQL and counted before anything is touched. */
import { quote } from '../../commands/quote.ts';

/** Tables that would go, and columns by table. */
export type Drops = { readonly tables: readonly string[]; readonly columns: Readonly<Record<string, readonly string[]>> };

const name = '`?([^`\\s.;]+)`?';

/** @param sql as `alembic downgrade --sql` prints it */
export function dropsIn(sql: string): Drops {
  const tables = [...sql.matchAll(new RegExp(`\\bDROP\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?${name}`, 'gi'))].map(([, table = '']) => table);
  const columns: Record<string, string[]> = {};
  for (const [, table = '', actions = ''] of sql.matchAll(new RegExp(`\\bALTER\\s+TABLE\\s+${name}\\s+([^;]*)`, 'gi'))) {
    for (const [, column = ''] of actions.matchAll(new RegExp(`\\bDROP\\s+COLUMN\\s+(?:IF\\s+EXISTS\\s+)?${name}`, 'gi'))) (columns[table] ??= []).push(column);
  }
  return { tables, columns };
}

/** Follows `databasePrelude()`. Facts: `would-lose` (`<rows> <table>`): rows of tables that would go, rows with a value in a column that would. */
export function countDrops({ tables, columns }: Drops): string {
  const whole = tables.map((table) => count(table, '1'));
  const parts = Object.entries(columns).filter(([table]) => !tables.includes(table)).map(([table, names]) => count(table, names.map((column) => `${backticked(column)} IS NOT NULL`).join(' OR ')));
  return [...whole, ...parts].join('');
}

function count(table: string, condition: string): string {
  return `rows=$(db -e ${quote(`SELECT COUNT(*) FROM ${backticked(table)} WHERE ${condition}`)} 2>/dev/null) || rows=0
[ "$rows" = 0 ] || fact would-lose "$rows "${quote(table)}
`;
}

function backticked(text: string): string {
  return `\`${text.replaceAll('`', '``')}\``;
}
