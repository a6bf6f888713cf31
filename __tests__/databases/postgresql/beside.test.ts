import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Admin, Names } from '../../../src/databases/engine.ts';
import { admin, askAdmin } from '../../../src/databases/postgresql/admin.ts';
import { rowChecksums } from '../../../src/databases/postgresql/checksums.ts';
import { client } from '../../../src/databases/postgresql/client.ts';
import { fence, unfence } from '../../../src/databases/postgresql/fence.ts';
import { lostBetween } from '../../../src/databases/postgresql/lost.ts';
import { proveForeign } from '../../../src/databases/postgresql/prove.ts';
import { forgetBeside, restoreBeside } from '../../../src/databases/postgresql/restore.ts';
import { obstacles, swap, swapBack } from '../../../src/databases/postgresql/swap.ts';
import { quote } from '../../../src/commands/quote.ts';
import { runScript, type Ran } from '../script.ts';
import { rich } from './rich.ts';
import { appPassword, postgresAvailable, startPostgres, type Server } from './server.ts';

const names: Names = { live: 'shop', restored: 'shop-restored_1', kept: 'shop$kept_1' };

describe.skipIf(!postgresAvailable())('restoring PostgreSQL beside the live data', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres();
    server.sql("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'b'; CREATE ROLE master CREATEDB CREATEROLE LOGIN PASSWORD 'm'; GRANT app TO master WITH ADMIN OPTION; GRANT pg_signal_backend TO master; CREATE ROLE other LOGIN PASSWORD 'o'; CREATE ROLE poor LOGIN PASSWORD 'p'");
  });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => {
    for (const name of [names.restored, names.kept]) server.sql(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    server.createDatabase('shop');
    server.sql(rich, 'shop');
    server.sql("REVOKE CONNECT ON DATABASE shop FROM PUBLIC; GRANT CONNECT ON DATABASE shop TO other; ALTER DATABASE shop SET search_path = public, side; ALTER ROLE app IN DATABASE shop SET work_mem = '5MB'");
    folder = mkdtempSync(join(tmpdir(), 'rollback-beside-'));
    return () => { rmSync(folder, { recursive: true }); };
  });

  const urls: Readonly<Record<'boss' | 'master', string>> = { boss: 'b', master: 'm' };
  const as = (who: 'boss' | 'master') => server.url('postgres', who, urls[who]);
  const file = () => join(folder, "it's a.dump");
  const ask = (script: string, who: 'boss' | 'master' = 'boss', how: Admin = 'url'): Promise<Ran> =>
    runScript(`${client({ kind: 'secret' })}${admin(how)}file=${quote(file())}\nfence=${quote(join(folder, 'fence'))}\n${script}`, { secret: `${server.url('shop')}\n${as(who)}` });
  async function must(script: string, who: 'boss' | 'master' = 'boss', how: Admin = 'url'): Promise<ReadonlyMap<string, readonly string[]>> {
    const { code, facts, output } = await ask(script, who, how);
    expect([output, code]).toEqual(['', 0]);
    return facts;
  }
  const dump = (...more: string[]) => writeFileSync(file(), execFileSync(`${server.programs}/pg_dump`, ['-h', server.socket, '-p', String(server.port), '-U', 'postgres', ...(more.length > 0 ? more : ['-Fc']), 'shop'], { maxBuffer: 64 * 1024 * 1024 }), { mode: 0o600 });
  const state = async (database: string) => {
    const facts = await must(`database=${database}; ( rights=$admin_rights; fact schema "$(fingerprint_in "$database" '')"; db() { db_admin "$database" "$@"; }; ${rowChecksums(1e9)})`);
    return [facts.get('schema'), facts.get('rows')];
  };
  const databases = () => server.sql("SELECT datname FROM pg_database WHERE datname LIKE 'shop%' ORDER BY 1").split('\n');
  const rights = (database: string) => server.sql(`SELECT string_agg(r::text, ' ' ORDER BY r::text) FROM pg_database, aclexplode(COALESCE(datacl, acldefault('d', datdba))) r WHERE datname = '${database}'; SELECT setrole, setconfig FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '${database}') ORDER BY 1; SELECT datdba, encoding, datcollate, datctype, datconnlimit, datallowconn FROM pg_database WHERE datname = '${database}'`);
  const canConnect = (database: string, user: string, password: string) => {
    try {
      execFileSync(`${server.programs}/psql`, ['-X', '-d', server.url(database, user, password).replace('+psycopg2', ''), '-c', 'SELECT 1'], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  };

  describe('asks whose rights will do', () => {
    const admins = (secret: string, offered: boolean): Promise<Ran> => runScript(client({ kind: 'secret' }) + askAdmin({ url: offered, cutover: 'swap' }), { secret });
    test.each<[string, () => string, boolean, string]>([
      ['a superuser\'s URL', () => `${server.url('shop')}\n${as('boss')}`, true, 'url'],
      ['a URL of one who is no superuser, but of the owner\'s role', () => `${server.url('shop')}\n${as('master')}`, true, 'url'],
      ['the application\'s own, if it may', () => { server.sql('ALTER ROLE app CREATEDB'); return server.url('shop'); }, false, 'own'],
      ['the server\'s own account', () => { server.sql('ALTER ROLE app NOCREATEDB'); return server.url('shop'); }, false, 'socket'],
    ])('%s', async (_, secret, offered, found) => {
      const { code, output, facts } = await admins(secret(), offered);
      expect([output, code, facts.get('admin'), facts.get('admin-missing')]).toEqual(['', 0, [found], undefined]);
    });

    test('and tells exactly what is missing', async () => {
      const hidden = join(folder, 'bin');
      execFileSync('mkdir', [hidden]);
      for (const one of ['runuser', 'sudo']) writeFileSync(join(hidden, one), '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n', { mode: 0o755 });
      server.sql('CREATE TABLE hers (id int); ALTER TABLE hers OWNER TO other', 'shop');
      const { code, facts, output } = await runScript(client({ kind: 'secret' }) + askAdmin({ url: true, cutover: 'swap' }), { secret: `${server.url('shop')}\n${server.url('shop', 'other', 'o')}`, env: { ...process.env, PATH: `${hidden}:${process.env['PATH']}` } });
      const me = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
      expect([output, code, facts.get('admin'), facts.get('admin-missing')]).toEqual(['', 0, undefined, [
        'url: ALTER ROLE other CREATEDB;', 'url: GRANT app TO other;', 'url: ALTER ROLE other CREATEROLE; GRANT app TO other WITH ADMIN OPTION; -- which has settings in this database', 'own: ALTER ROLE app CREATEDB;', 'own: GRANT other TO app;',
        `socket: sudo: a password is required; for ${me} to use its account: ${me} ALL=(postgres) NOPASSWD: ALL`,
      ]]);
    });
  });

  describe.each<[string, 'boss' | 'master', Admin]>([['a superuser\'s URL', 'boss', 'url'], ['the URL of a member of the owner', 'master', 'url'], ['the application\'s own user', 'boss', 'own'], ['the server\'s own account', 'boss', 'socket']])('with %s', (_, who, how) => {
    beforeAll(() => { server.sql(`ALTER ROLE app ${how === 'own' ? '' : 'NO'}CREATEDB`); });

    test('restores everything, carries rights and settings, and swaps both ways', async () => {
      dump();
      const before = await state('shop');
      const facts = await must(restoreBeside(names), who, how);
      expect(await state(names.restored)).toEqual(before);
      expect(rights(names.restored)).toBe(rights('shop'));
      expect(Number(facts.get('restored-bytes')?.[0])).toBeGreaterThan(1_000_000);
      expect(facts.get('restored-seconds')?.[0]).toMatch(/^\d+$/);
      server.sql("UPDATE jobs SET note = 'marked' WHERE id = 2", 'shop');
      writeFileSync(file(), 'not read again');
      expect(await must(restoreBeside(names), who, how)).toEqual(facts);

      const note = (database: string) => server.sql('SELECT note FROM jobs WHERE id = 2', database);
      for (let round = 0; round < 2; round += 1) {
        await must(swap(names), who, how);
        expect([databases(), note('shop'), note(names.kept)]).toEqual([['shop', names.kept].toSorted(), '', 'marked']);
      }
      for (let round = 0; round < 2; round += 1) {
        await must(swapBack(names), who, how);
        expect([databases(), note('shop'), note(names.restored)]).toEqual([['shop', names.restored].toSorted(), 'marked', '']);
      }
      expect(canConnect('shop', 'other', 'o')).toBe(true);
      await must(forgetBeside(names), who, how);
      await must(forgetBeside(names), who, how);
      expect(databases()).toEqual(['shop']);
    });

    test('fences the live data off from everybody else, its owner too, and lets them in again', async () => {
      const before = rights('shop');
      const session = spawn(`${server.programs}/psql`, ['-X', '-d', server.url('shop').replace('+psycopg2', ''), '-c', 'SELECT pg_sleep(60)'], { stdio: 'ignore' });
      const ended = new Promise((resolve) => { session.on('exit', resolve); });
      while (server.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND usename = 'app'") === '0') await new Promise((resolve) => { setTimeout(resolve, 20); });
      for (let round = 0; round < 2; round += 1) await must(fence(names), who, how);
      expect(await ended).not.toBe(0);
      const write = () => runScript(`${client({ kind: 'secret' })}db -e "UPDATE jobs SET note = 'x'"`, { secret: server.url('shop') });
      expect((await write()).code).not.toBe(0);
      expect([canConnect('shop', 'app', appPassword), canConnect('shop', 'other', 'o')]).toEqual(how === 'own' ? [true, true] : [false, false]);
      expect((await must("( rights=$admin_rights; rows_in shop '' ) | facts row", who, how)).get('row')).toHaveLength(11);
      server.sql('ALTER DATABASE shop RENAME TO "shop$kept_1"');
      for (let round = 0; round < 2; round += 1) await must(unfence(), who, how);
      server.sql('ALTER DATABASE "shop$kept_1" RENAME TO shop');
      expect([rights('shop'), (await write()).code, existsSync(join(folder, 'fence'))]).toEqual([before, 0, false]);
    });
  });

  describe('other forms of a dump', () => {
    beforeAll(() => { server.sql('ALTER ROLE app NOCREATEDB'); });
    test.each<[string, readonly string[], boolean]>([['tar', ['-Ft'], false], ['plain', ['-Fp'], false], ['plain, compressed', ['-Fp'], true], ['custom, compressed again', ['-Fc'], true]])('%s', async (_, options, zip) => {
      server.sql("UPDATE jobs SET note = E'\\restrict it\\nCOPY x FROM stdin;' WHERE id = 2", 'shop');
      server.sql('REFRESH MATERIALIZED VIEW counted', 'shop');
      dump(...options);
      if (zip) writeFileSync(file(), execFileSync('gzip', ['-c', file()]));
      expect([...(await must(proveForeign)).keys()].includes('backup-damaged')).toBe(false);
      await must(restoreBeside(names));
      expect(await state(names.restored)).toEqual(await state('shop'));
      expect(execFileSync('ls', [folder], { encoding: 'utf8' })).toBe("it's a.dump\n");
    });

    test.each<[string, () => void, RegExp]>([
      ['cut short', () => { dump(); writeFileSync(file(), readFileSync(file()).subarray(0, -400)); }, /cut short or damaged/],
      ['cut in its head', () => { dump(); writeFileSync(file(), readFileSync(file()).subarray(0, 900)); }, /pg_restore cannot read it/],
      ['20 bytes of gzip', () => { dump('-Fp'); writeFileSync(file(), execFileSync('gzip', ['-c', file()]).subarray(0, 20)); }, /gzip cannot read it/],
      ['plain SQL cut short', () => { dump('-Fp'); writeFileSync(file(), readFileSync(file()).subarray(0, -300)); }, /its last line, .* is missing/],
      ['MariaDB\'s', () => { writeFileSync(file(), '/*!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n-- Dump completed\n'); }, /dump of MariaDB or MySQL/],
      ['of a whole cluster', () => { writeFileSync(file(), execFileSync(`${server.programs}/pg_dumpall`, ['-h', server.socket, '-p', String(server.port), '-U', 'postgres', '-r'])); }, /whole cluster/],
      ['one that makes its database', () => { dump('-Fp', '-C'); }, /makes a database by itself/],
      ['empty', () => { writeFileSync(file(), ''); }, /no dump of PostgreSQL's/],
      ['of a newer server', () => { dump('-Fp'); writeFileSync(file(), readFileSync(file(), 'utf8').replace(/database version \d+/, 'database version 99')); }, /dumped from PostgreSQL 99/],
    ])('refused: %s', async (_, make, message) => {
      make();
      const facts = await must(proveForeign);
      expect(facts.get('backup-damaged')?.join('; ')).toMatch(message);
      expect(facts.get('backup-damaged')).toHaveLength(1);
    });

    test('SQL of others runs nothing on the host', async () => {
      dump('-Fp');
      appendFileSync(file(), "\\! touch '" + join(folder, 'obeyed') + "'\n--\n-- PostgreSQL database dump complete\n--\n");
      const { code } = await ask(restoreBeside(names));
      expect([code === 0, existsSync(join(folder, 'obeyed'))]).toEqual([false, false]);
    });
  });

  test('one that is half there is made again; one of somebody else is left alone', async () => {
    dump();
    const whole = readFileSync(file());
    writeFileSync(file(), whole.subarray(0, -1500));
    const { code, output } = await ask(restoreBeside(names));
    expect([code, output.trimEnd().split('\n').at(-1)]).toEqual([1, 'the dump could not be restored']);
    expect((await ask(swap(names))).output).toContain('was not restored to its end');
    writeFileSync(file(), whole);
    await must(restoreBeside(names));
    expect(await state(names.restored)).toEqual(await state('shop'));
    server.sql(`COMMENT ON DATABASE "${names.restored}" IS 'hers'`);
    expect((await ask(restoreBeside(names))).output).toContain('this program did not make it');
    expect((await must(forgetBeside(names))).get('left')).toEqual([names.restored]);
  });

  test('one in which somebody wrote stays', async () => {
    dump();
    await must(restoreBeside(names));
    server.sql("UPDATE jobs SET note = 'dear' WHERE id = 2", names.restored);
    expect((await must(forgetBeside(names))).get('left')).toEqual([names.restored]);
    expect(databases()).toContain(names.restored);
  });

  test('a swap that was cut short after nobody could connect any more is finished, or taken back', async () => {
    dump();
    await must(restoreBeside(names));
    const shut = `ALTER DATABASE shop ALLOW_CONNECTIONS false; ALTER DATABASE "${names.restored}" ALLOW_CONNECTIONS false`;
    const shutNow = () => server.sql("SELECT count(*) FROM pg_database WHERE NOT datallowconn AND datname LIKE 'shop%'");
    const runs = (script: string) => runScript(`${client({ kind: 'secret' })}${admin('url')}${script}`, { secret: `${server.url('shop')}\n${as('boss')}` });
    server.sql(shut);
    expect(await runs(swapBack(names))).toMatchObject({ code: 0, output: '' });
    expect([shutNow(), databases()]).toEqual(['0', ['shop', names.restored].toSorted()]);
    server.sql(shut);
    expect(await runs(swap(names))).toMatchObject({ code: 0, output: '' });
    expect([shutNow(), databases()]).toEqual(['0', ['shop', names.kept].toSorted()]);
  });

  test('names what cannot be swapped', async () => {
    expect((await must(obstacles(names))).get('cannot-swap')).toBeUndefined();
    server.sql(`CREATE DATABASE "${names.kept}"`);
    expect((await must(obstacles(names))).get('cannot-swap')).toEqual([`there is a database ${names.kept} already`]);
  });

  describe('counts what is lost', () => {
    beforeEach(() => {
      server.sql(`CREATE DATABASE "${names.restored}" OWNER app`);
      server.sql(rich, names.restored);
    });
    const lost = (export_?: string) => must(lostBetween({ database: 'shop', address: '' }, { database: names.restored, address: '' }, export_));

    test('nothing between equals', async () => {
      const facts = await lost();
      expect([facts.get('lost'), facts.get('counted')]).toEqual([undefined, ['yes']]);
    });

    test('rows gone, changed, with a value in a column and of a table that the other lacks; equal ones one by one', async () => {
      server.sql(`SET ROLE app; ALTER TABLE jobs DISABLE TRIGGER noted; INSERT INTO companies VALUES (8, 'new'), (9, 'tab\ttab\\'); UPDATE jobs SET note = E'a\\nb' WHERE id = 2; DELETE FROM jobs WHERE id = 10;
INSERT INTO "odd ""tags" VALUES (1, 'x', 2), (1, 'x', 2); ALTER TABLE matches ADD COLUMN more text; UPDATE matches SET more = 'm' WHERE career = 2; CREATE TABLE side."new ""one" (id int, v bytea); INSERT INTO side."new ""one" VALUES (1, '\\x00'), (1, '\\x00'); CREATE TABLE none (id int);
INSERT INTO events VALUES ('2025-07-07', 'z'); UPDATE alembic_version SET version_num = 'd4'`, 'shop');
      server.sql("INSERT INTO companies VALUES (99, 'only here')", names.restored);
      const to = join(folder, 'lost rows.sql.gz');
      const expected = ['2 companies', '1 events', '1 jobs', '1 matches', '2 odd "tags', '2 side.new "one'];
      expect((await lost()).get('lost')).toEqual(expected);
      expect((await lost(to)).get('lost')).toEqual(expected);
      // What was written can be merged back: then nothing is lost any more.
      server.sql(`SET ROLE app; ALTER TABLE jobs DISABLE TRIGGER noted; DELETE FROM jobs WHERE id = 2; DELETE FROM matches WHERE career = 2; ALTER TABLE matches ADD COLUMN more text; CREATE TABLE side."new ""one" (id int, v bytea); CREATE TABLE none (id int)`, names.restored);
      server.sql(execFileSync('gzip', ['-dc', to], { encoding: 'utf8' }), names.restored);
      expect((await lost()).get('lost')).toBeUndefined();
      expect(execFileSync('ls', [folder], { encoding: 'utf8' })).toBe('lost rows.sql.gz\n');
    });

    test('a column of another type, and a failure that is no answer', async () => {
      server.sql('ALTER TABLE matches ALTER career TYPE text', names.restored);
      expect((await lost()).get('lost')).toBeUndefined();
      server.sql('DROP TABLE cache; CREATE VIEW cache AS SELECT 1/0 AS k', names.restored);
      expect((await lost()).get('lost')).toEqual(['1 cache']);
      const { code, facts } = await ask(lostBetween({ database: 'shop', address: '' }, { database: 'none', address: '' }));
      expect([code === 0, facts.get('counted')]).toEqual([false, undefined]);
    });
  });
});
