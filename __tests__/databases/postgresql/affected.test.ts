import { describe, expect, test } from 'vitest';
import { affectedBy, dropsIn } from '../../../src/databases/postgresql/affected.ts';

const told = (sql: string) => {
  const affected = affectedBy(sql);
  return affected.kind === 'everything' ? 'everything' : affected.tables.map(({ schema, name, rows, created }) => `${schema === undefined ? '' : `${schema}.`}${name}${rows ? ' rows' : ''}${created ? ' created' : ''}`);
};

describe('what the SQL of a migration touches', () => {
  test.each<[string, 'everything' | readonly string[]]>([
    ['', 'everything'],
    ['-- nothing', 'everything'],
    ["BEGIN;\n\n-- Running downgrade c3 -> b2\n\nALTER TABLE jobs DROP COLUMN score;\n\nUPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'c3';\n\nCOMMIT;", ['jobs', 'alembic_version rows']],
    ['ALTER TABLE ONLY Public."Odd ""one" ALTER COLUMN a TYPE int USING a::int', ['public.Odd "one']],
    ['DROP TABLE IF EXISTS a, "B;", s.c CASCADE', ['a', 'B;', 's.c']],
    ['ALTER TABLE s.a RENAME TO b; ALTER TABLE c RENAME x TO y', ['s.a', 's.b rows created', 'c']],
    ['CREATE TABLE a (id int); DROP TABLE a', ['a rows created']],
    ['TRUNCATE a, b RESTART IDENTITY', ['a rows', 'b rows']],
    ['TRUNCATE a CASCADE', 'everything'],
    ["INSERT INTO a SELECT * FROM b; DELETE FROM ONLY c USING d; UPDATE e AS x SET y = ';' FROM f", ['a rows', 'c rows', 'e rows']],
    ['DROP INDEX i; CREATE UNIQUE INDEX CONCURRENTLY i ON a (b); DROP VIEW v; CREATE SEQUENCE s; DROP TYPE mood', []],
    ['DROP TYPE mood CASCADE', 'everything'],
    ["DO $$ BEGIN DELETE FROM a; END $$", 'everything'],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ DELETE FROM a; SELECT 1 $body$; ALTER TABLE t ADD x text DEFAULT E'\\';'", ['t']],
    ['SELECT cleanup()', 'everything'],
    ['WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x', 'everything'],
    ['ALTER TABLE a DETACH PARTITION b', 'everything'],
    ['CREATE TABLE p PARTITION OF a DEFAULT', 'everything'],
    ['COPY a FROM stdin', 'everything'],
    ['CREATE TABLE a AS SELECT 1', ['a rows created']],
  ])('%s', (sql, expected) => {
    expect(told(sql)).toEqual(expected);
  });

  test('what it drops', () => {
    expect(dropsIn(`DROP TABLE a, s."B c"; ALTER TABLE d DROP COLUMN e, DROP IF EXISTS "F", DROP CONSTRAINT g, ALTER h DROP NOT NULL, ALTER i DROP DEFAULT; DROP INDEX j; ALTER TABLE k ADD l int`)).toEqual({
      tables: [{ name: 'a' }, { schema: 's', name: 'B c' }], columns: [{ name: 'd', columns: ['e', 'F'] }],
    });
  });
});
