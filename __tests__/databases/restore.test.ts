import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { client } from '../../src/databases/mysql/client.ts';
import { affectedBy } from '../../src/databases/mysql/affected.ts';
import { forgetAside, keepAside } from '../../src/databases/mysql/aside.ts';
import { rowChecksums, schemaFingerprint } from '../../src/databases/mysql/fingerprint.ts';
import { lostRows } from '../../src/databases/mysql/lost.ts';
import { keepWritten, restoreAside } from '../../src/databases/mysql/restore.ts';
import { runScript } from './script.ts';
import { databaseAvailable, startServer } from './server.ts';
import type { Server } from './server.ts';

const found = `
CREATE TABLE companies (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(60) NOT NULL, UNIQUE KEY name (name));
CREATE TABLE jobs (
  id INT PRIMARY KEY AUTO_INCREMENT, company INT, title VARCHAR(200) NOT NULL, slug VARCHAR(60) NOT NULL, score FLOAT, note TEXT COLLATE utf8mb4_bin, raw VARBINARY(20),
  flags BIT(3), kind ENUM('a','b') NOT NULL DEFAULT 'a', seen TIMESTAMP(3) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(3), shout VARCHAR(201) AS (CONCAT(title, '!')) STORED, quiet INT AS (id * 2) VIRTUAL,
  UNIQUE KEY slug (slug), KEY score (score), FULLTEXT KEY words (note), CONSTRAINT positive CHECK (score > -1),
  CONSTRAINT fk_company FOREIGN KEY (company) REFERENCES companies (id) ON DELETE CASCADE) COMMENT='it''s; jobs';
CREATE TABLE matches (job INT NOT NULL, career INT NOT NULL, points DOUBLE, PRIMARY KEY (job, career), CONSTRAINT fk_job FOREIGN KEY (job) REFERENCES jobs (id));
CREATE TABLE \`odd \`\`tags\` (job INT, \`a tag\` VARCHAR(20), weight INT NOT NULL DEFAULT 1);
CREATE TABLE audit (id INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(250));
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
CREATE DEFINER=app@'%' VIEW best AS SELECT j.id, j.slug, m.points FROM jobs j JOIN matches m ON m.job = j.id;
CREATE DEFINER=app@'%' VIEW very_best AS SELECT * FROM best WHERE points > 0.5;
INSERT INTO alembic_version VALUES ('c3');
INSERT INTO companies VALUES (1, 'Ünïcode 🔑'), (7, 'b');
INSERT INTO jobs (id, company, title, slug, score, note, raw, flags, kind, seen) VALUES
  (1, 1, 'One', 'one', 0.1, 'line\\nbreak', x'00ff', b'101', 'a', '2024-10-27 00:30:00.123'), (2, 1, 'two', 'two', NULL, NULL, NULL, NULL, 'b', NULL),
  (3, 7, '${'x'.repeat(150)}', 'three', 3.3333333, 'A', '', b'000', 'a', '2024-10-27 01:30:00'), (10, NULL, '', '', 0, 'naïve 日本', x'5c27', b'1', 'b', '1971-01-01 00:00:00');
ALTER TABLE jobs AUTO_INCREMENT = 100;
INSERT INTO matches VALUES (1, 1, 0.9), (1, 2, 1e-300), (3, 1, NULL);
INSERT INTO \`odd \`\`tags\` VALUES (1, 'x', 2), (1, 'x', 2), (NULL, NULL, 1);
INSERT INTO audit (what) VALUES ('begin');`;

const triggers = `
CREATE TRIGGER t1 AFTER INSERT ON jobs FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('in; ', NEW.id));
CREATE TRIGGER t2 AFTER UPDATE ON jobs FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('up ', NEW.id));
DELIMITER $$
CREATE TRIGGER t3 AFTER DELETE ON jobs FOR EACH ROW BEGIN INSERT INTO audit (what) VALUES (CONCAT('naïve ', OLD.id)); SET @x = 1; END $$
DELIMITER ;`;

/** What the migrations of a release do, each statement committed by itself. */
const downgrades: Readonly<Record<string, readonly string[]>> = {
  'drops columns, indexes and constraints': [
    'ALTER TABLE jobs DROP KEY slug', 'ALTER TABLE jobs DROP COLUMN slug', 'ALTER TABLE jobs DROP COLUMN raw, DROP COLUMN flags', 'ALTER TABLE jobs DROP CONSTRAINT positive', 'DROP INDEX words ON jobs', 'ALTER TABLE jobs DROP COLUMN score',
  ],
  'drops tables, with foreign keys in and out': ['ALTER TABLE matches DROP FOREIGN KEY fk_job', 'ALTER TABLE jobs DROP FOREIGN KEY fk_company', 'DROP TABLE jobs', 'DROP TABLE matches, `odd ``tags`', 'DROP TABLE companies'],
  'narrows and reorders columns': ['ALTER TABLE jobs DROP COLUMN shout', 'ALTER TABLE jobs MODIFY title VARCHAR(20) NOT NULL', 'ALTER TABLE jobs MODIFY score INT AFTER id', "ALTER TABLE jobs MODIFY kind ENUM('a') NOT NULL DEFAULT 'a' FIRST", 'ALTER TABLE jobs MODIFY note VARCHAR(5) CHARACTER SET latin1', 'ALTER TABLE jobs MODIFY seen DATETIME NULL'],
  'renames columns and tables': ['ALTER TABLE jobs CHANGE slug path VARCHAR(60) NOT NULL', 'RENAME TABLE matches TO pairs', 'ALTER TABLE companies RENAME COLUMN name TO label', 'ALTER TABLE audit RENAME TO log'],
  'changes rows': ["UPDATE jobs SET title = UPPER(title), score = 5 WHERE id < 5", 'DELETE FROM matches WHERE career = 2', "INSERT INTO audit (what) VALUES ('migrated')", "UPDATE `odd ``tags` SET weight = 9", "DELETE FROM jobs WHERE id = 10", "INSERT INTO companies VALUES (2, 'new')", 'DELETE FROM companies WHERE id = 7', 'TRUNCATE audit'],
  'swaps unique values': ["UPDATE jobs SET slug = 'tmp' WHERE id = 1", "UPDATE jobs SET slug = 'one' WHERE id = 2", "UPDATE jobs SET slug = 'two' WHERE id = 1"],
  'adds what the release before had': ['ALTER TABLE jobs ADD COLUMN legacy INT NOT NULL DEFAULT 3 AFTER company', 'CREATE TABLE old_tags (id INT PRIMARY KEY, job INT, FOREIGN KEY (job) REFERENCES jobs (id))', 'INSERT INTO old_tags VALUES (1, 1)', 'ALTER TABLE jobs ADD UNIQUE KEY legacy_title (title, legacy)', 'ALTER TABLE jobs DROP KEY score, ADD KEY score (score, id)', "ALTER TABLE jobs COMMENT = 'old'", 'ALTER TABLE companies DROP KEY name, ADD KEY name (name)'],
  'changes the primary key': ['ALTER TABLE matches DROP FOREIGN KEY fk_job', 'ALTER TABLE matches DROP PRIMARY KEY, ADD COLUMN id INT PRIMARY KEY AUTO_INCREMENT FIRST', 'ALTER TABLE matches DROP COLUMN career'],
  'takes a table\'s key away and drops a column of a table without one': ['ALTER TABLE `odd ``tags` DROP COLUMN weight', 'ALTER TABLE audit MODIFY id INT', 'ALTER TABLE audit DROP PRIMARY KEY, DROP COLUMN id'],
  'drops views': ['DROP VIEW very_best', 'DROP VIEW best', 'CREATE VIEW very_best AS SELECT 1 AS id'],
};

describe.skipIf(!databaseAvailable())('undoing a downgrade', () => {
  let server: Server;
  beforeAll(async () => { server = await startServer(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => { server.createDatabase('shop'); server.sql(found, 'shop'); });

  const ask = async (script: string) => {
    const ran = await runScript(client({ kind: 'secret' }) + script, { secret: server.url('shop') });
    return ran;
  };
  const must = async (script: string) => {
    const ran = await ask(script);
    expect([ran.code, ran.output]).toEqual([0, '']);
    return ran.facts;
  };
  const state = async () => {
    const facts = await must(schemaFingerprint + rowChecksums(1e9));
    return { schema: facts.get('schema-fingerprint'), rows: facts.get('rows') };
  };
  const counters = () => new Map(server.sql("SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = 'shop' AND auto_increment IS NOT NULL AND table_name NOT LIKE '\\_rollback%'").split('\n').map((line) => [line.split('\t')[0], Number(line.split('\t')[1])]));
  const migrate = (statements: readonly string[]) => { server.sql(`SET foreign_key_checks = 0, sql_mode = ''; ${statements.join(';\n')};`, 'shop'); };

  /** Where a half-done downgrade stopped: at every statement for the first two, at some for the others. */
  const cases = Object.entries(downgrades).flatMap(([name, statements], index) =>
    [...statements.keys(), statements.length].filter((k) => index < 2 || k === statements.length || k === Math.ceil(statements.length / 2)).map((k) => ({ name, k, statements })));

  test.each(cases)('is exact when it $name, and stopped after $k statements', async ({ statements, k }) => { await exact(statements, k); });

  test.each(cases.filter(({ statements, k }) => k === statements.length))('is exact, and fires no trigger, when it $name', async ({ statements, k }) => {
    server.sql(triggers.replaceAll('CREATE TRIGGER', "CREATE DEFINER=app@'%' TRIGGER"), 'shop');
    await exact(statements, k);
  });

  async function exact(statements: readonly string[], k: number): Promise<void> {
    const before = await state();
    const countersBefore = counters();
    await must(keepAside('42-1', affectedBy(statements.join(';\n'))));
    migrate(statements.slice(0, k));
    await must(restoreAside('42-1'));
    expect(await state()).toEqual(before);
    for (const [table, next] of countersBefore) expect(counters().get(table)).toBeGreaterThanOrEqual(next);
    await must(forgetAside('42-1'));
    expect(kept()).toEqual([]);
  }

  const kept = () => server.sql("SHOW TABLES LIKE '\\_rollback%'", 'shop').split('\n').filter((name) => name !== '');
  const rowsOf = (query: string) => server.sql(query, 'shop').split('\n');

  test('is exact when the migrations are not known beforehand', async () => {
    const before = await state();
    await must(keepAside('42-1', { kind: 'everything' }));
    migrate(downgrades['drops tables, with foreign keys in and out'] ?? []);
    await must(restoreAside('42-1'));
    expect(await state()).toEqual(before);
  });

  test('keeps aside only once: a run that is taken up again finds what it found first', async () => {
    const before = await state();
    const keep = keepAside('42-1', affectedBy('ALTER TABLE jobs DROP COLUMN score'));
    await must(keep);
    migrate(['ALTER TABLE jobs DROP COLUMN score']);
    await must(keep);
    await must(restoreAside('42-1'));
    await must(restoreAside('42-1'));
    expect(await state()).toEqual(before);
  });

  test('nothing was kept, nothing is done', async () => {
    const before = await state();
    await must(restoreAside('42-1'));
    await must(forgetAside('42-1'));
    expect(await state()).toEqual(before);
  });

  test('counts what a downgrade takes out of use', async () => {
    const statements = ['ALTER TABLE jobs DROP COLUMN score', 'DROP TABLE matches', "UPDATE companies SET name = 'B' WHERE id = 7", "UPDATE companies SET name = 'Ünïcode 🔑' WHERE id = 1", 'ALTER TABLE `odd ``tags` DROP COLUMN `a tag`', "INSERT INTO audit (what) VALUES ('x')"];
    await must(keepAside('42-1', affectedBy(statements.join(';'))));
    migrate(statements);
    expect((await must(lostRows('42-1'))).get('lost')).toEqual(['1 companies', '3 jobs', '3 matches', '2 odd `tags']);
  });

  describe('what the application wrote meanwhile stays', () => {
    const downgrade = ['ALTER TABLE jobs DROP KEY score', 'ALTER TABLE jobs DROP COLUMN score', 'ALTER TABLE jobs MODIFY title VARCHAR(20) NOT NULL', "ALTER TABLE jobs ADD COLUMN legacy INT NOT NULL DEFAULT 3"];
    const upgrade = ['ALTER TABLE jobs DROP COLUMN legacy', 'ALTER TABLE jobs MODIFY title VARCHAR(200) NOT NULL', 'ALTER TABLE jobs ADD COLUMN score FLOAT AFTER slug', 'ALTER TABLE jobs ADD KEY score (score)', "UPDATE jobs SET score = -0.5, note = CONCAT(note, ' up')"];
    const writes = ["UPDATE jobs SET title = 'written' WHERE id = 2", 'DELETE FROM jobs WHERE id = 10', "INSERT INTO jobs (company, title, slug) VALUES (7, 'fresh', 'fresh')"];
    const read = "SELECT id, title, slug, score, note, COALESCE(seen, '-') FROM jobs ORDER BY id";
    const untouched = [
      '1\tOne\tone\t0.1\tline\nbreak\t2024-10-27 00:30:00.123'.replace('\n', '\\n'),
      `3\t${'x'.repeat(150)}\tthree\t3.33333\tA\t2024-10-27 01:30:00.000`,
    ];
    const readable = () => rowsOf(`SET time_zone = '${'+00:00'}'; ${read.replace('note', "REPLACE(note, '\n', '\\\\n')")}`).map((line) => line);

    test.each([['the migrations were taken up again', upgrade], ['they were not', []]])('and %s', async (_, up) => {
      await must(`${keepAside('42-1', affectedBy(downgrade.join(';')))}`);
      server.sql("SET time_zone = '+00:00'; UPDATE jobs SET seen = '2024-10-27 00:30:00.123' WHERE id = 1; UPDATE jobs SET seen = '2024-10-27 01:30:00' WHERE id = 3", 'shop');
      migrate(downgrade);
      await must(lostRows('42-1'));
      server.sql(writes.join(';'), 'shop');
      const facts = await must(keepWritten('42-1'));
      expect(facts.get('written')).toEqual(['3 jobs']);
      if (up.length > 0) migrate(up);
      await must(restoreAside('42-1'));
      const rows = readable();
      expect(rows.filter((row) => /^[13]\t/.test(row))).toEqual(untouched);
      expect(rows.map((row) => row.split('\t').slice(0, 2).join(' ').slice(0, 12))).toEqual(['1 One', '2 written', `3 ${'x'.repeat(10)}`, '100 fresh']);
      expect(rowsOf('SELECT score FROM jobs WHERE id = 2')).toEqual(['NULL']);
      await must(forgetAside('42-1'));
      // Rows that were written hold a value in a column that is gone again: they stay for a person to look at.
      expect(kept()).toHaveLength(1);
      expect(rowsOf(`SELECT id, legacy FROM ${kept()[0] ?? ''} ORDER BY id`)).toEqual(['2\t3', '100\t3']);
    });

    test('also what it wrote while the downgrade ran, in a table whose rows the migrations do not touch', async () => {
      await must(keepAside('42-1', affectedBy(downgrade.join(';'))));
      server.sql([...writes, "UPDATE jobs SET note = 'during' WHERE id = 1"].join(';'), 'shop');
      migrate(downgrade);
      await must(lostRows('42-1'));
      await must(restoreAside('42-1'));
      expect(rowsOf('SELECT id, COALESCE(note, "-"), COALESCE(score, "-") FROM jobs WHERE id IN (1, 10, 100)')).toEqual(['1\tduring\t0.1', '100\t-\t-']);
    });

    test('in a table that the downgrade made: it is left for a person', async () => {
      const statements = ['CREATE TABLE legacy (id INT PRIMARY KEY, note TEXT)'];
      const before = await state();
      await must(keepAside('42-1', affectedBy(statements.join(';'))));
      migrate(statements);
      await must(lostRows('42-1'));
      server.sql("INSERT INTO legacy VALUES (1, 'dear')", 'shop');
      await must(restoreAside('42-1'));
      expect(await state()).toEqual(before);
      const left = (await must(forgetAside('42-1'))).get('left') ?? [];
      expect(left).toHaveLength(1);
      expect(rowsOf(`SELECT * FROM ${left[0] ?? ''}`)).toEqual(['1\tdear']);
    });

    test('in a table without a key: refused with what to look at, and everything is kept', async () => {
      await must(keepAside('42-1', affectedBy('ALTER TABLE `odd ``tags` DROP COLUMN weight')));
      migrate(['ALTER TABLE `odd ``tags` DROP COLUMN weight']);
      await must(lostRows('42-1'));
      server.sql('INSERT INTO `odd ``tags` (job) VALUES (5)', 'shop');
      const { code, output } = await ask(restoreAside('42-1'));
      expect(code).not.toBe(0);
      expect(output.trim()).toMatch(/^odd `tags has no key by which rows are known again, and the application wrote to it: what it held before is in _rollback_42_1_\d+_before$/);
      expect(rowsOf('SELECT job FROM `odd ``tags` WHERE job = 5')).toEqual(['5']);
    });
  });

  test('triggers of another user are not taken off: refused before a row is touched', async () => {
    server.sql(triggers, 'shop');
    await must(keepAside('42-1', affectedBy('ALTER TABLE jobs DROP COLUMN score')));
    migrate(['ALTER TABLE jobs DROP COLUMN score']);
    const { code, output } = await ask(restoreAside('42-1'));
    expect([code, output]).toEqual([1, expect.stringContaining('triggers of another user')]);
    expect(rowsOf("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'shop'")).toEqual(['3']);
  });

  test('a restore that was cut short, with the triggers off, is finished by the next', async () => {
    server.sql(triggers.replaceAll('CREATE TRIGGER', "CREATE DEFINER=app@'%' TRIGGER"), 'shop');
    const before = await state();
    await must(keepAside('42-1', affectedBy('UPDATE jobs SET score = 1')));
    migrate(['ALTER TABLE jobs DROP COLUMN score', 'DROP TRIGGER t1', 'DROP TRIGGER t2', 'DELETE FROM jobs WHERE id = 3']);
    await must(restoreAside('42-1'));
    expect(await state()).toEqual(before);
  });
});
