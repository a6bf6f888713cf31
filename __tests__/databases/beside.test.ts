import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readManifest } from '../../src/databases/manifest.ts';
import { quote } from '../../src/commands/quote.ts';
import { beside, dropAll, load, names, openScene, type Scene } from './beside-scene.ts';
import { databaseAvailable, startServer, type Server } from './server.ts';
import { shopSchema } from './shop.ts';

describe.skipIf(!databaseAvailable())('a restore beside the live data', () => {
  let server: Server;
  let scene: Scene;
  let file: string;
  beforeAll(async () => { server = await startServer(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(async () => {
    dropAll(server);
    server.sql(shopSchema, 'shop');
    scene = openScene(server);
    file = await scene.dump();
  });
  afterEach(() => { scene.end(); });

  const [live, restored] = [{ database: names.live, address: '' }, { database: names.restored, address: '' }];
  const lost = async (from = live, to = restored, kept?: string) => (await scene.must(`as_admin\n${beside.lost(from, to, kept)}`)).get('lost') ?? [];
  const text = () => gunzipSync(readFileSync(file)).toString('utf8');

  test('holds what the manifest says, and the same rows, one by one', async () => {
    const manifest = readManifest(readFileSync(`${file}.json`, 'utf8'));
    await scene.must(load(file));
    expect([await lost(), await lost(restored, live)]).toEqual([[], []]);
    const facts = await scene.must(`as_admin\nrows_in ${names.restored} '' | facts rows\nfact revisions "$(revisions_in ${names.restored} '')"\nfact schema "$(fingerprint_in ${names.restored} '')"\n`);
    expect(facts.get('rows')).toEqual(Object.entries(manifest?.rows ?? {}).map(([table, rows]) => `${rows} ${table}`));
    expect(Object.keys(manifest?.rows ?? {})).toEqual(['alembic_version', 'aria', 'child', 'jobs', 'none', 'odd `na "me\\']);
    expect([facts.get('revisions'), facts.get('schema'), manifest?.tables, manifest?.position]).toEqual([['c3'], [manifest?.schema], 6, '']);
    for (const [kind, count] of [['triggers WHERE trigger_schema', '2'], ['views WHERE table_schema', '2'], ['routines WHERE routine_schema', '2'], ["events WHERE status <> 'ENABLED' AND event_schema", '1']]) {
      expect([kind, server.sql(`SELECT COUNT(*) FROM information_schema.${kind} = '${names.restored}'`)]).toEqual([kind, count]);
    }
  });

  test('holds what the manifest says also when it was dumped while others wrote', async () => {
    server.sql('CREATE TABLE busy (n INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(40)) ENGINE=InnoDB; INSERT INTO busy (what) SELECT seq FROM seq_1_to_20000', 'shop');
    const writer = spawn('mariadb', ['--no-defaults', `--socket=${server.socket}`, '-uroot', 'shop', '--force'], { stdio: ['pipe', 'ignore', 'ignore'] });
    writer.stdin.on('error', () => undefined);
    writer.stdin.end("INSERT INTO busy (what) VALUES ('),('), ('it''s;\n(');\n".repeat(50_000));
    rmSync(file);
    const during = await scene.dump();
    writer.kill('SIGKILL');
    const rows = readManifest(readFileSync(`${during}.json`, 'utf8'))?.rows ?? {};
    await scene.must(load(during));
    expect(rows['busy']).toBeGreaterThan(20_000);
    expect(Number(server.sql('SELECT COUNT(*) FROM busy', 'shop'))).toBeGreaterThan(rows['busy'] ?? 0);
    expect((await scene.must(`as_admin\nrows_in ${names.restored} '' | facts rows`)).get('rows')).toEqual(Object.entries(rows).map(([table, count]) => `${count} ${table}`));
  });

  test('is made once; one that broke off is made again; one that is not ours is left alone', async () => {
    await scene.must(load(file));
    server.sql('DELETE FROM aria', names.restored);
    await scene.must(load(file));
    expect(await lost()).toEqual(['1 aria']);
    dropAll(server);
    server.sql(shopSchema, 'shop');
    const half = join(scene.folder, 'half.sql.gz');
    writeFileSync(half, readFileSync(file).subarray(0, 1500));
    expect((await scene.ask(load(half))).code).not.toBe(0);
    await scene.must(load(file));
    expect(await lost()).toEqual([]);
    server.sql(`DROP DATABASE ${names.restored}; CREATE DATABASE ${names.restored}; CREATE TABLE ${names.restored}.theirs (id INT)`);
    const { code, output } = await scene.ask(load(file));
    expect([code, output.trim()]).toEqual([1, `the database ${names.restored} is there, and was not made by this run`]);
  });

  test('goes away again, but not when somebody wrote to it', async () => {
    await scene.must(load(file));
    server.sql("INSERT INTO aria VALUES (2, 'mine', 'one', NULL)", names.restored);
    expect((await scene.must(beside.forget(names))).get('left')).toEqual([names.restored]);
    server.sql('DELETE FROM aria WHERE a = 2', names.restored);
    expect((await scene.must(beside.forget(names))).get('left')).toBeUndefined();
    expect(server.sql(`SHOW DATABASES LIKE '${names.restored}'`)).toBe('');
    await scene.must(beside.forget(names));
  });

  test.each([
    ["UPDATE jobs SET title = 'Ünï 🔑\\n''quo(ted''),(' WHERE id = 1", ['1 jobs']], ['UPDATE jobs SET pay = pay + 0.0000005 WHERE id = 1', ['1 jobs']], ["UPDATE jobs SET bits = b'1' WHERE id IN (2, 3)", ['2 jobs']],
    ["INSERT INTO child VALUES (1, 'é')", ['1 child']], ['DELETE FROM child WHERE job = 2', []], ['ALTER TABLE jobs ADD COLUMN extra INT; UPDATE jobs SET extra = 1 WHERE id > 1', ['2 jobs']],
    ['CREATE TABLE later (id INT); INSERT INTO later VALUES (1), (1)', ['2 later']], ['ALTER TABLE child MODIFY note TEXT CHARACTER SET utf8mb4', []], ["UPDATE aria SET kind = 'one', at = NULL", ['1 aria']],
    ["INSERT INTO `odd ``na \"me\\` VALUES (1, 'x', 'y'), (2, '', '')", ['2 odd `na "me\\']], ['ALTER TABLE jobs DROP COLUMN twice, DROP COLUMN d', []],
  ])('counts what is in the live data only: %s', async (change, expected) => {
    await scene.must(load(file));
    server.sql(change, 'shop');
    expect(await lost()).toEqual(expected);
  });

  test('counts random edits as they are counted one by one here', async () => {
    await scene.must(load(file));
    let seed = 7;
    const random = (below: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % below; };
    server.sql("INSERT INTO child SELECT 1 + seq % 3, CONCAT('n', seq % 50) FROM seq_1_to_300", 'shop');
    server.sql(`TRUNCATE child; INSERT INTO child SELECT * FROM shop.child`, names.restored);
    const rows = (database: string) => server.sql("SELECT COALESCE(job, '-'), COALESCE(HEX(note), '-') FROM child", database).split('\n');
    for (let round = 0; round < 12; round += 1) {
      const edits = ["UPDATE child SET note = CONCAT(note, 'x') WHERE note = 'n@' LIMIT @", "DELETE FROM child WHERE note = 'n@' LIMIT @", "INSERT INTO child VALUES (1, 'n@'), (2, 'n@'), (NULL, NULL)", "UPDATE child SET job = 3 WHERE note = 'n@'"];
      server.sql((edits[random(edits.length)] ?? '').replaceAll('@', () => String(random(50))), random(2) === 0 ? 'shop' : names.restored);
      const left = new Map<string, number>();
      for (const row of rows(names.restored)) left.set(row, (left.get(row) ?? 0) + 1);
      let missing = 0;
      for (const row of rows('shop')) { const count = left.get(row) ?? 0; if (count === 0) missing += 1; else left.set(row, count - 1); }
      expect([round, await lost()]).toEqual([round, missing === 0 ? [] : [`${missing} child`]]);
    }
  });

  test('what is lost is exported as rows that come back to the byte', async () => {
    await scene.must(load(file));
    const tables = ['jobs', 'child', 'aria', '`odd ``na "me\\`'];
    server.sql(`SET foreign_key_checks = 0; ${tables.map((table) => `DELETE FROM ${table}`).join(';')}; DELETE FROM child`, names.restored);
    const kept = join(scene.folder, "it's lost.sql.gz");
    expect(await lost(live, restored, kept)).toEqual(['1 aria', '3 child', '3 jobs', '3 odd `na "me\\']);
    server.sql('DROP TRIGGER t', names.restored);
    server.sql(gunzipSync(readFileSync(kept)).toString('utf8'), names.restored);
    expect([await lost(), await lost(restored, live)]).toEqual([[], []]);
  });

  describe('a dump of somebody else', () => {
    const prove = async (content: string | Buffer, name = 'foreign.sql') => {
      const path = join(scene.folder, name);
      writeFileSync(path, content);
      const { code, facts, output } = await scene.ask(`file=${quote(path)}\n${beside.proveForeign}`);
      return code === 0 && output === '' ? facts : new Map([['backup-damaged', [output]]]);
    };

    test('is taken when it is whole, packed or not', async () => {
      for (const facts of [await prove(text()), await prove(readFileSync(file), 'packed.sql.gz')]) {
        expect([facts.get('backup-damaged'), facts.get('backup-database'), facts.get('backup-server')?.[0]]).toEqual([undefined, ['shop'], server.sql('SELECT VERSION()')]);
      }
    });

    test('is refused when it breaks off, wherever that is', async () => {
      const whole = Buffer.from(text());
      const packed = readFileSync(file);
      const cuts = Array.from({ length: 30 }, (_, index) => Math.floor((whole.length - 1) * index / 29));
      const reasons = await Promise.all([...cuts.map((at, index) => prove(whole.subarray(0, at), `cut-${index}.sql`)), ...cuts.map((_, index) => prove(packed.subarray(0, Math.floor((packed.length - 1) * index / 29)), `cut-${index}.gz`))]);
      expect(reasons.filter((facts) => facts.get('backup-damaged') === undefined)).toEqual([]);
    }, 60_000);

    test.each([
      ['of PostgreSQL', () => '-- PostgreSQL database dump\n', /PostgreSQL/],
      ['with a database chosen', () => text().replace('/*!40101 SET', 'USE `mysql`;\n/*!40101 SET'), /USE/],
      ['of several databases', () => execFileSync('mariadb-dump', ['--no-defaults', `--socket=${server.socket}`, '-uroot', '--databases', 'shop', 'test_other']).toString('utf8'), /USE|several|more than/],
      ['with a command of the client', () => text().replace('/*!40101 SET', '\\! touch /tmp/owned\n/*!40101 SET'), /command of the client/],
      ['of a newer server', () => text().replace(/^-- Server version.*$/m, '-- Server version\t99.1.2-MariaDB'), /newer server/],
      ['that grants', () => text().replace('/*!40101 SET', 'GRANT ALL ON *.* TO x;\n/*!40101 SET'), /changes more/],
      ['without tables', () => '-- MariaDB dump 10\n-- Dump completed\n', /no table/],
    ])('is refused: one %s', async (_, content, why) => {
      server.sql('CREATE DATABASE IF NOT EXISTS test_other');
      expect((await prove(content())).get('backup-damaged')?.join('\n')).toMatch(why);
    });

    test('runs no program, whatever it holds', async () => {
      const mark = join(scene.folder, 'owned');
      const path = join(scene.folder, 'bad.sql');
      writeFileSync(path, gzipSync(text().replace('/*!40101 SET', `\\! touch ${quote(mark)}\n/*!40101 SET`)));
      expect((await scene.ask(load(path))).code).not.toBe(0);
      await scene.ask(`db -e ${quote(`\\! touch ${quote(mark)}`)} || :\nprintf '%s\\n' ${quote(`system touch ${quote(mark)}`)} | db || :\n`);
      expect(existsSync(mark)).toBe(false);
    });
  });
});
