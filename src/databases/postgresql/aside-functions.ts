/**
 * What a run keeps aside, as tables and functions in a schema of its own: code and data stay together, whatever version of this program takes them up.
 *
 * Every value is kept as text, which is exact for every type: a copy that used a type would keep the migration from dropping it.
 */
import { holdsRows, isWhole, ownSchema, shown, tables } from './catalog.ts';

/**
 * | table | holds |
 * | --- | --- |
 * | `tables` | every table as it was found: its key, its columns; whether it is kept and how far that is |
 * | `sequences` | where each sequence was |
 * | `rights` | what was granted on tables, views, sequences and columns |
 * | `<n>_before` | rows before the first downgrade |
 * | `<n>_after` | rows after the last one: what the migrations left |
 * | `<n>_changed` | keys of rows that the application wrote since: `changed`, `new`, `deleted` |
 * | `<n>_left` | what the application wrote into columns or tables that the undo takes away; stays for a person |
 * | `found` | one row once everything is kept: the schema's fingerprint |
 *
 * @param s the schema, as SQL names it
 */
export function asideTables(s: string): string {
  return `CREATE TABLE ${s}.tables (n int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shown text NOT NULL, nsp text NOT NULL, name text NOT NULL, part boolean NOT NULL DEFAULT false, kept boolean NOT NULL DEFAULT false, rows_too boolean NOT NULL DEFAULT false, created boolean NOT NULL DEFAULT false,
  key text[], columns jsonb NOT NULL DEFAULT '{}', after_state text, after_columns jsonb, written boolean, UNIQUE (nsp, name));
CREATE TABLE ${s}.found (fingerprint text NOT NULL, restored boolean NOT NULL DEFAULT false);
CREATE FUNCTION ${s}.columns_of(t regclass) RETURNS jsonb LANGUAGE sql AS $f$
  SELECT COALESCE(jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || COALESCE(' ' || (SELECT collname FROM pg_catalog.pg_collation WHERE oid = a.attcollation), '')), '{}')
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = t AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' $f$;
INSERT INTO ${s}.tables (shown, nsp, name, part, columns, key) SELECT ${shown}, n.nspname, c.relname, c.relkind = 'p', ${s}.columns_of(c.oid),
  (SELECT array_agg(a.attname::text) FROM (SELECT i.indkey FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate
      AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull) ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) x JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey))
  FROM ${tables} WHERE ${isWhole} ORDER BY 1;
CREATE TABLE ${s}.sequences AS SELECT schemaname AS nsp, sequencename AS name, last_value, increment_by FROM pg_sequences n WHERE last_value IS NOT NULL AND ${ownSchema.replaceAll('n.nspname', 'schemaname')};
CREATE TABLE ${s}.rights AS SELECT n.nspname AS nsp, c.relname AS name, c.relkind = 'S' AS sequence, NULL::text AS col, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(x.grantee)) END AS grantee, x.privilege_type AS privilege, x.is_grantable AND x.grantee <> c.relowner AS grantable
  FROM ${tables}, aclexplode(c.relacl) x WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND ${ownSchema}
UNION ALL SELECT n.nspname, c.relname, false, a.attname, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(x.grantee)) END, x.privilege_type, x.is_grantable AND x.grantee <> c.relowner
  FROM ${tables} JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x WHERE ${ownSchema};
`;
}

/** Marks `everything`, and what a changed row changes with it: where a foreign key passes it on, and anywhere when a trigger does. */
export function asideReach(s: string): string {
  const oid = 'to_regclass(format(\'%I.%I\', t.nsp, t.name))';
  return `DO $do$ BEGIN
  LOOP
    UPDATE ${s}.tables t SET kept = true, rows_too = true WHERE NOT rows_too AND EXISTS (SELECT 1 FROM pg_constraint f JOIN ${s}.tables p ON p.rows_too AND f.confrelid = to_regclass(format('%I.%I', p.nsp, p.name))
      WHERE f.contype = 'f' AND f.conrelid = ${oid} AND (f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd')));
    EXIT WHEN NOT FOUND;
  END LOOP;
  UPDATE ${s}.tables SET kept = true, rows_too = true WHERE NOT created AND EXISTS (SELECT 1 FROM pg_trigger g JOIN ${s}.tables t ON t.rows_too AND g.tgrelid = ${oid} WHERE NOT g.tgisinternal);
END $do$;
`;
}

/** Functions that copy rows, find what the application wrote, bring values back, and count what is lost. */
export function asideFunctions(s: string): string {
  const same = (one: string, other: string) => `format('${one}.%I::text IS NOT DISTINCT FROM ${other}.%I', k, k)`;
  return `CREATE FUNCTION ${s}.live(r ${s}.tables) RETURNS text LANGUAGE sql AS $f$ SELECT CASE WHEN r.part THEN '' ELSE 'ONLY ' END || format('%I.%I', r.nsp, r.name) $f$;
CREATE FUNCTION ${s}.there(r ${s}.tables) RETURNS boolean LANGUAGE sql AS $f$ SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass(format('%I.%I', r.nsp, r.name)) AND relkind IN ('r', 'p')) $f$;
CREATE FUNCTION ${s}.on_key(r ${s}.tables, one text, other text) RETURNS text LANGUAGE sql AS $f$ SELECT string_agg(format('%s.%I::text = %s.%I', one, k, other, k), ' AND ') FROM unnest(r.key) k $f$;
-- The key by which a row is known in both: none where the migrations took one of its columns away, or made it anew and left it empty.
CREATE FUNCTION ${s}.known(r ${s}.tables) RETURNS boolean LANGUAGE sql AS $f$ SELECT r.key IS NOT NULL AND (r.after_columns IS NULL OR NOT EXISTS (SELECT 1 FROM unnest(r.key) k WHERE COALESCE(r.after_columns->>k, '') NOT LIKE '% not null%')) $f$;
CREATE FUNCTION ${s}.copy_rows(number int, kind text) RETURNS bigint LANGUAGE plpgsql AS $f$
DECLARE r ${s}.tables; list text; copied bigint;
BEGIN
  SELECT * INTO r FROM ${s}.tables WHERE n = number;
  SELECT COALESCE(string_agg(format('%I::text AS %I', k, k), ', '), '') INTO list FROM jsonb_object_keys(${s}.columns_of(format('%I.%I', r.nsp, r.name)::regclass)) k;
  EXECUTE format('DROP TABLE IF EXISTS ${s.replaceAll('%', '%%')}.%I', number || '_' || kind);
  EXECUTE format('CREATE TABLE ${s.replaceAll('%', '%%')}.%I AS SELECT %s FROM %s', number || '_' || kind, list, ${s}.live(r));
  GET DIAGNOSTICS copied = ROW_COUNT;
  RETURN copied;
END $f$;
CREATE FUNCTION ${s}.keep_after() RETURNS void LANGUAGE plpgsql AS $f$
DECLARE r ${s}.tables;
BEGIN
  FOR r IN SELECT * FROM ${s}.tables WHERE (kept OR created) AND after_state IS NULL LOOP
    IF ${s}.there(r) THEN
      PERFORM ${s}.copy_rows(r.n, 'after');
      UPDATE ${s}.tables SET after_state = 'kept', after_columns = ${s}.columns_of(format('%I.%I', r.nsp, r.name)::regclass) WHERE n = r.n;
    ELSE
      UPDATE ${s}.tables SET after_state = 'gone' WHERE n = r.n;
    END IF;
  END LOOP;
END $f$;
CREATE FUNCTION ${s}.keep_written() RETURNS SETOF text LANGUAGE plpgsql AS $f$
DECLARE r ${s}.tables; b text; a text; c text; l text; keys text; differs text; list text; found_rows bigint; different boolean;
BEGIN
  PERFORM ${s}.keep_after();
  FOR r IN SELECT * FROM ${s}.tables WHERE (kept OR created) AND written IS NULL ORDER BY n LOOP
    b := format('${s}.%I', r.n || '_before'); a := format('${s}.%I', r.n || '_after'); c := format('${s}.%I', r.n || '_changed'); l := format('${s}.%I', r.n || '_left');
    SELECT string_agg(format('%I', k), ', ') INTO keys FROM unnest(r.key) k;
    IF r.after_state = 'gone' THEN
      IF r.key IS NOT NULL AND r.kept THEN EXECUTE format('CREATE TABLE %s AS SELECT ''new''::text AS "rollback kind", %s FROM %s LIMIT 0', c, keys, b); END IF;
      UPDATE ${s}.tables SET written = false WHERE n = r.n;
    ELSIF r.kept AND ${s}.known(r) THEN
      SELECT COALESCE(string_agg('NOT (' || ${same('live', 'a')} || ')', ' OR '), 'false') INTO differs FROM jsonb_object_keys(r.after_columns) k;
      EXECUTE format('CREATE TABLE %s AS SELECT ''changed''::text AS "rollback kind", %s FROM %s live JOIN %s a ON %s WHERE %s', c, (SELECT string_agg(format('live.%I::text AS %I', k, k), ', ') FROM unnest(r.key) k), ${s}.live(r), a, ${s}.on_key(r, 'live', 'a'), differs);
      EXECUTE format('INSERT INTO %s SELECT ''new'', %s FROM %s live WHERE NOT EXISTS (SELECT 1 FROM %s a WHERE %s)', c, (SELECT string_agg(format('live.%I::text', k), ', ') FROM unnest(r.key) k), ${s}.live(r), a, ${s}.on_key(r, 'live', 'a'));
      EXECUTE format('INSERT INTO %s SELECT ''deleted'', %s FROM %s a WHERE NOT EXISTS (SELECT 1 FROM %s live WHERE %s)', c, keys, a, ${s}.live(r), ${s}.on_key(r, 'live', 'a'));
      -- Rows that the migrations do not touch, and that came while they ran.
      IF NOT r.rows_too THEN
        EXECUTE format('INSERT INTO %s SELECT ''new'', %s FROM %s a WHERE NOT EXISTS (SELECT 1 FROM %s b WHERE %s) AND NOT EXISTS (SELECT 1 FROM %s c WHERE %s)', c, keys, a, b, ${s}.on_key(r, 'a', 'b'), c, ${s}.on_key(r, 'a', 'c'));
      END IF;
      IF EXISTS (SELECT 1 FROM jsonb_object_keys(r.after_columns) k WHERE NOT r.columns ? k) THEN
        SELECT string_agg(format('live.%I::text AS %I', k, k), ', ') INTO list FROM jsonb_object_keys(r.after_columns) k;
        EXECUTE format('CREATE TABLE %s AS SELECT %s FROM %s live WHERE EXISTS (SELECT 1 FROM %s c WHERE %s AND "rollback kind" <> ''deleted'')', l, list, ${s}.live(r), c, ${s}.on_key(r, 'live', 'c'));
        GET DIAGNOSTICS found_rows = ROW_COUNT;
        IF found_rows = 0 THEN EXECUTE format('DROP TABLE %s', l); END IF;
      END IF;
      EXECUTE format('SELECT count(*) FROM %s', c) INTO found_rows;
      UPDATE ${s}.tables SET written = found_rows > 0 WHERE n = r.n;
      IF found_rows > 0 THEN RETURN NEXT found_rows || ' ' || r.shown; END IF;
    ELSE
      SELECT COALESCE(string_agg(format('%I::text', k), ', ' ORDER BY k), '') INTO list FROM jsonb_object_keys(r.after_columns) k;
      EXECUTE format('SELECT EXISTS (SELECT %1$s FROM %2$s EXCEPT ALL SELECT %1$s FROM %3$s) OR EXISTS (SELECT %1$s FROM %3$s EXCEPT ALL SELECT %1$s FROM %2$s)', list, ${s}.live(r), a) INTO different;
      UPDATE ${s}.tables SET written = different WHERE n = r.n;
      IF different THEN
        IF r.created AND NOT r.kept THEN PERFORM ${s}.copy_rows(r.n, 'left'); END IF;
        RETURN NEXT '? ' || r.shown;
      END IF;
    END IF;
  END LOOP;
END $f$;
CREATE FUNCTION ${s}.lost() RETURNS SETOF text LANGUAGE plpgsql AS $f$
DECLARE r ${s}.tables; b text; a text; gone text; differs text; lost_rows bigint;
BEGIN
  PERFORM ${s}.keep_after();
  FOR r IN SELECT * FROM ${s}.tables WHERE kept AND name <> 'alembic_version' ORDER BY n LOOP
    b := format('${s}.%I', r.n || '_before'); a := format('${s}.%I', r.n || '_after');
    SELECT COALESCE(string_agg(format('b.%I IS NOT NULL', k), ' OR '), 'false') INTO gone FROM jsonb_object_keys(r.columns) k WHERE NOT r.after_columns ? k;
    SELECT COALESCE(string_agg(format('a.%I IS DISTINCT FROM b.%I', k, k), ' OR '), 'false') INTO differs FROM jsonb_object_keys(r.columns) k WHERE r.after_columns ? k;
    IF r.after_state = 'gone' THEN EXECUTE format('SELECT count(*) FROM %s', b) INTO lost_rows;
    ELSIF ${s}.known(r) THEN EXECUTE format('SELECT count(*) FROM %s b LEFT JOIN %s a ON %s WHERE a.%I IS NULL OR %s OR %s', b, a, ${s}.on_key(r, 'a', 'b'), r.key[1], differs, gone) INTO lost_rows;
    ELSE EXECUTE format('SELECT GREATEST((SELECT count(*) FROM %1$s) - (SELECT count(*) FROM %2$s), (SELECT count(*) FROM %1$s b WHERE %3$s))', b, a, gone) INTO lost_rows;
    END IF;
    IF lost_rows > 0 THEN RETURN NEXT lost_rows || ' ' || r.shown; END IF;
  END LOOP;
END $f$;
`;
}

/** Tables whose rows count, for marking partitions by the table that they belong to. */
export const partitionsToo = holdsRows.replace("c.relkind = 'r'", "c.relkind IN ('r', 'p')");
