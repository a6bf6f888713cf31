/** Which tables a migration touches, read from the SQL that it would run. */

export type Affected =
  | {
      readonly kind: 'tables';
      readonly tables: readonly AffectedTable[];
      /** Tables that the SQL makes (or renames others to), some of which may be there before. */
      readonly created: readonly string[];
    }
  /** The SQL is not known, or does what cannot be read from it: every table counts, with its rows. */
  | { readonly kind: 'everything' };

export type AffectedTable = {
  readonly name: string;
  /** Whether rows are inserted, changed or deleted, and not only columns, indexes or the whole table. */
  readonly rows: boolean;
};

const name = '(?:(?:`(?:[^`]|``)+`|[\\w$]+)\\s*\\.\\s*)?(`(?:[^`]|``)+`|[\\w$]+)';
const on = (text: string) => new RegExp(`^${text.replaceAll('@', name).replaceAll(' ', '\\s+')}`, 'i');

/** Statements that change no table by themselves. */
const harmless = on('(?:BEGIN|COMMIT|START TRANSACTION|SET(?=\\s)|SELECT(?=\\s)|(?:CREATE(?: OR REPLACE)?|ALTER|DROP)(?: ALGORITHM\\s*=\\s*\\w+)?(?: DEFINER\\s*=\\s*\\S+)?(?: SQL SECURITY \\w+)? VIEW|DROP (?:TRIGGER|PROCEDURE|FUNCTION|EVENT))\\b');
const onlyColumns = [
  on('ALTER(?: IGNORE)? TABLE(?: IF EXISTS)? @'),
  on('CREATE(?: OR REPLACE)?(?: UNIQUE| FULLTEXT| SPATIAL)? INDEX(?: IF NOT EXISTS)? \\S+(?: USING \\w+)? ON @'),
  on('DROP INDEX(?: IF EXISTS)? \\S+ ON @'),
];
const alsoRows = [
  on('TRUNCATE(?: TABLE)? @'),
  on('(?:INSERT|REPLACE)(?: LOW_PRIORITY| DELAYED| HIGH_PRIORITY)?(?: IGNORE)?(?: INTO)? @'),
  on('UPDATE(?: LOW_PRIORITY)?(?: IGNORE)? @ SET\\b'),
  on('DELETE(?: LOW_PRIORITY)?(?: QUICK)?(?: IGNORE)? FROM @(?= WHERE\\b| ORDER\\b| LIMIT\\b|\\s*$)'),
];
const create = on('CREATE(?: OR REPLACE)? TABLE(?: IF NOT EXISTS)? @');
const drop = on('DROP TABLE(?: IF EXISTS)? (.+?)(?: RESTRICT| CASCADE)?$');
const rename = on('RENAME TABLES?(?: IF EXISTS)? (.+)$');
const renamedTo = new RegExp(`\\bRENAME\\s+(?:TO\\s+|AS\\s+|=\\s*)?(?!COLUMN\\b|INDEX\\b|KEY\\b)${name}\\s*$`, 'i');

/** @param sql as `alembic downgrade --sql` prints it; empty when it is not known. */
export function affectedBy(sql: string): Affected {
  const all = statements(sql);
  if (all.length === 0) return { kind: 'everything' };
  const tables = new Map<string, boolean>();
  const created = new Set<string>();
  const touch = (quoted: string, rows: boolean) => { tables.set(bare(quoted), rows || (tables.get(bare(quoted)) ?? false)); };
  for (const statement of all) {
    const columns = first(onlyColumns, statement);
    const rows = first(alsoRows, statement);
    const made = create.exec(statement)?.[1];
    const dropped = drop.exec(statement)?.[1];
    const moved = rename.exec(statement)?.[1];
    if (columns !== undefined) {
      touch(columns, false);
      const to = renamedTo.exec(statement)?.[1];
      if (to !== undefined) created.add(bare(to));
    } else if (rows !== undefined) touch(rows, true);
    else if (made !== undefined) created.add(bare(made));
    else if (dropped !== undefined) for (const each of dropped.split(',')) touch(each, false);
    else if (moved !== undefined) {
      for (const pair of moved.split(',')) {
        const [from = '', to = ''] = pair.split(/\s+TO\s+/i);
        touch(from, false);
        created.add(bare(to));
      }
    } else if (!harmless.test(statement)) return { kind: 'everything' };
  }
  // A table that is dropped and made again has other rows.
  return { kind: 'tables', tables: [...tables].map(([table, rows]) => ({ name: table, rows: rows || created.has(table) })), created: [...created] };
}

function first(patterns: readonly RegExp[], statement: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(statement)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The name itself, without a database's name before it and without backticks. */
function bare(quoted: string): string {
  const last = new RegExp(`^\\s*${name}\\s*$`).exec(quoted)?.[1] ?? quoted.trim();
  return last.startsWith('`') ? last.slice(1, -1).replaceAll('``', '`') : last;
}

/** Statements without comments, split where a semicolon stands outside of quotes. */
function statements(sql: string): readonly string[] {
  const token = /'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`(?:[^`]|``)*`|--[^\n]*|#[^\n]*|\/\*[^]*?\*\/|;|[^'"`#;/-]+|[^]/g;
  const all = [''];
  for (const [text] of sql.matchAll(token)) {
    if (text === ';') all.push('');
    else if (!/^(?:--|#|\/\*(?![!M]))/.test(text)) all.push((all.pop() ?? '') + text);
  }
  return all.map((statement) => statement.trim()).filter((statement) => statement !== '');
}
