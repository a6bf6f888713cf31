import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BackupPlace } from '../../src/commands/backup.ts';
import { client } from '../../src/databases/mysql/client.ts';
import { dumpDatabase } from '../../src/databases/mysql/dump.ts';
import { rowChecksums, schemaFingerprint } from '../../src/databases/mysql/fingerprint.ts';
import { runScript } from './script.ts';
import { databaseAvailable, startServer } from './server.ts';
import type { Server } from './server.ts';

describe.skipIf(!databaseAvailable())('a dump', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => { server = await startServer(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollback dump '));
    server.createDatabase('shop');
    server.sql(`CREATE TABLE jobs (id INT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(80), raw VARBINARY(20));
INSERT INTO jobs (title, raw) VALUES ('ünï 🔑\\n''quoted''', x'00ff5c27'), (NULL, NULL);
CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('c3');
CREATE TABLE _rollback_old_1_before (id INT);
CREATE DEFINER=app@'%' VIEW titles AS SELECT title FROM jobs;
CREATE DEFINER=app@'%' TRIGGER t BEFORE INSERT ON jobs FOR EACH ROW SET NEW.title = TRIM(NEW.title);
CREATE DEFINER=app@'%' EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM jobs WHERE id < 0;
DELIMITER $$
CREATE DEFINER=app@'%' PROCEDURE p() BEGIN
CREATE TABLE IF NOT EXISTS made_by_p (id INT);
END $$
DELIMITER ;`, 'shop');
  });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const place = (changes: Partial<BackupPlace> = {}): BackupPlace => ({ folder, keep: 5, environment: 'production', app: '/var/www/app', run: '42-1', release: 'a'.repeat(40), stamp: '20261123T101500Z', good: [], by: 'rollback', ...changes });
  const dump = (changes: Partial<BackupPlace> = {}, path = process.env['PATH'] ?? '') =>
    runScript(client({ kind: 'secret' }) + dumpDatabase(place(changes)), { secret: server.url('shop'), env: { ...process.env, PATH: path } });
  const state = async (database: string) => {
    const { facts } = await runScript(client({ kind: 'secret' }) + schemaFingerprint + rowChecksums(1e9), { secret: server.url(database) });
    return [facts.get('schema-fingerprint'), facts.get('rows')];
  };
  /** A dump program that does something else with what the real one prints. */
  const instead = (script: string) => {
    const tools = join(folder, 'tools');
    mkdirSync(tools, { recursive: true });
    const real = execFileSync('sh', ['-c', 'command -v mariadb-dump'], { encoding: 'utf8' }).trim();
    writeFileSync(join(tools, 'mariadb-dump'), `#!/bin/sh\ncase "$*" in *--help*) exec ${real} "$@";; esac\n${script.replaceAll('REAL', `${real} "$@"`)}\n`);
    chmodSync(join(tools, 'mariadb-dump'), 0o755);
    return `${tools}:${process.env['PATH'] ?? ''}`;
  };
  const backups = () => readdirSync(folder).filter((name) => name !== 'tools').sort();

  test('holds the whole database, and brings it back', async () => {
    const { code, facts, output } = await dump();
    expect([code, output]).toEqual([0, '']);
    const [location = ''] = facts.get('location') ?? [];
    expect(facts.get('note')).toBeUndefined();
    expect(facts.get('bytes')).toEqual([String(statSync(location).size)]);
    expect(facts.get('sha256')).toEqual([execFileSync('sha256sum', [location], { encoding: 'utf8' }).slice(0, 64)]);
    expect(statSync(location).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(`${location}.json`, 'utf8'))).toMatchObject({ kind: 'database', run: '42-1', release: 'a'.repeat(40), revision: 'c3', tables: 2, bytes: statSync(location).size });
    server.createDatabase('again');
    server.sql(execFileSync('gzip', ['-dc', location], { encoding: 'utf8' }).replaceAll('`shop`', '`again`'), 'again');
    server.sql('DROP TABLE _rollback_old_1_before', 'shop');
    expect((await state('again'))[1]).toEqual((await state('shop'))[1]);
    expect(server.sql("SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'again'")).toBe('1');
  });

  test('asked again, it is not made again', async () => {
    const first = await dump();
    expect((await dump({}, instead('exit 9'))).facts).toEqual(first.facts);
  });

  test.each([
    ['the program fails', 'REAL; exit 3', 'the dump program failed'],
    ['its end is missing, though it says all is well', 'REAL | head -n 20; exit 0', 'the dump is not complete: its last line is missing'],
    ['a table is missing', "REAL | sed '/^CREATE TABLE `jobs`/,/^)/d'", 'the dump makes 1 tables, the database has 2'],
    ['it is empty', 'exit 0', 'the dump is not complete: its last line is missing'],
  ])('is refused, and leaves nothing behind, when %s', async (_, script, message) => {
    const { code, output, facts } = await dump({}, instead(script));
    expect([code, output.trimEnd().split('\n').at(-1), facts.get('location'), backups()]).toEqual([1, message, undefined, []]);
  });

  test.skipIf(process.getuid?.() !== 0)('is refused on a full disk, and leaves the disk as it was', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    try {
      server.sql('INSERT INTO jobs (title) SELECT REPEAT(UUID(), 2) FROM information_schema.columns LIMIT 2000', 'shop');
      const { code, output } = await dump({ folder: small });
      expect(code).toBe(1);
      expect(output).toMatch(/No space left|errno 28|Errcode: 28/);
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });

  test('events are noticed under a grant with an escaped name, and missed by a user who may not see them', async () => {
    server.sql("CREATE OR REPLACE USER some@'%' IDENTIFIED BY 'x'; GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER ON shop.* TO some@'%'; CREATE OR REPLACE USER all_@'%' IDENTIFIED BY 'x'; GRANT ALL ON `sho_`.* TO all_@'%'");
    const as = (user: string, stamp: string) => runScript(client({ kind: 'secret' }) + dumpDatabase(place({ stamp })), { secret: `mysql://${user}:x@127.0.0.1:${server.port}/shop` });
    const some = await as('some', '1');
    expect([some.code, some.facts.get('note')]).toEqual([0, ['the dump holds no events: the user of the database may not see them']]);
    const all = await as('all_', '2');
    expect([all.code, execFileSync('gzip', ['-dc', all.facts.get('location')?.[0] ?? ''], { encoding: 'utf8' }).includes('EVENT `e`')]).toEqual([0, true]);
    // From MariaDB 11.3 on, ALL includes reading the routines of others.
    expect([undefined, ['the dump holds no routines: some belong to another user of the database']]).toContainEqual(all.facts.get('note'));
  });

  test('keeps the newest, and the newest of a good release', async () => {
    const good = 'b'.repeat(40);
    for (const [index, release] of [good, good, 'c'.repeat(40), 'd'.repeat(40), 'e'.repeat(40)].entries()) await dump({ stamp: `2026112${index}T000000Z`, release, keep: 2, good: [good] });
    expect(backups().filter((name) => name.endsWith('.gz')).map((name) => name.slice(9, 17))).toEqual(['20261121', '20261123', '20261124']);
    expect(backups()).toHaveLength(6);
    expect(existsSync(join(folder, 'tools'))).toBe(false);
  });
});
