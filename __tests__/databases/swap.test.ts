import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { beside, dropAll, load, names, openScene, type Scene } from './beside-scene.ts';
import { databaseAvailable, startServer, type Server } from './server.ts';
import { shopSchema } from './shop.ts';

const accounts = ["app@'%'", "part@'%'", "wide@'%'", "looks@'%'", 'team'];

describe.skipIf(!databaseAvailable())('taking the place of the live data', () => {
  let server: Server;
  let scene: Scene;
  beforeAll(async () => {
    server = await startServer();
    server.sql("CREATE USER part@'%' IDENTIFIED BY 'x'; CREATE USER wide@'%' IDENTIFIED BY 'x'; CREATE USER looks@'%' IDENTIFIED BY 'x'; CREATE ROLE team");
  });
  afterAll(async () => { await server.stop(); });
  beforeEach(async () => {
    dropAll(server);
    server.sql(shopSchema, 'shop');
    server.sql(`GRANT SELECT, INSERT ON shop.jobs TO part@'%'; GRANT SELECT (id, title), UPDATE (title) ON shop.jobs TO part@'%'; GRANT DELETE ON shop.child TO part@'%' WITH GRANT OPTION; GRANT EXECUTE ON PROCEDURE shop.p TO part@'%';
GRANT SELECT, INSERT ON \`sh%\`.* TO wide@'%'; GRANT SELECT ON shop.* TO looks@'%'; GRANT SELECT, DELETE ON shop.* TO team; GRANT team TO looks@'%'`);
    scene = openScene(server);
    const file = await scene.dump();
    server.sql("INSERT INTO aria VALUES (9, 'since', 'one', NULL)", 'shop');
    await scene.must(load(file));
  });
  afterEach(() => {
    scene.end();
    server.sql(["part@'%'", "wide@'%'", "looks@'%'", 'team'].map((account) => `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${account}`).join(';'));
  });

  const grants = () => accounts.flatMap((account) => server.sql(`SHOW GRANTS FOR ${account}`).split('\n')).filter((line) => !line.includes('ON *.*')).map((line) => line.replace('(`title`, `id`)', '(`id`, `title`)')).toSorted();
  const objects = (database: string) => [
    server.sql(`SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = '${database}' AND table_name NOT LIKE '\\_rollback%' ORDER BY 1`),
    server.sql(`SELECT trigger_name, action_statement, definer, sql_mode FROM information_schema.triggers WHERE trigger_schema = '${database}' ORDER BY 1`),
    server.sql(`SELECT routine_name, routine_definition, definer FROM information_schema.routines WHERE routine_schema = '${database}' ORDER BY 1`),
    server.sql(`SELECT event_name, event_definition, definer FROM information_schema.events WHERE event_schema = '${database}' ORDER BY 1`),
    server.sql(`SELECT COUNT(*) FROM information_schema.key_column_usage WHERE table_schema = '${database}' AND referenced_table_schema = table_schema`),
  ];
  const events = () => server.sql("SELECT event_schema, status FROM information_schema.events WHERE event_schema LIKE 'shop%' ORDER BY 1").split('\n');
  const databases = () => server.sql("SHOW DATABASES LIKE 'shop%'").split('\n');
  const since = (database: string) => server.sql('SELECT COUNT(*) FROM aria WHERE a = 9', database);
  const whole = () => ({ grants: grants(), live: objects('shop'), events: events(), databases: databases(), since: since('shop') });

  test('rights of every level are carried to the restored data', () => {
    expect(grants().map((line) => line.replaceAll('\\', '')).filter((line) => line.includes('shop_rb')).toSorted()).toEqual([
      'GRANT ALL PRIVILEGES ON `shop_rb_0a1b2c3d`.* TO `app`@`%`', 'GRANT SELECT, SELECT (`id`, `title`), INSERT, UPDATE (`title`) ON `shop_rb_0a1b2c3d`.`jobs` TO `part`@`%`',
      'GRANT DELETE ON `shop_rb_0a1b2c3d`.`child` TO `part`@`%` WITH GRANT OPTION', 'GRANT EXECUTE ON PROCEDURE `shop_rb_0a1b2c3d`.`p` TO `part`@`%`',
      'GRANT SELECT ON `shop_rb_0a1b2c3d`.* TO `looks`@`%`', 'GRANT SELECT, DELETE ON `shop_rb_0a1b2c3d`.* TO `team`',
    ].toSorted());
  });

  test('a fence leaves only reading, and is taken off without a trace', async () => {
    const before = whole();
    await scene.must(beside.fence(names));
    await scene.must(beside.fence(names));
    for (const [user, statement] of [['part', 'INSERT INTO jobs (id) VALUES (90)'], ['part', "UPDATE jobs SET title = 'x'"], ['part', 'CALL p()'], ['wide', 'INSERT INTO none VALUES (1)']]) {
      expect(() => execFileSync('mariadb', ['--no-defaults', '-h127.0.0.1', `-P${server.port}`, `-u${user}`, '-px', 'shop', '-e', statement ?? ''], { stdio: 'pipe' })).toThrow(/denied/);
    }
    expect(execFileSync('mariadb', ['--no-defaults', '-h127.0.0.1', `-P${server.port}`, '-uwide', '-px', 'shop', '-N', '-e', 'SELECT COUNT(*) FROM none'], { encoding: 'utf8' }).trim()).toBe('0');
    expect(events()).toEqual(['shop\tSLAVESIDE_DISABLED', 'shop_rb_0a1b2c3d\tSLAVESIDE_DISABLED']);
    await scene.must(beside.unfence(names));
    await scene.must(beside.unfence(names));
    expect(whole()).toEqual(before);
    expect(existsSync(join(scene.folder, 'fence.grants'))).toBe(false);
  });

  test('whoever may write to every database is named, and nothing is taken from anybody', async () => {
    const before = grants();
    server.sql("GRANT INSERT ON *.* TO wide@'%'");
    const { code, output } = await scene.ask(beside.fence(names));
    server.sql("REVOKE INSERT ON *.* FROM wide@'%'");
    expect([code, output]).toEqual([1, expect.stringContaining('`wide`@`%`')]);
    expect(grants()).toEqual(before);
  });

  test('there and back: tables, triggers, views, routines, events, foreign keys and rights', async () => {
    const before = whole();
    await scene.must(beside.fence(names));
    await scene.must(beside.swap(names));
    expect(objects('shop')).toEqual(before.live);
    expect(objects(names.kept)).toEqual(before.live);
    expect([since('shop'), since(names.kept), databases(), events()]).toEqual(['0', '1', ['shop', names.kept], ['shop\tENABLED', `${names.kept}\tSLAVESIDE_DISABLED`]]);
    expect(grants().filter((line) => !line.includes(names.kept.replaceAll('_', '\\_')))).toEqual(before.grants.filter((line) => !line.includes('_rb')));
    expect(() => execFileSync('mariadb', ['--no-defaults', '-h127.0.0.1', `-P${server.port}`, '-uwide', '-px', names.kept, '-e', 'INSERT INTO none VALUES (1)'], { stdio: 'pipe' })).toThrow(/denied/);
    await scene.must(beside.swapBack(names));
    await scene.must(beside.unfence(names));
    expect(whole()).toEqual(before);
  });

  test.each([['swap', beside.swap(names)], ['swapBack', beside.swapBack(names)]])('%s, cut short at any point, is finished by the next try and can be taken back', async (kind, script) => {
    const before = whole();
    await scene.must(beside.fence(names));
    if (kind === 'swapBack') await scene.must(beside.swap(names));
    const tools = join(scene.folder, 'tools');
    mkdirSync(tools);
    // From its nth call on, the client cannot reach the server: to the database it is as if the script had been killed there.
    for (const program of ['mariadb', 'mariadb-dump']) {
      const real = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
      writeFileSync(join(tools, program), `#!/bin/sh\ncalls=$(cat "${tools}/calls"); echo $((calls - 1)) > "${tools}/calls"\n[ "$calls" -gt 0 ] || exit 9\nexec ${real} "$@"\n`);
      chmodSync(join(tools, program), 0o755);
    }
    let cuts = 0;
    for (let calls = 3; ; calls += 5) {
      writeFileSync(join(tools, 'calls'), String(calls));
      const { code } = await scene.ask(script, `${tools}:${process.env['PATH'] ?? ''}`);
      if (kind === 'swap' && cuts % 2 === 1) { await scene.must(beside.swapBack(names)); await scene.must(beside.swap(names)); }
      else await scene.must(script);
      const into = kind === 'swap' ? names.kept : names.restored;
      expect([calls, objects('shop'), objects(into), since(into), databases()]).toEqual([calls, before.live, before.live, kind === 'swap' ? '1' : '0', ['shop', into].sort()]);
      if (code === 0) break;
      cuts += 1;
      await scene.must(kind === 'swap' ? beside.swapBack(names) : beside.swap(names));
    }
    expect(cuts).toBeGreaterThan(3);
    if (kind === 'swap') await scene.must(beside.swapBack(names));
    await scene.must(beside.unfence(names));
    expect(whole()).toEqual(before);
    rmSync(tools, { recursive: true });
  }, 300_000);

  test('no row that was acknowledged is lost to a writer that goes on all the time', async () => {
    server.sql('CREATE TABLE written (n INT PRIMARY KEY) ENGINE=InnoDB', 'shop');
    const log = join(scene.folder, 'acknowledged');
    const { username: user, password: encoded } = new URL(server.url('shop'));
    const password = decodeURIComponent(encoded);
    const options = join(scene.folder, 'options');
    writeFileSync(options, `[client]\nuser=${user}\npassword="${password}"\nhost=127.0.0.1\nport=${server.port}\n`, { mode: 0o600 });
    const writers = [1, 2].map((writer) => spawn('sh', ['-c', `i=0; while [ $i -lt 100 ]; do i=$((i + 1)); n=$((${writer} * 1000000 + i * 1000)); seq $n $((n + 500)) | sed 's/.*/INSERT INTO written VALUES (&); SELECT &;/' | mariadb --defaults-file='${options}' -N --unbuffered shop 2>/dev/null >> '${log}'; done`]));
    while (!existsSync(log) || readFileSync(log, 'utf8').length < 2000) await new Promise((resolve) => { setTimeout(resolve, 20); });
    await scene.must(beside.fence(names));
    const held = Number(server.sql('SELECT COUNT(*) FROM written', 'shop'));
    const facts = await scene.must(`as_admin\n${beside.lost({ database: 'shop', address: '' }, { database: names.restored, address: '' })}`);
    await scene.must(beside.swap(names));
    for (const writer of writers) writer.kill('SIGKILL');
    const acknowledged = readFileSync(log, 'utf8').split('\n').filter((line) => line !== '');
    const kept = new Set(server.sql('SELECT n FROM written', names.kept).split('\n'));
    expect(acknowledged.length).toBeGreaterThan(200);
    expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    expect([kept.size, facts.get('lost')]).toEqual([held, ['1 aria', `${held} written`]]);
  }, 60_000);

  test.each([
    ['a foreign key from another database', 'CREATE DATABASE other; CREATE TABLE other.points (job INT, FOREIGN KEY (job) REFERENCES shop.jobs (id))', /points into it from another database/],
    ['a default from a sequence', 'CREATE SEQUENCE shop.s; CREATE TABLE shop.numbered (id INT DEFAULT NEXTVAL(shop.s))', /sequence/],
    ['nothing', '', undefined],
  ])('tells beforehand what keeps it from changing places: %s', async (_, change, why) => {
    server.sql(change);
    const obstacles = (await scene.must(beside.obstacles(names))).get('cannot-swap');
    server.sql('DROP DATABASE IF EXISTS other');
    if (why === undefined) expect(obstacles).toBeUndefined();
    else expect(obstacles?.join()).toMatch(why);
  });

  test('asks for rights: the first way that may, else the line that is missing for each', async () => {
    expect((await scene.must(beside.askAdmin({ url: false, cutover: 'swap' }))).get('admin')).toEqual(['socket']);
    const tools = join(scene.folder, 'no-socket');
    mkdirSync(tools);
    writeFileSync(join(tools, 'mariadb'), `#!/bin/sh\ncase "$*" in *--protocol=socket*SHOW*) echo 'sudo: a password is required' >&2; exit 1;; esac\nexec ${execFileSync('sh', ['-c', 'command -v mariadb'], { encoding: 'utf8' }).trim()} "$@"\n`);
    chmodSync(join(tools, 'mariadb'), 0o755);
    const { facts } = await scene.ask(beside.askAdmin({ url: true, cutover: 'swap' }), `${tools}:${process.env['PATH'] ?? ''}`);
    expect(facts.get('admin')).toBeUndefined();
    expect(facts.get('admin-missing')).toEqual([
      expect.stringContaining('database-admin-url'), expect.stringMatching(/GRANT ALL PRIVILEGES ON \*\.\* TO 'app'@'%' WITH GRANT OPTION$/), expect.stringMatching(/sudo: a password is required.* ALL=\(root\) NOPASSWD: .*mariadb/),
    ]);
  });
});
