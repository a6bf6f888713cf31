import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aside } from '../../../src/databases/postgresql/aside.ts';
import { rowChecksums } from '../../../src/databases/postgresql/checksums.ts';
import { client } from '../../../src/databases/postgresql/client.ts';
import { schemaFingerprint } from '../../../src/databases/postgresql/reading.ts';
import { runScript, type Ran } from '../script.ts';
import { rich } from './rich.ts';
import { postgresAvailable, startPostgres, type Server } from './server.ts';

const run = '42-1';

/** What the migrations of a release do down, and up again as their authors would write it: empty columns and tables. */
const migrations: Readonly<Record<string, { readonly down: readonly string[]; readonly up: readonly string[] }>> = {
  'drops columns, of types that go with them': {
    down: ['DROP INDEX by_score', 'ALTER TABLE jobs DROP COLUMN score CASCADE', 'ALTER TABLE jobs DROP COLUMN feeling, DROP COLUMN raw, DROP tags', 'ALTER TABLE jobs DROP COLUMN extra, DROP COLUMN twin, DROP COLUMN lasts, DROP COLUMN doc, DROP COLUMN seen, DROP COLUMN size, DROP COLUMN small, DROP COLUMN uid, DROP COLUMN amount', 'DROP TYPE mood', 'DROP DOMAIN positive', 'DROP TYPE pair'],
    up: [
      "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy')", 'CREATE DOMAIN positive AS int CHECK (VALUE > 0)', 'CREATE TYPE pair AS (a int, b text)', 'ALTER TABLE jobs ADD COLUMN score float8, ADD COLUMN raw bytea, ADD COLUMN tags text[], ADD COLUMN feeling mood DEFAULT \'happy\'',
      'ALTER TABLE jobs ADD COLUMN extra jsonb, ADD COLUMN twin pair, ADD COLUMN lasts interval, ADD COLUMN doc json, ADD COLUMN seen timestamptz, ADD COLUMN size positive, ADD COLUMN small real, ADD COLUMN uid uuid, ADD COLUMN amount numeric(12,4)', 'ALTER TABLE jobs ADD CONSTRAINT above CHECK (score > -1 OR score IS NULL)', "CREATE INDEX by_score ON jobs (score DESC NULLS LAST) WHERE kind IN ('a', 'b')", 'ALTER TABLE jobs DISABLE TRIGGER noted', "UPDATE jobs SET score = 7, note = 'up'", 'ALTER TABLE jobs ENABLE TRIGGER noted',
    ],
  },
  'drops tables, with foreign keys, sequences, grants, triggers and views': {
    down: ['DROP VIEW very_best', 'DROP VIEW best', 'DROP MATERIALIZED VIEW counted', 'DROP TABLE matches', 'DROP TABLE jobs', 'DROP TABLE "odd ""tags", side."it\'s"', 'DROP TABLE companies'],
    up: [
      'CREATE TABLE companies (id serial PRIMARY KEY, name varchar(60) NOT NULL UNIQUE)', 'ALTER TABLE companies ENABLE ROW LEVEL SECURITY', 'CREATE POLICY all_of_them ON companies USING (true)',
      /CREATE TABLE jobs [^;]*;\nCREATE INDEX [^;]*;\nCREATE TABLE matches[^;]*;\nCREATE TABLE "odd[^;]*;\nCREATE TABLE side."it's"[^;]*;/.exec(rich)?.[0].slice(0, -1) ?? '',
      ...[/CREATE VIEW best[^;]*/, /CREATE VIEW very_best[^;]*/, /CREATE MATERIALIZED VIEW[^;]*/, /CREATE TRIGGER[^;]*/, /COMMENT ON TABLE[^;]*;/].map((pattern) => (pattern.exec(rich)?.[0] ?? '').replace(/;?$/, '')).map((text) => (text.startsWith('COMMENT') ? "COMMENT ON TABLE jobs IS 'it''s; jobs'" : text)), 'REFRESH MATERIALIZED VIEW counted',
    ],
  },
  'narrows columns': {
    down: ['ALTER TABLE companies ALTER name TYPE varchar(3) USING left(name, 3)', 'ALTER TABLE matches ALTER points TYPE int USING points::int', 'ALTER TABLE jobs ALTER note TYPE varchar(2) USING left(note, 2)'].flatMap((text) => (text.includes('matches') ? ['DROP VIEW very_best', 'DROP VIEW best', text] : [text])),
    up: ['ALTER TABLE companies ALTER name TYPE varchar(60)', 'ALTER TABLE matches ALTER points TYPE float8', 'ALTER TABLE jobs ALTER note TYPE text', 'CREATE VIEW best AS SELECT j.id, j.slug, m.points FROM jobs j JOIN matches m ON m.job = j.id', 'CREATE VIEW very_best AS SELECT * FROM best WHERE points > 0.5'],
  },
  'renames columns and tables': {
    down: ['ALTER TABLE jobs RENAME slug TO path', 'ALTER TABLE matches RENAME TO pairs', 'ALTER TABLE cache RENAME v TO w'],
    up: ['ALTER TABLE cache RENAME w TO v', 'ALTER TABLE pairs RENAME TO matches', 'ALTER TABLE jobs RENAME path TO slug'],
  },
  'changes rows': {
    down: ["UPDATE jobs SET note = 'x', amount = 5 WHERE id < 5", 'DELETE FROM matches WHERE career = 2 OR job = 3', "INSERT INTO side.\"it's\" (what) VALUES ('migrated')", 'UPDATE "odd ""tags" SET weight = 9', 'DELETE FROM jobs WHERE id = 10', "INSERT INTO companies VALUES (2, 'new')", "DELETE FROM companies WHERE id = 7", "UPDATE events SET at = at + 400", 'TRUNCATE cache', 'UPDATE derived SET id = id + 1'],
    up: [],
  },
  'swaps unique values': { down: ["UPDATE jobs SET slug = 'tmp' WHERE id = 1", "UPDATE jobs SET slug = 'one' WHERE id = 2", "UPDATE jobs SET slug = 'two' WHERE id = 1"], up: [] },
  'adds what the release before had': {
    down: ['ALTER TABLE jobs ADD COLUMN legacy int NOT NULL DEFAULT 3', 'CREATE TABLE old_tags (id int PRIMARY KEY, job int REFERENCES jobs (id))', 'INSERT INTO old_tags VALUES (1, 1)'],
    up: ['DROP TABLE old_tags', 'ALTER TABLE jobs DROP COLUMN legacy'],
  },
  'changes the primary key': {
    down: ['ALTER TABLE matches DROP CONSTRAINT matches_pkey', 'ALTER TABLE matches DROP COLUMN career', 'ALTER TABLE matches ADD COLUMN id serial PRIMARY KEY'],
    up: ['ALTER TABLE matches DROP COLUMN id', 'ALTER TABLE matches ADD COLUMN career int', 'UPDATE matches SET career = 0', 'TRUNCATE matches', 'ALTER TABLE matches ADD PRIMARY KEY (job, career)'],
  },
  'drops a column of a table without a key, and a partition\'s': {
    down: ['ALTER TABLE "odd ""tags" DROP COLUMN weight', 'ALTER TABLE events DROP COLUMN what', 'ALTER TABLE events ADD what text'],
    up: ['ALTER TABLE "odd ""tags" ADD COLUMN weight int NOT NULL DEFAULT 1', "UPDATE events SET what = at::text", 'ALTER TABLE events ADD PRIMARY KEY (at, what)'],
  },
};

describe.skipIf(!postgresAvailable())('undoing a downgrade of PostgreSQL', () => {
  let server: Server;
  beforeAll(async () => { server = await startPostgres(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => { server.createDatabase('shop'); server.sql(rich, 'shop'); });

  const ask = (script: string): Promise<Ran> => runScript(client({ kind: 'secret' }) + script, { secret: server.url('shop') });
  async function must(script: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const { code, facts, output } = await ask(script);
    expect([output, code]).toEqual(['', 0]);
    return facts;
  }
  const state = async () => {
    const facts = await must(schemaFingerprint + rowChecksums(1e9));
    return [facts.get('schema-fingerprint'), facts.get('rows')];
  };
  const migrate = (statements: readonly string[]) => server.sql(`SET ROLE app; BEGIN; ${statements.map((statement) => `${statement};`).join('\n')} COMMIT;`, 'shop');
  const sequences = () => server.sql("SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname NOT LIKE '\\_rollback%' ORDER BY 1, 2", 'shop').split('\n').map((line) => line.split('|'));
  const schemas = () => server.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE '\\_rollback%'", 'shop');
  const rows = (query: string) => server.sql(query, 'shop').split('\n');

  test.each(Object.entries(migrations))('is exact when it %s', async (_, { down, up }) => {
    const before = await state();
    const found = sequences();
    await must(aside.keep(run, down.join(';\n')));
    migrate(down);
    await must(aside.lost(run));
    expect((await must(aside.keepWritten(run))).get('written')).toBeUndefined();
    migrate(up);
    await must(aside.restore(run));
    expect(await state()).toEqual(before);
    for (const [schema, name, last = '0'] of found) expect(Number(sequences().find((each) => each[0] === schema && each[1] === name)?.[2])).toBeGreaterThanOrEqual(Number(last));
    await must(aside.restore(run));
    expect(await state()).toEqual(before);
    await must(aside.forget(run));
    expect(schemas()).toBe('');
  });

  test.each(Object.entries(migrations))('is exact when it is not known beforehand that it %s', async (_, { down, up }) => {
    const before = await state();
    await must(aside.keep(run, ''));
    migrate(down);
    await must(aside.keepWritten(run));
    migrate(up);
    await must(aside.restore(run));
    expect(await state()).toEqual(before);
  });

  test('keeps aside only once: a run that is taken up again finds what it found first', async () => {
    const before = await state();
    const sql = 'ALTER TABLE jobs DROP COLUMN amount';
    expect((await must(aside.keep(run, sql))).get('kept')).toEqual(['4 jobs']);
    migrate([sql]);
    expect((await must(aside.keep(run, sql))).get('kept')).toBeUndefined();
    await must(aside.keepWritten(run));
    migrate(['ALTER TABLE jobs ADD COLUMN amount numeric(12,4)']);
    await must(aside.restore(run));
    expect(await state()).toEqual(before);
  });

  test('one that was cut short while it was kept is kept anew', async () => {
    server.sql(`SET ROLE app; CREATE SCHEMA "${aside.nameOf(run)}"; CREATE TABLE "${aside.nameOf(run)}".found (fingerprint text)`, 'shop');
    expect((await must(aside.keep(run, 'UPDATE cache SET v = 1'))).get('kept')).toEqual(['1 cache']);
  });

  test('nothing was kept, nothing is done', async () => {
    const before = await state();
    for (const script of [aside.keepWritten(run), aside.restore(run), aside.lost(run), aside.forget(run)]) await must(script);
    expect(await state()).toEqual(before);
  });

  test('counts what a downgrade takes out of use, before and after', async () => {
    const down = ['ALTER TABLE jobs DROP COLUMN amount', 'DROP TABLE cache, side."it\'s"', 'DROP VIEW very_best', 'DROP VIEW best', 'DROP TABLE matches', "UPDATE companies SET name = 'B' WHERE id = 7", 'ALTER TABLE "odd ""tags" DROP COLUMN "a tag"', "UPDATE alembic_version SET version_num = 'b2'", "INSERT INTO base VALUES (5)", "DELETE FROM events WHERE at = '2025-05-05'"];
    expect((await must(aside.countDrops(down.join(';')))).get('would-lose')).toEqual(['1 cache', "4 side.it's", '3 matches', '3 jobs', '2 odd "tags']);
    await must(aside.keep(run, down.join(';')));
    migrate(down);
    expect((await must(aside.lost(run))).get('lost')?.toSorted()).toEqual(['1 cache', '1 companies', '1 events', '2 odd "tags', '3 jobs', '3 matches', "4 side.it's"]);
  });

  describe('what the application wrote meanwhile stays', () => {
    const down = ['ALTER TABLE jobs DROP COLUMN amount', "ALTER TABLE jobs ADD COLUMN legacy int NOT NULL DEFAULT 3", 'CREATE TABLE old (id int)', 'INSERT INTO old VALUES (1)'];
    const up = ['DROP TABLE old', 'ALTER TABLE jobs DROP COLUMN legacy', 'ALTER TABLE jobs ADD COLUMN amount numeric(12,4)', "UPDATE jobs SET amount = -0.5, note = 'up'"];

    test('rows that it changed, made and deleted; what it wrote where the undo takes away is left for a person', async () => {
      const untouched = () => rows('SELECT to_jsonb(j) FROM jobs j WHERE id IN (1, 3) ORDER BY id');
      const before = untouched();
      await must(aside.keep(run, down.join(';')));
      migrate(down);
      await must(aside.lost(run));
      migrate(["UPDATE jobs SET title = 'written', legacy = 8 WHERE id = 2", 'DELETE FROM jobs WHERE id = 10', "INSERT INTO jobs (title, slug) VALUES ('fresh', 'fresh')", 'INSERT INTO old VALUES (2)']);
      expect((await must(aside.keepWritten(run))).get('written')).toEqual(['3 jobs', '? old']);
      migrate(up);
      await must(aside.restore(run));
      expect(untouched()).toEqual(before);
      expect(rows('SELECT id, title, amount, note FROM jobs WHERE id NOT IN (1, 3) ORDER BY id')).toEqual(['2|written||up', '100|fresh|-0.5000|up']);
      const left = (await must(aside.forget(run))).get('left') ?? [];
      expect(left).toHaveLength(2);
      expect(left.map((table) => rows(`SELECT count(*) FROM ${table}`)[0]).join(' ')).toBe('2 2');
    });

    test('the value of a dropped column comes back to a row that it changed', async () => {
      await must(aside.keep(run, down.join(';')));
      migrate(down);
      await must(aside.lost(run));
      migrate(["UPDATE jobs SET title = 'written' WHERE id = 1"]);
      await must(aside.keepWritten(run));
      migrate(up.slice(0, 3));
      await must(aside.restore(run));
      expect(rows('SELECT title, amount, shouted FROM jobs WHERE id = 1')).toEqual(['written|1.5000|WRITTEN!']);
    });

    test('also what it wrote while the downgrade ran, in a table whose rows the migrations do not touch', async () => {
      await must(aside.keep(run, down.join(';')));
      migrate(["UPDATE jobs SET note = 'during' WHERE id = 1", 'DELETE FROM jobs WHERE id = 10', "INSERT INTO jobs (title, slug) VALUES ('fresh', 'fresh')"]);
      migrate(down);
      await must(aside.lost(run));
      await must(aside.keepWritten(run));
      migrate(up);
      await must(aside.restore(run));
      expect(rows('SELECT id, note, amount FROM jobs WHERE id IN (1, 10, 100) ORDER BY id')).toEqual(['1|during|1.5000', '100|up|-0.5000']);
    });

    test('in a table without a key: refused with what to look at, everything is kept, and others are brought back', async () => {
      const sql = ['ALTER TABLE "odd ""tags" DROP COLUMN weight', "UPDATE cache SET v = 'migrated'"];
      await must(aside.keep(run, sql.join(';')));
      migrate(sql);
      await must(aside.lost(run));
      migrate(['INSERT INTO "odd ""tags" (job) VALUES (5)']);
      await must(aside.keepWritten(run));
      migrate(['ALTER TABLE "odd ""tags" ADD COLUMN weight int NOT NULL DEFAULT 1']);
      const { code, output } = await ask(aside.restore(run));
      expect(code).not.toBe(0);
      expect(output.trim()).toMatch(/^odd "tags has no key by which rows are known again, and the application wrote to it: what it held before is in "_rollback_42_1"\."?\d+_before"?$/);
      expect([rows('SELECT job FROM "odd ""tags" WHERE job = 5'), rows('SELECT v FROM cache')]).toEqual([['5'], ['b']]);
    });
  });

  test('a schema that did not come back is told, nothing is written and everything is kept', async () => {
    const sql = 'ALTER TABLE jobs DROP COLUMN amount';
    await must(aside.keep(run, sql));
    migrate([sql]);
    await must(aside.keepWritten(run));
    migrate(['ALTER TABLE jobs ADD COLUMN amount numeric(12,5)']);
    const { code, output } = await ask(aside.restore(run));
    expect([code, output]).toEqual([1, expect.stringContaining('the schema is not as it was found, so no row was touched')]);
    expect([rows('SELECT count(amount) FROM jobs'), schemas()]).toEqual([['0'], aside.nameOf(run)]);
    migrate(['ALTER TABLE jobs ALTER amount TYPE numeric(12,4)']);
    await must(aside.restore(run));
    expect(rows('SELECT count(amount) FROM jobs')).toEqual(['3']);
  });

  test('names of runs do not clash', () => {
    const all = ['42-1', '42_1', '421', 'Run', 'run', 'x'.repeat(80), `${'x'.repeat(80)}y`].map((each) => aside.nameOf(each));
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((each) => each.startsWith('_rollback_') && each.length <= 63)).toBe(true);
  });
});
