import { appClient, type Engine } from "./database.ts";
import type { Host } from "./host.ts";

/** What a database holds, in a form whose difference a person can read. */
export type DatabaseSnapshot = {
  /** All alembic revisions that it says it is at. */
  revisions: string[];
  /** One line for each column, index, foreign key, view, trigger and routine. */
  schema: string[];
  /** Rows and their checksum by table; the order of rows does not matter. */
  tables: Record<string, { rows: number; checksum: string }>;
  /** Names of all databases that are not the server's own. */
  databases: string[];
};

/** Reads the app's database, as its own user on its own host. */
export async function databaseSnapshot(host: Host, engine: Engine): Promise<DatabaseSnapshot> {
  const { schema, tables, databases, checksum } = reading[engine];
  const client = appClient(engine);
  const query = async (sql: string) => (await host.run(client, { input: sql })).split("\n").filter(Boolean);
  const [schemaLines, names, databaseNames] = await Promise.all([query(schema), query(tables), host.run(databases)]);
  const sums = await host.run(names.map((name) => `printf '%s ' '${name}'; ${checksum(name)} | LC_ALL=C sort | sha256sum | cut -c -64`).join("\n"));
  const counts = await query(names.map((name) => `SELECT '${name}', COUNT(*) FROM ${name};`).join("\n"));
  const rows = new Map(counts.map((line) => [line.split(/[\t|]/)[0] ?? "", Number(line.split(/[\t|]/)[1])]));
  const checksums = sums.split("\n").filter(Boolean).map((line) => line.split(" "));
  return {
    revisions: names.includes("alembic_version") ? (await query("SELECT version_num FROM alembic_version ORDER BY 1;")) : [],
    schema: schemaLines,
    tables: Object.fromEntries(checksums.map(([name = "", sum = ""]) => [name, { rows: rows.get(name) ?? 0, checksum: sum }])),
    databases: databaseNames.split("\n").filter(Boolean),
  };
}

type Reading = { schema: string; tables: string; databases: string; checksum: (table: string) => string };

const reading: Record<Engine, Reading> = {
  mariadb: {
    schema: `
SELECT CONCAT_WS(' ', 'column', table_name, ordinal_position, column_name, column_type, is_nullable, column_default, extra, collation_name)
  FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1;
SELECT CONCAT_WS(' ', 'index', table_name, index_name, seq_in_index, column_name, non_unique) FROM information_schema.statistics
  WHERE table_schema = DATABASE() ORDER BY 1;
SELECT CONCAT_WS(' ', 'foreign key', k.table_name, k.constraint_name, k.column_name, k.referenced_table_name, k.referenced_column_name, r.delete_rule)
  FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.table_schema AND r.constraint_name = k.constraint_name WHERE k.table_schema = DATABASE() ORDER BY 1;
SELECT CONCAT_WS(' ', 'view', table_name, MD5(view_definition), definer) FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY 1;
SELECT CONCAT_WS(' ', 'trigger', trigger_name, event_object_table, action_timing, event_manipulation, MD5(action_statement), definer)
  FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1;
SELECT CONCAT_WS(' ', 'routine', routine_name, routine_type, MD5(routine_definition), definer) FROM information_schema.routines
  WHERE routine_schema = DATABASE() ORDER BY 1;`,
    tables: "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1;",
    databases: "mariadb --batch --skip-column-names --execute 'SHOW DATABASES' | grep -vxE 'information_schema|performance_schema|mysql|sys'",
    checksum: (table) =>
      `mariadb-dump --compact --skip-triggers --no-create-info --skip-extended-insert --hex-blob --default-character-set=utf8mb4 green_matchers_db '${table}'`,
  },
  postgresql: {
    schema: `
SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, character_maximum_length, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1;
SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1;
SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace ORDER BY 1;
SELECT concat_ws(' ', 'view', viewname, md5(definition), viewowner) FROM pg_views WHERE schemaname = 'public' ORDER BY 1;
SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
SELECT concat_ws(' ', 'routine', proname, md5(prosrc), proowner::regrole) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1;`,
    tables: "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1;",
    databases: "runuser -u postgres -- psql --tuples-only --no-align --command \"SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1\"",
    checksum: (table) => `runuser -u postgres -- psql --tuples-only --no-align --command 'COPY "${table}" TO STDOUT' green_matchers_db`,
  },
};
