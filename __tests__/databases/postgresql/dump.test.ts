import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BackupPlace } from '../../../src/commands/backup.ts';
import { client } from '../../../src/databases/postgresql/client.ts';
import { dumpDatabase, readDump } from '../../../src/databases/postgresql/dump.ts';
import { databaseFacts } from '../../../src/databases/postgresql/facts.ts';
import { readManifest } from '../../../src/databases/manifest.ts';
import { runScript, type Ran } from '../script.ts';
import { rich } from './rich.ts';
import { postgresAvailable, startPostgres, type Server } from './server.ts';

describe.skipIf(!postgresAvailable())('dumping PostgreSQL', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => { server = await startPostgres(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => {
    server.createDatabase('shop');
    server.sql(rich, 'shop');
    folder = mkdtempSync(join(tmpdir(), 'rollback-backups-'));
    return () => { rmSync(folder, { recursive: true }); };
  });

  const place = (more: Partial<BackupPlace> = {}): BackupPlace => ({
    folder: join(folder, 'backups'), keep: 5, environment: 'production', app: '/srv/app', run: '42-1', release: 'a'.repeat(40), stamp: '20261123T101500Z', good: [], by: 'rollback', ...more,
  });
  const backups = () => readdirSync(join(folder, 'backups')).toSorted();
  const dump = (before = '', more: Partial<BackupPlace> = {}): Promise<Ran> => runScript(`${client({ kind: 'secret' })}${before}\n${dumpDatabase(place(more))}`, { secret: server.url('shop') });

  /** In place of a program of PostgreSQL's, a script; `REAL` is the program with its arguments. */
  function instead(program: string, script: string): string {
    const tools = join(folder, 'tools');
    mkdirSync(tools, { recursive: true });
    for (const one of readdirSync(server.programs)) {
      writeFileSync(join(tools, one), `#!/bin/sh\n${one === program ? script.replaceAll('REAL', `${server.programs}/${one} "$@"`) : `exec ${server.programs}/${one} "$@"`}\n`);
      chmodSync(join(tools, one), 0o755);
    }
    return `pg_run() { program=$1 at_database=$2; shift 3; '${tools}'/"$program" -d "$(place_of "$at_database" '')" "$@"; }\npsql='${tools}/psql'`;
  }

  test('holds everything, and its manifest tells what', async () => {
    server.sql('SET ROLE app; CREATE SCHEMA _rollback_1_1; CREATE TABLE _rollback_1_1.x (id int); CREATE TABLE "of \\ [""all"" ]" ();', 'shop');
    const { code, output, facts } = await dump(`fact found "$(fingerprint_in "$database" '')"`);
    expect([code, output]).toEqual([0, '']);
    const [location = ''] = facts.get('location') ?? [];
    expect(facts.get('bytes')).toEqual([String(statSync(location).size)]);
    expect(statSync(location).mode & 0o777).toBe(0o600);
    expect(backups()).toEqual(['database-20261123T101500Z-aaaaaaa-42-1.dump', 'database-20261123T101500Z-aaaaaaa-42-1.dump.json']);
    const manifest = readManifest(readFileSync(`${location}.json`, 'utf8'));
    expect(manifest).toMatchObject({ kind: 'database', run: '42-1', engine: 'postgresql', revision: 'c3', tables: 12, schema: facts.get('found')?.[0] });
    expect(manifest?.server).toMatch(/^PostgreSQL \d+/);
    expect(manifest?.position).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(manifest?.rows).toEqual({ alembic_version: 1, base: 1, cache: 1, companies: 2, derived: 1, events_2025: 1, events_rest: 2, jobs: 4, matches: 3, 'odd "tags': 3, "side.it's": 4, 'of \\ ["all" ]': 0 });
    expect((await dump(instead('pg_dump', 'exit 9'))).facts).toEqual(new Map([...facts].filter(([name]) => name !== 'found')));
  });

  test.each([
    ['the program fails', 'pg_dump', 'REAL; exit 3', 'the dump program failed'],
    ['its end is missing, though it says all is well', 'pg_dump', 'for one; do case $one in --file=*) file=${one#--file=};; esac; done; REAL; truncate -s -300 "$file"', 'the dump cannot be read to its end'],
    ['a table is missing', 'pg_dump', 'REAL --exclude-table=jobs', 'the dump does not hold the table jobs'],
    ['rows of a table are missing', 'pg_dump', 'REAL --exclude-table-data=public.matches', 'the dump does not hold the table matches'],
    ['it is empty', 'pg_dump', 'for one; do case $one in --file=*) : > "${one#--file=}";; esac; done', 'the dump cannot be read to its end'],
  ])('is refused, and leaves nothing behind, when %s', async (_, program, script, message) => {
    const { code, output, facts } = await dump(instead(program, script));
    expect([code, output.trimEnd().split('\n').at(-1), facts.get('location'), backups()]).toEqual([1, message, undefined, []]);
  });

  test.skipIf(process.getuid?.() !== 0)('is refused on a full disk, and leaves the disk as it was', async () => {
    server.sql("INSERT INTO \"odd \"\"tags\" SELECT g, md5(g::text) FROM generate_series(1, 9000) g".replace('md5(g::text)', 'left(md5(g::text), 20)'), 'shop');
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    try {
      const { code, output } = await dump('', { folder: small });
      expect(code).toBe(1);
      expect(output).toMatch(/No space left/);
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });

  test('one cut at any of 60 places is not read to its end', async () => {
    const location = (await dump()).facts.get('location')?.[0] ?? '';
    const whole = readFileSync(location);
    const cut = (at: number) => { const file = join(folder, `cut-${at}`); writeFileSync(file, whole.subarray(0, at)); return file; };
    const files = Array.from({ length: 60 }, (_, index) => cut(Math.floor((whole.length * index) / 60)));
    const { facts } = await runScript(`${client({ kind: 'secret' })}${readDump}for one in ${location} ${files.join(' ')}; do if dump_contents "$one" >/dev/null 2>&1; then fact read "$one"; fi; done`, { secret: server.url('shop') });
    expect(facts.get('read')).toEqual([location]);
  });

  test('facts for the assessment', async () => {
    server.sql('CREATE TABLE hidden (id int); SET ROLE app; CREATE SCHEMA _rollback_1_1; ANALYZE jobs', 'shop');
    const { code, output, facts } = await runScript(client({ kind: 'secret' }) + databaseFacts(8192), { secret: server.url('shop') });
    expect([code, output]).toEqual([0, '']);
    expect([facts.get('database-reachable'), facts.get('database-name'), facts.get('database-kept')]).toEqual([['yes'], ['shop'], ['_rollback_1_1']]);
    expect(facts.get('database-server')?.[0]).toMatch(/^PostgreSQL \d/);
    expect(Number(facts.get('database-bytes')?.[0])).toBeGreaterThan(100_000);
    expect(facts.get('database-table')?.map((line) => line.replace(/ \d+ heap /, ' - heap '))).toEqual([
      '1 exact - heap alembic_version', '1 exact - heap base', '1 exact - heap cache', '2 exact - heap companies', '1 exact - heap derived', '1 exact - heap events_2025', '2 exact - heap events_rest', '0 estimate - heap hidden', '4 exact - heap jobs', '3 exact - heap matches', '3 exact - heap odd "tags', "4 exact - heap side.it's",
    ]);
    expect(facts.get('database-missing-privilege')).toEqual(['SELECT on hidden', 'ownership of hidden']);
    server.sql("INSERT INTO matches SELECT 1, g, 0 FROM generate_series(10, 400) g; ANALYZE matches", 'shop');
    expect((await runScript(client({ kind: 'secret' }) + databaseFacts(8192), { secret: server.url('shop') })).facts.get('database-table')?.find((line) => line.endsWith('matches'))).toMatch(/^394 estimate /);
    const unreachable = await runScript(client({ kind: 'secret' }) + databaseFacts(0), { secret: server.url('none') });
    expect([unreachable.code, unreachable.facts.get('database-reachable'), unreachable.facts.get('database-error')?.[0]]).toEqual([0, ['no'], expect.stringContaining('database "none" does not exist')]);
  });
});
