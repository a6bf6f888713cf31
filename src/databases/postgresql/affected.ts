/** Which tables a migration touches and what it drops, read from the SQL that it would run. */

export type Affected =
  | { readonly kind: 'tables'; readonly tables: readonly AffectedTable[] }
  /** The SQL is not known, or does what cannot be read from it: every table counts, with its rows. */
  | { readonly kind: 'everything' };

export type AffectedTable = Named & {
  /** Whether rows are inserted, changed or deleted, and not only columns, indexes or the whole table. */
  readonly rows: boolean;
  /** The SQL makes it, or renames another to it. */
  readonly created: boolean;
};

/** A table as the SQL names it; without a schema, whichever the search path finds. */
export type Named = { readonly schema?: string; readonly name: string };

/** Tables that would go, and columns by table. */
export type Drops = { readonly tables: readonly Named[]; readonly columns: readonly (Named & { readonly columns: readonly string[] })[] };

const word = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const name = String.raw`(${word}(?:\s*\.\s*${word})?)`;
const on = (text: string) => new RegExp(`^${text.replaceAll('@', name).replaceAll(' ', String.raw`\s+`)}`, 'iu');

/** Statements that change neither rows nor columns of a table. What drops others along with itself is not among them. */
const harmless = on(String.raw`(?:BEGIN|COMMIT|START TRANSACTION|SET|RESET|COMMENT ON|GRANT|REVOKE|CREATE(?: OR REPLACE)? (?:MATERIALIZED )?VIEW|ALTER (?:MATERIALIZED )?VIEW|DROP (?:MATERIALIZED )?VIEW|CREATE(?: UNIQUE)? INDEX|DROP INDEX|ALTER INDEX|CREATE SEQUENCE|ALTER SEQUENCE|CREATE TYPE|ALTER TYPE|CREATE(?: OR REPLACE)? (?:FUNCTION|PROCEDURE|TRIGGER)|DROP TRIGGER|CREATE EXTENSION|(?:DROP (?:FUNCTION|PROCEDURE|TYPE|SEQUENCE|DOMAIN|SCHEMA|EXTENSION)|CREATE (?:DOMAIN|SCHEMA))(?![^]*\bCASCADE\b))(?![\w$])`);
const alter = on('ALTER TABLE(?: IF EXISTS)?(?: ONLY)? @');
/** Rows come and go with a partition, and with a table that inherits; another schema is another name. */
const alterAnything = /\b(?:ATTACH|DETACH)\s+PARTITION\b|\bINHERIT\b|\bSET\s+SCHEMA\b/i;
const renamed = new RegExp(String.raw`\bRENAME\s+TO\s+(${word})\s*$`, 'iu');
const rows = [on('INSERT INTO @'), on(String.raw`UPDATE(?: ONLY)? @(?=\s)`), on(String.raw`DELETE FROM(?: ONLY)? @`)];
const truncate = on('TRUNCATE(?: TABLE)?(?: ONLY)? ([^]+?)(?: RESTART IDENTITY| CONTINUE IDENTITY)?(?: RESTRICT)?$');
const create = on('CREATE(?: UNLOGGED)? TABLE(?: IF NOT EXISTS)? @(?! PARTITION OF)');
const drop = on('DROP TABLE(?: IF EXISTS)? ([^]+?)(?: RESTRICT| CASCADE)?$');

/** @param sql as `alembic downgrade --sql` prints it; empty when it is not known. */
export function affectedBy(sql: string): Affected {
  const all = statements(sql);
  if (all.length === 0) return { kind: 'everything' };
  const tables = new Map<string, AffectedTable>();
  const touch = (written: string, more: { readonly rows?: boolean; readonly created?: boolean }) => {
    const named = bare(written);
    const key = JSON.stringify([named.schema, named.name]);
    const known = tables.get(key);
    tables.set(key, { ...named, rows: (more.rows ?? false) || (known?.rows ?? false), created: (more.created ?? false) || (known?.created ?? false) });
  };
  for (const statement of all) {
    const altered = alter.exec(statement)?.[1];
    const row = rows.map((pattern) => pattern.exec(statement)?.[1]).find((found) => found !== undefined);
    const truncated = truncate.exec(statement)?.[1];
    const made = create.exec(statement)?.[1];
    const dropped = drop.exec(statement)?.[1];
    if (altered !== undefined && !alterAnything.test(statement)) {
      touch(altered, {});
      const to = renamed.exec(statement)?.[1];
      const { schema } = bare(altered);
      if (to !== undefined) touch(schema === undefined ? to : `"${schema.replaceAll('"', '""')}".${to}`, { created: true });
    } else if (row !== undefined) touch(row, { rows: true });
    else if (made !== undefined) touch(made, { created: true });
    else if (dropped !== undefined) for (const each of list(dropped)) touch(each, {});
    else if (truncated !== undefined && !/\bCASCADE\b/i.test(truncated)) for (const each of list(truncated)) touch(each, { rows: true });
    else if (!harmless.test(statement)) return { kind: 'everything' };
  }
  // A table that is dropped and made again has other rows.
  return { kind: 'tables', tables: [...tables.values()].map((table) => ({ ...table, rows: table.rows || table.created })) };
}

/** @param sql as `alembic downgrade --sql` prints it */
export function dropsIn(sql: string): Drops {
  const all = statements(sql);
  const tables = all.flatMap((statement) => list(drop.exec(statement)?.[1] ?? '').map(bare));
  const columns = all.flatMap((statement) => {
    const table = alter.exec(statement)?.[1];
    const dropped = [...statement.matchAll(new RegExp(String.raw`\bDROP\s+(?:COLUMN\s+)?(?!CONSTRAINT\b|DEFAULT\b|NOT\b|IDENTITY\b|EXPRESSION\b|COLUMN\b)(?:IF\s+EXISTS\s+)?(${word})`, 'giu'))].map(([, column = '']) => bare(column).name);
    return table === undefined || dropped.length === 0 ? [] : [{ ...bare(table), columns: dropped }];
  });
  return { tables, columns };
}

function list(text: string): readonly string[] {
  return [...text.matchAll(new RegExp(name, 'gu'))].map(([each]) => each);
}

/** Names without quotes are in lower case. */
function bare(written: string): Named {
  const [last = '', schema] = [...written.matchAll(new RegExp(word, 'gu'))].map(([each]) => (each.startsWith('"') ? each.slice(1, -1).replaceAll('""', '"') : each.toLowerCase())).toReversed();
  return { name: last, ...(schema === undefined ? {} : { schema }) };
}

/** Statements without comments, split where a semicolon stands outside of quotes. */
function statements(sql: string): readonly string[] {
  const token = /\bE'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[^]*?\1|--[^\n]*|\/\*[^]*?\*\/|;|[^]/gi;
  const all = [''];
  for (const [text] of sql.matchAll(token)) {
    if (text === ';') all.push('');
    else if (!/^(?:--|\/\*)/.test(text)) all.push((all.pop() ?? '') + text);
  }
  return all.map((statement) => statement.trim()).filter((statement) => statement !== '');
}
