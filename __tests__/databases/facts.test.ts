import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { client } from '../../src/databases/mysql/client.ts';
import { databaseFacts } from '../../src/databases/mysql/facts.ts';
import { rowChecksums, schemaFingerprint } from '../../src/databases/mysql/fingerprint.ts';
import { runScript } from './script.ts';
import { databaseAvailable, startServer } from './server.ts';
import type { Server } from './server.ts';

describe.skipIf(!databaseAvailable())('what is asked of a database', () => {
  let server: Server;
  beforeAll(async () => { server = await startServer(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => {
    server.createDatabase('shop');
    server.sql(`CREATE TABLE jobs (id INT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(50) NOT NULL, pay FLOAT, made TIMESTAMP(3) NULL, flags BIT(3), KEY ix (title), CHECK (pay > -1));
CREATE TABLE \`odd \`\`name\` (a INT, b TEXT) ENGINE=MyISAM;
CREATE TABLE _rollback_old_1_before (id INT);
CREATE VIEW titles AS SELECT title FROM jobs;
INSERT INTO jobs (title, pay, made, flags) VALUES ('a', 1.1, '2024-10-27 02:30:00', b'101'), ('b|c', NULL, NULL, NULL);
INSERT INTO \`odd \`\`name\` VALUES (1, 'x'), (1, 'x'), (NULL, NULL)`, 'shop');
  });

  const ask = (script: string, secret = server.url('shop')) => runScript(client({ kind: 'secret' }) + script, { secret });
  const fingerprint = async () => (await ask(schemaFingerprint)).facts.get('schema-fingerprint')?.[0];
  const rows = async () => (await ask(rowChecksums(1e9))).facts.get('rows');

  test('names server, tables with rows, engines, and tables that an earlier run left', async () => {
    const { facts, output, code } = await ask(databaseFacts(1e9));
    expect([code, output]).toEqual([0, '']);
    expect(facts.get('database-reachable')).toEqual(['yes']);
    expect(facts.get('database-server')?.[0]).toMatch(/^\d+\.\d+\.\d+-MariaDB/);
    expect(facts.get('database-table')?.map((line) => line.replace(/ \d+ (?=\w+ \w)/, ' <bytes> '))).toEqual(['2 exact <bytes> InnoDB jobs', '3 exact <bytes> MyISAM odd `name']);
    expect(Number(facts.get('database-bytes')?.[0])).toBeGreaterThan(16000);
    expect(facts.get('database-missing-privilege')).toBeUndefined();
    expect(facts.get('database-kept')).toEqual(['_rollback_old']);
  });

  test('names privileges that are missing, reading grants by pattern', async () => {
    server.sql("CREATE OR REPLACE USER half@'%' IDENTIFIED BY 'x'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, SHOW VIEW ON `sh%`.* TO half@'%'; GRANT ALL ON `sh\\_p`.* TO half@'%'");
    const { facts } = await ask(databaseFacts(1e9), `mysql://half:x@127.0.0.1:${server.port}/shop`);
    expect(facts.get('database-missing-privilege')).toEqual(['DROP', 'REFERENCES', 'LOCK TABLES', 'TRIGGER', 'EVENT']);
  });

  test('names tables whose triggers another user defined', async () => {
    server.sql('CREATE TRIGGER t BEFORE INSERT ON jobs FOR EACH ROW SET NEW.title = UPPER(NEW.title)', 'shop');
    expect((await ask(databaseFacts(1e9))).facts.get('database-trigger-of-other')).toEqual(['jobs']);
  });

  test('says why a database cannot be reached', async () => {
    const { facts, code } = await ask(databaseFacts(1e9), `mysql://half:wrong@127.0.0.1:${server.port}/shop`);
    expect([code, facts.get('database-reachable'), facts.get('database-error')?.[0]?.includes('Access denied')]).toEqual([0, ['no'], true]);
  });

  test.each([
    'ALTER TABLE jobs ADD COLUMN extra INT', 'ALTER TABLE jobs MODIFY title VARCHAR(51) NOT NULL', 'ALTER TABLE jobs DROP KEY ix', 'ALTER TABLE jobs ADD UNIQUE KEY u (title)',
    'ALTER TABLE jobs COMMENT = "x"', 'CREATE TABLE fresh (id INT)', 'DROP TABLE jobs', 'CREATE OR REPLACE VIEW titles AS SELECT id FROM jobs', 'ALTER TABLE jobs ADD CHECK (pay > 0)',
    'CREATE TRIGGER t BEFORE INSERT ON jobs FOR EACH ROW SET NEW.pay = 1', 'CREATE PROCEDURE p(a INT) SELECT a', 'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    'CREATE TABLE child (job INT, FOREIGN KEY (job) REFERENCES jobs (id))', 'ALTER TABLE jobs MODIFY pay FLOAT AFTER id', 'ALTER TABLE jobs CONVERT TO CHARACTER SET latin1',
  ])('the schema is another after: %s', async (change) => {
    const before = await fingerprint();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    server.sql(change, 'shop');
    expect(await fingerprint()).not.toBe(before);
  });

  test('the schema is the same after rows came, a counter moved, an index was made again, a table was kept aside', async () => {
    const before = await fingerprint();
    server.sql("INSERT INTO jobs (title) VALUES ('n'); ALTER TABLE jobs AUTO_INCREMENT = 500, ADD KEY other (pay); ALTER TABLE jobs DROP KEY ix, ADD KEY ix (title), DROP KEY other; CREATE TABLE _rollback_x (id INT)", 'shop');
    expect(await fingerprint()).toBe(before);
  });

  test.each([
    "UPDATE jobs SET title = 'A' WHERE id = 1", 'UPDATE jobs SET pay = pay + 0.0000005 WHERE id = 1', "UPDATE jobs SET made = made + INTERVAL 1 HOUR WHERE id = 1", "UPDATE jobs SET flags = b'111' WHERE id = 1",
    "UPDATE jobs SET title = '' WHERE id = 1", 'DELETE FROM jobs WHERE id = 2', 'DELETE FROM `odd ``name` WHERE a = 1', "INSERT INTO `odd ``name` VALUES (1, 'x'), (1, 'x')", "UPDATE `odd ``name` SET b = '' WHERE a IS NULL",
  ])('the rows are others after: %s', async (change) => {
    const before = await rows();
    expect(before).toHaveLength(2);
    server.sql(change, 'shop');
    expect(await rows()).not.toEqual(before);
  });

  test('the rows are the same in another order', async () => {
    const before = await rows();
    server.sql('CREATE TABLE copy AS SELECT * FROM `odd ``name` ORDER BY a DESC; TRUNCATE `odd ``name`; INSERT INTO `odd ``name` SELECT * FROM copy; DROP TABLE copy', 'shop');
    expect(await rows()).toEqual(before);
  });

  test('rows of a table over the limit are only counted', async () => {
    const { facts } = await ask(rowChecksums(100));
    expect(facts.get('rows-counted')).toEqual(['2 jobs']);
    expect(facts.get('rows')?.map((line) => line.replace(/ \d+ /, ' <sum> '))).toEqual(['3 <sum> odd `name']);
  });
});
