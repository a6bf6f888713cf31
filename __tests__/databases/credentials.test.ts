import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasePrelude } from '../../src/commands/mysql.ts';
import { present } from '../hosts/shells.ts';
import { runScript } from './script.ts';
import { databaseAvailable, startServer } from './server.ts';
import type { Server } from './server.ts';

const nasty = [
  'plain', 'with blank', ' leading', 'trailing ', '#hash', 'semi;colon', "single'quote", 'double"quote', '"quoted"', "'quoted'", 'back\\slash', '\\n', 'ends\\',
  '$HOME', '`id`', '$(id)', 'per%cent', '%41', 'a@b', 'a:b/c?d#e', 'a+b&c=d', 'naïve', '日本語🔑', 'tab\there', 'line\nbreak', '!bang', '--option', '[client]', 'END_OF_OPTIONS', '\\"', '&amp', '*?[a-z]',
];
const encoded = (text: string) => encodeURIComponent(text).replaceAll("'", '%27');

describe.skipIf(!databaseAvailable())('credentials', () => {
  let server: Server;
  const folder = mkdtempSync(join(tmpdir(), 'rollback-env-'));
  beforeAll(async () => { server = await startServer(); server.createDatabase('shop'); });
  afterAll(async () => { await server.stop(); rmSync(folder, { recursive: true }); });

  const awks = new Map([['dash', 'mawk'], ['bash --posix', 'gawk'], ['busybox sh', 'busybox']]);

  test.each(present(...awks.keys()))('every password reaches the server as it is, in %s', async (name) => {
    const shell = name.split(' ');
    const [awk = 'awk'] = present(awks.get(name) ?? 'awk');
    const tools = join(folder, awk);
    mkdirSync(tools);
    symlinkSync(execFileSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).trim(), join(tools, 'awk'));
    const env = { ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}` };
    const ask = `${databasePrelude({ kind: 'secret' })}fact user "$(db -e 'SELECT CURRENT_USER()')"`;
    for (const [index, password] of nasty.entries()) {
      const user = `user ${index} é@`;
      server.sql(`CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY '${password.replaceAll('\\', '\\\\').replaceAll("'", "''")}'; GRANT SELECT ON shop.* TO '${user}'@'%'`);
      const { facts, output } = await runScript(ask, { shell, env, secret: `mysql+pymysql://${encoded(user)}:${encoded(password)}@localhost:${server.port}/shop?charset=utf8mb4` });
      expect([password, output, facts.get('user')]).toEqual([password, '', [`${user}@%`]]);
    }
  });

  test.each([
    ['systemd', (url: string) => `# DATABASE_URL=old\nOTHER=1\nDATABASE_URL=${url}\n`],
    ['dotenv with quotes and a comment', (url: string) => `export DATABASE_URL="${url}"  # the database\r\n`],
    ['the last one counts', (url: string) => `DATABASE_URL=mysql://wrong/x\nDATABASE_URL = '${url}'`],
    ['after a value of several lines', (url: string) => `KEY="-----BEGIN\nDATABASE_URL=no\n-----END"\nDATABASE_URL=${url} # here\n`],
  ])('is read from an env file: %s', async (_, file) => {
    const path = join(folder, "it's .env");
    writeFileSync(path, file(server.url('shop')));
    const { facts, output } = await runScript(`${databasePrelude({ kind: 'env-file', file: path, key: 'DATABASE_URL' })}fact user "$(db -e 'SELECT CURRENT_USER()')"; fact name "$database"`);
    expect([output, facts.get('user'), facts.get('name')]).toEqual(['', ['app@%'], ['shop']]);
  });

  test('a socket named in the URL is used', async () => {
    const secret = `${server.url('shop').replace('127.0.0.1', 'nowhere.invalid')}&unix_socket=${encoded(server.socket)}`;
    const { facts, output } = await runScript(`${databasePrelude({ kind: 'secret' })}fact user "$(db -e 'SELECT CURRENT_USER()')"`, { secret });
    expect([output, facts.get('user')]).toEqual(['', ['app@%']]);
  });

  test('a .my.cnf of the SSH user does not win', async () => {
    writeFileSync(join(folder, '.my.cnf'), '[client]\nuser=somebody\npassword=else\n');
    const { facts } = await runScript(`${databasePrelude({ kind: 'secret' })}fact user "$(db -e 'SELECT CURRENT_USER()')"`, { secret: server.url('shop'), env: { ...process.env, HOME: folder } });
    expect(facts.get('user')).toEqual(['app@%']);
  });

  test('the password is in no argument and no environment while a client runs', async () => {
    const password = 'canary-7f3a91';
    server.sql(`CREATE OR REPLACE USER quiet@'%' IDENTIFIED BY '${password}'; GRANT SELECT ON shop.* TO quiet@'%'`);
    const running = runScript(`${databasePrelude({ kind: 'secret' })}db -e 'SELECT SLEEP(2), "rollback-watch"'`, { secret: `mysql://quiet:${password}@127.0.0.1:${server.port}/shop` });
    let seen = 0;
    const leaks: string[] = [];
    for (let ended = false; !ended;) {
      ended = await Promise.race([running.then(() => true), new Promise<boolean>((resolve) => { setTimeout(() => resolve(false), 20); })]);
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
        for (const file of ['cmdline', 'environ']) {
          let text = '';
          try { text = readFileSync(`/proc/${pid}/${file}`, 'latin1'); } catch { continue; }
          if (text.includes('rollback-watch') && text.includes('defaults-file')) seen += 1;
          if (text.includes(password)) leaks.push(`${pid} ${file}`);
        }
      }
    }
    expect((await running).output).toContain('rollback-watch');
    expect(seen).toBeGreaterThan(0);
    expect(leaks).toEqual([]);
  });

  test.each([
    ['postgresql://a:b@c/d', 'the database URL is not one of mysql:// or mariadb://'],
    ['mysql://a:b@c/', 'the database URL names no database'],
    ['not a url', 'the database URL is not one of mysql:// or mariadb://'],
  ])('refuses %s', async (secret, message) => {
    const { code, output } = await runScript(databasePrelude({ kind: 'secret' }), { secret });
    expect([code, output.trim()]).toEqual([1, message]);
  });
});
