import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rowChecksums } from '../../../src/databases/postgresql/checksums.ts';
import { client } from '../../../src/databases/postgresql/client.ts';
import { schemaFingerprint } from '../../../src/databases/postgresql/reading.ts';
import { runScript } from '../script.ts';
import { rich } from './rich.ts';
import { postgresAvailable, startPostgres, type Server } from './server.ts';

const mebibyte = 1024 * 1024;

describe.skipIf(!postgresAvailable())('reading PostgreSQL', () => {
  let server: Server;
  beforeAll(async () => { server = await startPostgres(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => { server.createDatabase('shop'); server.sql(rich, 'shop'); });

  async function ask(script: string, database = 'shop'): Promise<ReadonlyMap<string, readonly string[]>> {
    const { code, facts, output } = await runScript(client({ kind: 'secret' }) + script, { secret: server.url(database) });
    expect([code, output]).toEqual([0, '']);
    return facts;
  }

  const fingerprint = async (database = 'shop') => (await ask(`fact at "$(fingerprint_in ${database} '')"`)).get('at')?.[0];

  test('counts rows by table, sorted; what a run keeps aside is not among them', async () => {
    server.sql('SET ROLE app; CREATE SCHEMA _rollback_1_1; CREATE TABLE _rollback_1_1.x (id int)', 'shop');
    expect((await ask("rows_in shop '' | facts row")).get('row')).toEqual([
      '1 alembic_version', '1 base', '1 cache', '2 companies', '1 derived', '1 events_2025', '2 events_rest', '4 jobs', '3 matches', '3 odd "tags', "4 side.it's",
    ]);
  });

  test('tells the revisions, and nothing where there are none', async () => {
    server.sql("INSERT INTO alembic_version VALUES ('b2')", 'shop');
    server.createDatabase('empty');
    const facts = await ask("fact at \"$(revisions_in shop '')\"; fact none \"$(revisions_in empty '')\"; rows_in empty '' | facts row");
    expect([facts.get('at'), facts.get('none'), facts.get('row')]).toEqual([['b2 c3'], [''], undefined]);
  });

  test('what cannot be read is a failure', async () => {
    const failing = ['rows_in none ""', 'revisions_in none ""', 'fingerprint_in none ""'].map((call) => `${call} 2>/dev/null && exit 9`).join('\n');
    await ask(`${failing}\n:`);
    server.sql('CREATE TABLE hidden (id int)', 'shop');
    await ask("rows_in shop '' >/dev/null 2>&1 && exit 9\nfingerprint_in shop '' 2>/dev/null && exit 9\n:");
  });

  test('the fingerprint is the same in a restored copy', async () => {
    server.createDatabase('copy');
    const at = ['-h', server.socket, '-p', String(server.port), '-U', 'postgres'];
    const dump = execFileSync(`${server.programs}/pg_dump`, [...at, '-Fc', 'shop'], { maxBuffer: 16 * mebibyte });
    execFileSync(`${server.programs}/pg_restore`, [...at, '-d', 'copy'], { input: dump });
    expect(await fingerprint('copy')).toBe(await fingerprint());
    expect((await ask(schemaFingerprint)).get('schema-fingerprint')).toEqual([await fingerprint()]);
  });

  test('a column that was taken away and brought back leaves no trace in fingerprint and checksums', async () => {
    const state = async () => [await fingerprint(), (await ask(rowChecksums(mebibyte))).get('rows')];
    const before = await state();
    server.sql('SET ROLE app; ALTER TABLE matches DROP COLUMN points CASCADE; ALTER TABLE matches ADD COLUMN points float8; UPDATE matches SET points = CASE WHEN job = 3 THEN NULL WHEN career = 1 THEN 0.9 ELSE 1e-300 END; CREATE VIEW best AS SELECT j.id, j.slug, m.points FROM jobs j JOIN matches m ON m.job = j.id; CREATE VIEW very_best AS SELECT * FROM best WHERE points > 0.5; GRANT SELECT ON best TO reader; ALTER TABLE matches DROP COLUMN career; ALTER TABLE matches ADD career int; UPDATE matches SET career = CASE WHEN points = 1e-300 THEN 2 ELSE 1 END; ALTER TABLE matches ADD PRIMARY KEY (job, career)', 'shop');
    expect(await state()).toEqual(before);
  });

  test.each([
    'ALTER TABLE companies ALTER name TYPE varchar(61)', 'ALTER TABLE jobs ALTER company SET NOT NULL', "ALTER TABLE jobs ALTER kind SET DEFAULT 'b'", 'DROP INDEX by_score', 'ALTER TABLE jobs DROP CONSTRAINT above',
    "ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check, ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('a', 'c')) NOT VALID", "ALTER TYPE mood ADD VALUE 'mad'", 'CREATE OR REPLACE VIEW very_best AS SELECT * FROM best WHERE points > 0.6',
    'ALTER TABLE jobs DISABLE TRIGGER noted', 'DROP POLICY all_of_them ON companies', 'REVOKE SELECT ON jobs FROM reader', "COMMENT ON TABLE jobs IS 'other'", 'ALTER SEQUENCE side.counter INCREMENT 6', 'CREATE TABLE one (id int)',
    'ALTER TABLE cache SET LOGGED', 'CREATE OR REPLACE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) $$', 'ALTER TABLE matches ADD COLUMN x int', 'ALTER TABLE events DETACH PARTITION events_2025', 'ALTER TABLE jobs RENAME slug TO path', 'ALTER DOMAIN positive ADD CHECK (VALUE < 99)',
  ])('the fingerprint tells: %s', async (statement) => {
    const before = await fingerprint();
    server.sql("SET ROLE app; UPDATE jobs SET company = 1", 'shop');
    expect(await fingerprint()).toBe(before);
    server.sql(`SET ROLE app; ${statement}`, 'shop');
    expect(await fingerprint()).not.toBe(before);
  });

  test.each([
    ["UPDATE jobs SET note = NULL WHERE slug = ''", 'jobs'], ["UPDATE jobs SET note = '' WHERE id = 2", 'jobs'], ["UPDATE jobs SET doc = '{\"a\":1, \"a\":2}' WHERE id = 1", 'jobs'], ["UPDATE jobs SET score = 0.1 + 2e-17 WHERE id = 1", 'jobs'],
    ["UPDATE jobs SET small = 0 WHERE id = 3", 'jobs'], ["UPDATE jobs SET seen = seen + '1 microsecond' WHERE id = 1", 'jobs'], ['INSERT INTO "odd ""tags" VALUES (1, \'x\', 2)', 'odd "tags'], ['DELETE FROM "odd ""tags" WHERE job = 1', 'odd "tags'],
    ["UPDATE events SET at = '2024-06-06' WHERE what = 'b'", 'events_rest'], ["UPDATE jobs SET raw = NULL WHERE id = 3", 'jobs'], ['INSERT INTO derived VALUES (3, NULL)', 'derived'],
  ])('checksums tell: %s', async (statement, table) => {
    const rows = async () => (await ask(rowChecksums(mebibyte))).get('rows') ?? [];
    server.sql('ALTER TABLE jobs DISABLE TRIGGER noted', 'shop');
    const before = await rows();
    server.sql(statement, 'shop');
    const after = await rows();
    expect(before).toHaveLength(11);
    const changed = after.filter((line) => !before.includes(line)).map((line) => line.split(' ').slice(2).join(' '));
    expect(changed).toEqual([table]);
  });

  test('rows of tables over the limit are counted only', async () => {
    server.sql("INSERT INTO matches SELECT 1, g, 0 FROM generate_series(10, 40000) g", 'shop');
    const facts = await ask(rowChecksums(mebibyte));
    expect([facts.get('rows-counted'), facts.get('rows')?.length]).toEqual([['39994 matches'], 10]);
  });
});
