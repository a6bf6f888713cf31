/** Bringing rows back into tables whose schema is again as it was found. */

/**
 * In one transaction, which keeps every other session out of these tables:
 *
 * - rows that the application did not write: exactly as before; what a migration inserted goes, what it deleted comes. In a table whose rows the
 *   migrations did not touch, a column that they did not touch either is as they left it: writes of the application during the downgrade live there
 * - rows that it changed: as it left them, with the values of the columns that had been dropped
 * - rows that it inserted or deleted: as it left them
 *
 * Foreign keys are taken off meanwhile and made again, which checks every row; triggers do not fire. A table without a key is taken back whole, if the
 * application did not write to it; otherwise it is left and told.
 * @param s the schema, as SQL names it
 */
export function valuesFunction(s: string): string {
  return `CREATE FUNCTION ${s}.values_back() RETURNS SETOF text LANGUAGE plpgsql AS $f$
DECLARE r ${s}.tables; b text; a text; c text; t text; wanted text; taken_whole boolean; list text; vals text; differs text; sets text; again text[] := '{}'; statement text; x record; other_columns boolean;
BEGIN
  IF (SELECT restored FROM ${s}.found) THEN RETURN; END IF;
  FOR x IN SELECT f.conrelid::regclass::text AS t, f.conname, pg_get_constraintdef(f.oid) AS def, obj_description(f.oid, 'pg_constraint') AS said FROM pg_constraint f
    WHERE f.contype = 'f' AND f.conparentid = 0 AND EXISTS (SELECT 1 FROM ${s}.tables k WHERE k.kept AND to_regclass(format('%I.%I', k.nsp, k.name)) IN (f.conrelid, f.confrelid)) ORDER BY f.oid LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', x.t, x.conname);
    again := again || format('ALTER TABLE %s ADD CONSTRAINT %I %s', x.t, x.conname, x.def);
    IF x.said IS NOT NULL THEN again := again || format('COMMENT ON CONSTRAINT %I ON %s IS %L', x.conname, x.t, x.said); END IF;
  END LOOP;
  FOR x IN SELECT g.tgrelid::regclass::text AS t, g.tgname, g.tgenabled FROM pg_trigger g JOIN ${s}.tables k ON k.kept AND g.tgrelid IN (SELECT to_regclass(format('%I.%I', k.nsp, k.name)) UNION SELECT relid FROM pg_partition_tree(to_regclass(format('%I.%I', k.nsp, k.name)))) WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' LOOP
    EXECUTE format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', x.t, x.tgname);
    again := again || format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', x.t, CASE x.tgenabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, x.tgname);
  END LOOP;
  FOR r IN SELECT * FROM ${s}.tables WHERE kept AND ${s}.there(tables) ORDER BY n LOOP
    b := format('${s}.%I', r.n || '_before'); a := format('${s}.%I', r.n || '_after'); c := format('${s}.%I', r.n || '_changed'); t := ${s}.live(r);
    taken_whole := r.rows_too OR r.after_state = 'gone';
    other_columns := EXISTS (SELECT 1 FROM jsonb_each_text(r.columns) k WHERE r.after_columns->>k.key IS DISTINCT FROM k.value);
    SELECT string_agg(format('%I', k.key), ', '), string_agg(format('%s.%I::%s', CASE WHEN taken_whole OR r.after_columns->>k.key IS DISTINCT FROM k.value THEN 'b' ELSE 'a' END, k.key, format_type(f.atttypid, f.atttypmod)), ', '),
      string_agg(format('live.%I::text IS NOT DISTINCT FROM %s.%I', k.key, CASE WHEN taken_whole OR r.after_columns->>k.key IS DISTINCT FROM k.value THEN 'b' ELSE 'a' END, k.key), ' AND '),
      string_agg(CASE WHEN r.after_columns ? k.key THEN NULL ELSE format('%I = b.%I::%s', k.key, k.key, format_type(f.atttypid, f.atttypmod)) END, ', ')
      INTO list, vals, differs, sets FROM jsonb_each_text(r.columns) k JOIN pg_attribute f ON f.attrelid = to_regclass(format('%I.%I', r.nsp, r.name)) AND f.attname = k.key AND NOT f.attisdropped;
    IF ${s}.known(r) THEN
      wanted := CASE WHEN taken_whole THEN b || ' b' ELSE format('%s a JOIN %s b ON %s', a, b, ${s}.on_key(r, 'a', 'b')) END;
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', t);
      EXECUTE format('DELETE FROM %s live WHERE NOT EXISTS (SELECT 1 FROM %s c WHERE %s) AND NOT EXISTS (SELECT 1 FROM %s WHERE %s AND %s)', t, c, ${s}.on_key(r, 'live', 'c'), wanted, ${s}.on_key(r, 'live', 'b'), differs);
      EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s WHERE NOT EXISTS (SELECT 1 FROM %s live WHERE %s) AND NOT EXISTS (SELECT 1 FROM %s c WHERE %s)', r.nsp, r.name, list, vals, wanted, t, ${s}.on_key(r, 'live', 'b'), c, ${s}.on_key(r, 'b', 'c'));
      IF r.after_state = 'kept' AND sets IS NOT NULL THEN
        EXECUTE format('UPDATE %s live SET %s FROM %s b JOIN %s c ON %s WHERE %s AND c."rollback kind" = ''changed''', t, sets, b, c, ${s}.on_key(r, 'b', 'c'), ${s}.on_key(r, 'live', 'b'));
      END IF;
    ELSIF r.written THEN
      RETURN NEXT r.shown || ' has no key by which rows are known again, and the application wrote to it: what it held before is in ' || b;
    ELSIF taken_whole OR other_columns THEN
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', t);
      EXECUTE format('DELETE FROM %s', t);
      SELECT string_agg(format('b.%I::%s', k, format_type(f.atttypid, f.atttypmod)), ', ') INTO vals FROM jsonb_object_keys(r.columns) k JOIN pg_attribute f ON f.attrelid = to_regclass(format('%I.%I', r.nsp, r.name)) AND f.attname = k;
      EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s b', r.nsp, r.name, list, vals, b);
    END IF;
  END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE;
  FOREACH statement IN ARRAY again LOOP EXECUTE statement; END LOOP;
  PERFORM setval(to_regclass(format('%I.%I', q.nsp, q.name)), q.last_value) FROM ${s}.sequences q JOIN pg_sequences p ON p.schemaname = q.nsp AND p.sequencename = q.name WHERE q.increment_by > 0 AND COALESCE(p.last_value < q.last_value, true);
END $f$;
CREATE FUNCTION ${s}.rights_back() RETURNS void LANGUAGE plpgsql AS $f$
DECLARE x record;
BEGIN
  FOR x IN SELECT q.* FROM ${s}.rights q JOIN pg_class o ON o.oid = to_regclass(format('%I.%I', q.nsp, q.name)) LEFT JOIN pg_attribute m ON m.attrelid = o.oid AND m.attname = q.col
    WHERE (q.col IS NULL OR m.attname IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM aclexplode(CASE WHEN q.col IS NULL THEN o.relacl ELSE m.attacl END) e WHERE e.privilege_type = q.privilege AND (e.is_grantable OR NOT q.grantable) AND q.grantee = CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(e.grantee)) END) LOOP
    EXECUTE format('GRANT %s%s ON %s %I.%I TO %s%s', x.privilege, CASE WHEN x.col IS NULL THEN '' ELSE format(' (%I)', x.col) END, CASE WHEN x.sequence THEN 'SEQUENCE' ELSE 'TABLE' END, x.nsp, x.name, x.grantee, CASE WHEN x.grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END $f$;
`;
}
