import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupFolder, finishBackup, pruneBackups, type BackupPlace } from '../../src/commands/backup.ts';
import { runScript } from './shell.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "back ups'")); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha = (digit: number): string => String(digit).repeat(40);
const place = (day: number, over: Partial<BackupPlace> = {}): BackupPlace => ({
  folder: join(folder, 'app'), keep: 3, environment: 'production', app: '/srv/app', run: `${day}-1`, release: sha(day), stamp: `2026110${day}T000000Z`, good: [], by: 'backup', ...over,
});
/** Backs `text` up as a step does; `details` are a kind's own fields of the manifest. */
const backUp = (where: BackupPlace, text = 'data', kind: 'database' | 'app' = 'database') => {
  const done = runScript(`${backupFolder(where, kind, 'gz')}[ -f "$file" ] || { printf %s ${text} > "$file.part"; details='"tables":2'; }\n${finishBackup(where, kind)}`);
  expect([done.code, done.output]).toEqual([0, '']);
  return done.facts;
};
const kept = (): readonly string[] => readdirSync(join(folder, 'app')).filter((name) => !name.endsWith('.json')).map((name) => name.replace(/-2026110(\d)T.*/, ' $1')).toSorted();

test('lies whole under its name, for nobody else’s eyes, beside what is to be known of it', () => {
  const facts = backUp(place(1), 'data');
  const [location = ''] = facts.get('location') ?? [];
  const sha256 = createHash('sha256').update('data').digest('hex');
  expect(location).toBe(join(folder, `app/database-20261101T000000Z-1111111-1-1.gz`));
  expect([facts.get('backup'), facts.get('bytes'), facts.get('sha256')]).toEqual([['database'], ['4'], [sha256]]);
  expect(facts.get('manifest')).toEqual([readFileSync(`${location}.json`, 'utf8').trimEnd()]);
  expect(JSON.parse(readFileSync(`${location}.json`, 'utf8'))).toEqual({
    kind: 'database', environment: 'production', app: '/srv/app', run: '1-1', by: 'backup', verified: 'quick', release: sha(1), bytes: 4, sha256, tables: 2, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  expect([join(folder, 'app'), location, `${location}.json`].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['700', '600', '600']);
});

test('asked twice, it is made once', () => {
  const first = backUp(place(1), 'data');
  expect([...backUp(place(1), 'other')]).toEqual([...first]);
  expect(kept()).toEqual(['database 1']);
});

test('a part that was cut short is begun again', () => {
  backUp(place(2));
  const name = join(folder, 'app/database-20261101T000000Z-1111111-1-1.gz');
  writeFileSync(`${name}.part`, 'half');
  expect(backUp(place(1), 'whole').get('bytes')).toEqual(['5']);
  expect([readFileSync(name, 'utf8'), existsSync(`${name}.part`)]).toEqual(['whole', false]);
});

describe('so many are kept', () => {
  test('the newest of each kind, with their manifests', () => {
    for (const day of [1, 2, 3, 4, 5]) backUp(place(day));
    backUp(place(1), 'data', 'app');
    expect(kept()).toEqual(['app 1', 'database 3', 'database 4', 'database 5']);
    expect(readdirSync(join(folder, 'app')).filter((name) => name.endsWith('.json'))).toHaveLength(4);
  });

  test('of each application and each environment that share the folder', () => {
    backUp(place(1, { app: '/srv/other/app' }));
    backUp(place(2, { environment: 'staging' }));
    for (const day of [3, 4, 5, 6]) backUp(place(day));
    expect(kept()).toEqual(['database 1', 'database 2', 'database 4', 'database 5', 'database 6']);
  });

  test('never the one that was just made, whatever its time says', () => {
    for (const day of [6, 7, 8]) backUp(place(day));
    backUp(place(1));
    expect(kept()).toEqual(['database 1', 'database 6', 'database 7', 'database 8']);
  });

  test('and besides them the newest of a release that was good, not the older ones', () => {
    const good = { good: [sha(7), sha(1)] };
    backUp(place(1, { ...good, release: sha(1) }));
    backUp(place(2, { ...good, release: sha(1) }));
    for (const day of [3, 4, 5, 6]) backUp(place(day, { ...good, release: sha(9) }));
    expect(kept()).toEqual(['database 2', 'database 4', 'database 5', 'database 6']);
  });

  test('of a good one among them, no older one besides', () => {
    const good = { good: [sha(1), sha(5)] };
    for (const day of [1, 2, 3, 4, 5, 6]) backUp(place(day, good));
    expect(kept()).toEqual(['database 4', 'database 5', 'database 6']);
  });

  test('never one that is in use, however old', () => {
    const used = { used: [join(folder, 'app/database-20261101T000000Z-1111111-1-1.gz')] };
    for (const day of [1, 2, 3, 4, 5, 6]) backUp(place(day, used));
    expect(kept()).toEqual(['database 1', 'database 4', 'database 5', 'database 6']);
  });

  test('all, as long as nobody prunes; then as many as it is told', () => {
    const { keep, ...later } = place(6);
    for (const day of [1, 2, 3, 4, 5]) backUp({ ...later, run: `${day}-1`, release: sha(day), stamp: `2026110${day}T000000Z` });
    expect(kept()).toHaveLength(5);
    runScript(pruneBackups({ ...later, keep: keep ?? 0 }, 'database'));
    expect(kept()).toEqual(['database 3', 'database 4', 'database 5']);
  });

  test('one', () => {
    for (const day of [1, 2]) backUp(place(day, { keep: 1 }));
    expect(kept()).toEqual(['database 2']);
  });

  test('what is no backup of ours stays', () => {
    backUp(place(1));
    writeFileSync(join(folder, 'app/by-hand.sql.gz'), '');
    for (const day of [2, 3, 4]) backUp(place(day));
    expect(existsSync(join(folder, 'app/by-hand.sql.gz'))).toBe(true);
  });
});

test('a folder that only root can make is made for the SSH user', () => {
  const { output } = runScript(`as_root() { echo "root: $*"; exit 0; }\nmkdir() { return 1; }\n${backupFolder(place(1), 'app', 'gz')}`);
  expect(output).toMatch(/^root: install -d -o \S+ -g \S+ -m 0700 .*\/app\n$/);
});
