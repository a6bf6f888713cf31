import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresPrelude } from '../../../src/commands/postgresql.ts';
import { present } from '../../hosts/shells.ts';
import { runScript } from '../script.ts';
import { appPassword, postgresAvailable, startPostgres, type Server } from './server.ts';

const nasty = [
  'plain', 'with blank', ' leading', 'trailing ', 'tab at the end\t', '#hash', 'semi;colon', "single'quote", 'double"quote', '"quoted"', "'quoted'", 'back\\slash', '\\n', 'ends\\',
  '$HOME', '`id`', '$(id)', 'per%cent', '%41', 'a@b', 'a:b/c?d#e', 'a+b&c=d', 'naïve', '日本語🔑', 'tab\there', 'carriage\rreturn', '!bang', '--option', '[service]', '*:*', '\\:', '&amp', '*?[a-z]', appPassword,
];
const encoded = (text: string) => encodeURIComponent(text).replaceAll("'", '%27');
const prelude = postgresPrelude({ kind: 'secret' });

describe.skipIf(!postgresAvailable())('credentials of PostgreSQL', () => {
  let server: Server;
  const folder = mkdtempSync(join(tmpdir(), 'rollback-env-'));
  beforeAll(async () => { server = await startPostgres(); server.createDatabase('shop'); });
  afterAll(async () => { await server.stop(); rmSync(folder, { recursive: true }); });

  const awks = new Map([['dash', 'mawk'], ['bash --posix', 'gawk'], ['busybox sh', 'busybox']]);

  test.each(present(...awks.keys()))('every password reaches the server as it is, in %s', async (name) => {
    const [awk = 'awk'] = present(awks.get(name) ?? 'awk');
    const tools = join(folder, awk);
    mkdirSync(tools);
    symlinkSync(execFileSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).trim(), join(tools, 'awk'));
    const env = { ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}` };
    for (const [index, password] of nasty.entries()) {
      const user = `user ${index} é@'\\"`;
      server.sql(`DROP ROLE IF EXISTS "${user.replaceAll('"', '""')}"; CREATE ROLE "${user.replaceAll('"', '""')}" LOGIN PASSWORD '${password.replaceAll("'", "''")}'`);
      const { facts, output } = await runScript(`${prelude}fact user "$(db -e 'SELECT current_user')"`, { shell: name.split(' '), env, secret: server.url('shop', user, password) });
      expect([password, output, facts.get('user')]).toEqual([password, '', [user]]);
    }
  });

  test('one with a line break is refused in one line', async () => {
    const { code, output } = await runScript(prelude, { secret: server.url('shop', 'app', 'line\nbreak') });
    expect([code, output]).toEqual([1, 'the database URL holds a password with a line break, which the clients of PostgreSQL cannot be given\n']);
  });

  test.each([
    ['an env file', (url: string) => `# DATABASE_URL=old\nDATABASE_URL=${url}\n`],
    ['one with quotes', (url: string) => `export DATABASE_URL="${url}"  # the database\r\n`],
  ])('is read from %s', async (_, file) => {
    const path = join(folder, "it's .env");
    writeFileSync(path, file(server.url('shop')));
    const { facts, output } = await runScript(`${postgresPrelude({ kind: 'env-file', file: path, key: 'DATABASE_URL' })}fact user "$(db -e 'SELECT current_user')"; fact name "$database"`);
    expect([output, facts.get('user'), facts.get('name')]).toEqual(['', ['app'], ['shop']]);
  });

  const login = `app:${encoded(appPassword)}`;
  test.each<[string, (at: Server) => string, address: string]>([
    ['plain', ({ port }) => `postgres://${login}@127.0.0.1:${port}/shop?sslmode=prefer&charset=utf8`, '127.0.0.1'],
    ['with a socket as host', ({ port, socket }) => `postgresql://${login}@/shop?host=${encoded(socket)}&port=${port}`, ''],
    ['with a socket in the authority', ({ port, socket }) => `postgresql+asyncpg://${login}@${encoded(socket)}:${port}/shop?ssl=disable`, ''],
    ['with a host that the query overrides', ({ port }) => `postgresql+psycopg://${login}@nowhere.invalid:${port}/shop?host=127.0.0.1`, '127.0.0.1'],
    ['with several hosts', ({ port }) => `postgresql://${login}@127.0.0.1:1,127.0.0.1:${port}/shop`, '127.0.0.1,127.0.0.1'],
    ['with several hosts, as SQLAlchemy has them', ({ port }) => `postgresql://${login}@/shop?host=127.0.0.1:1&host=127.0.0.1:${port}`, '127.0.0.1,127.0.0.1'],
    ['without encoding', ({ port }) => `postgresql://plain:p@s:s#w@127.0.0.1:${port}/shop`, '127.0.0.1'],
    ['with options', ({ port }) => `postgresql://${login}@127.0.0.1:${port}/shop?options=-csearch_path%3Dapp%2Cpublic&application_name=x`, '127.0.0.1'],
  ])('a URL %s is understood', async (what, url, address) => {
    server.sql("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN PASSWORD 'p@s:s#w'");
    const ask = `${prelude}fact at "$database $database_address"; db -e "SELECT current_user, current_database()" | facts who; fact path "$(db -e 'SHOW search_path')"`;
    const { facts, output } = await runScript(ask, { secret: url(server) });
    expect([output, facts.get('at'), facts.get('who')]).toEqual(['', [`shop ${address}`], [`${what === 'without encoding' ? 'plain' : 'app'} shop`]]);
    if (what === 'with options') expect(facts.get('path')).toEqual(['app,public']);
  });

  test.each(['mysql://a:b@c/d', 'postgresql://a:b@c', 'postgresql:/x', ''])('%s is refused, and not repeated', async (secret) => {
    const { code, output } = await runScript(prelude, { secret });
    expect([code, output.split('\n').length]).toEqual([1, 2]);
    expect(output).toMatch(/^the database URL (is not one of postgresql:\/\/|names no database)\n$/);
  });

  test('what libpq reads of its own accord does not win: environment, .pgpass, service, .psqlrc', async () => {
    writeFileSync(join(folder, '.pgpass'), '*:*:*:*:wrong\n', { mode: 0o600 });
    writeFileSync(join(folder, '.psqlrc'), '\\echo from-psqlrc\n');
    const env = { ...process.env, HOME: folder, PGUSER: 'nobody', PGHOST: 'nowhere.invalid', PGOPTIONS: '-c search_path=wrong', PGSERVICE: 'none', PGDATABASE: 'none', PGPASSWORD: 'wrong' };
    const { facts, output } = await runScript(`${prelude}fact user "$(db -e 'SELECT current_user')"`, { secret: server.url('shop'), env });
    expect([output, facts.get('user')]).toEqual(['', ['app']]);
  });

  test('every program takes them, several connections at once too', async () => {
    server.sql('CREATE TABLE IF NOT EXISTS t (id int); GRANT SELECT ON t TO app', 'shop');
    const { code, output, facts } = await runScript(`${prelude}pg_run pg_dump "$database" '' -Fd -j 3 -f ${join(folder, 'dump')}
fact other "$(db_on postgres '' -e 'SELECT current_database()')"
! db_on postgres 127.0.0.2 -e 'SELECT 1' 2>/dev/null || exit 9
fact listed "$(pg_run pg_restore "$database" '' -l ${join(folder, 'dump')} | grep -c ' TABLE public t ')"`, { secret: server.url('shop') });
    expect([code, output, facts.get('other'), facts.get('listed')]).toEqual([0, '', ['postgres'], ['1']]);
  });

  test('the client stops at the first error, tells values exactly, and obeys no meta-command', async () => {
    const script = `${prelude}db -e "SELECT 'a', E'b', NULL, true; SELECT timestamptz '2026-01-01 00:00+01', 0.1::float4, 1e300::float8, 'NaN'::float8, '\\\\x00'::bytea" | facts row
for text in '\\! echo obeyed' 'SELECT 1 \\! echo obeyed' '\\o | echo obeyed' '\\i /etc/hostname' 'SELECT 2 \\g | echo obeyed'; do
  db -e "$text" && echo passed
  printf '%s\\n' "$text" | db && echo passed
done
db -e 'SELECT 1/0; SELECT 3' || fact stopped yes
`;
    const { facts, output } = await runScript(`set +e\n${script}`, { secret: server.url('shop') });
    expect(facts.get('row')).toEqual(['a b  t', '2025-12-31 23:00:00+00 0.1 1e+300 NaN \\x00']);
    expect(output).not.toMatch(/^(obeyed|passed|3)$/m);
    expect(facts.get('stopped')).toEqual(['yes']);
  });

  test('the password is in no argument, environment or file while clients run', async () => {
    const password = 'canary-7f3a91';
    server.sql(`DROP ROLE IF EXISTS quiet; CREATE ROLE quiet LOGIN PASSWORD '${password}'`);
    const shm = () => readdirSync('/dev/shm').filter((name) => name.startsWith('tmp.'));
    const before = shm();
    const running = runScript(`${prelude}db -e 'SELECT pg_sleep(2), 1 AS rollback_watch'`, { secret: `postgresql://quiet:${password}@127.0.0.1:${server.port}/shop` });
    let seen = 0;
    const leaks: string[] = [];
    for (let ended = false; !ended;) {
      ended = await Promise.race([running.then(() => true), new Promise<boolean>((resolve) => { setTimeout(() => resolve(false), 20); })]);
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
        for (const file of ['cmdline', 'environ']) {
          let text = '';
          try { text = readFileSync(`/proc/${pid}/${file}`, 'latin1'); } catch { continue; }
          if (text.includes("user='quiet'")) seen += 1;
          if (text.includes(password)) leaks.push(`${pid} ${file}`);
        }
      }
    }
    expect(seen).toBeGreaterThan(0);
    expect(leaks).toEqual([]);
    expect(shm()).toEqual(before);
  });
});
