import { describe, expect, test } from 'vitest';
import type { Looked } from '../../../src/databases/look.ts';
import { namesFor, type Restoring } from '../../../src/databases/restoring.ts';
import { certainLoss, judgeRestore, type Judged } from '../../../src/methods/database/judge.ts';
import { noteRestore } from '../../../src/methods/database/notes.ts';
import { fakeEngine } from '../../fakes/engine.ts';
import { read } from '../../inputs/good.ts';

const inputs = (over: Readonly<Record<string, string>> = {}) => read({ method: 'database', 'env-file': '.env', ...over });
const looked = (facts: Readonly<Record<string, readonly string[]>> = {}): Looked => ({ host: 'db-1', engine: fakeEngine, source: { kind: 'secret' }, facts: new Map(Object.entries({ 'database-bytes': ['1000000000'], ...facts })) });
const judged = (over: Partial<Judged> = {}): Judged => ({ database: looked(), admin: 'own', obstacles: [], files: new Map(), live: 'shop', ...over });
const release = 'b'.repeat(40);
const restoring = (rows?: Readonly<Record<string, number>>): Restoring => ({
  engine: 'mysql', names: namesFor('shop', '42-1'), cutover: 'repoint', admin: 'own',
  backup: { path: '/b/1', bytes: 10, manifest: { kind: 'database', environment: 'production', app: '/app', run: '1', release, time: '2026-11-25T00:00:00Z', bytes: 10, sha256: 'f'.repeat(64), revision: 'b2', ...(rows === undefined ? {} : { rows }) } },
});

describe('a restore may not begin', () => {
  test.each<readonly [string, Partial<Judged>, string | undefined, RegExp]>([
    ['where all is well it may', {}, undefined, /^$/],
    ['where nobody may create databases', { admin: undefined, database: looked({ 'admin-missing': ['GRANT CREATE ON *.* TO app', 'deploy ALL=(root) NOPASSWD: /usr/bin/mariadb'] }) }, 'no-rights', /GRANT CREATE ON \*\.\* TO app; or deploy ALL/],
    ['where the data cannot be swapped', { obstacles: ['the table x has a trigger'] }, 'step-failed', /cannot be swapped: the table x has a trigger.*cutover: repoint/],
    ['where the address cannot be changed', { files: new Map([['web-2', new Map([['env-trouble', ['it is read-only']]])]]) }, 'no-rights', /web-2.*it is read-only/],
    ['where a host uses another database', { files: new Map([['web-2', new Map([['env-database', ['other']]])]]) }, 'diverged', /names the database other, on db-1 it names shop/],
    ['unless an interrupted run had begun to change it', { live: undefined, files: new Map([['web-2', new Map([['env-database', ['other']]])]]) }, undefined, /^$/],
    ['where the server has no room', { database: looked({ 'database-free': ['900000000 /var/lib/my sql'] }) }, 'disk-full', /1144 MiB in \/var\/lib\/my sql, 858 MiB are free/],
    ['where it has', { database: looked({ 'database-free': ['1300000000 /var/lib/mysql'] }) }, undefined, /^$/],
  ])('%s', (_, over, code, words) => {
    const [failure, ...others] = judgeRestore(inputs(), judged(over));
    expect([failure?.code, others]).toEqual([code, []]);
    expect(failure === undefined ? '' : `${failure.host}: ${failure.what}: ${failure.why ?? ''}. ${failure.fix}`).toMatch(words);
  });

  test.each<readonly [string, string, Readonly<Record<string, number>> | undefined, readonly string[], RegExp | undefined]>([
    ['3,000 rows are new', '0', { jobs: 60 }, ['3060 exact 100 InnoDB jobs'], /at least 3000 rows out of live use \(3000 in jobs\), and "max-data-loss-rows" is 0/],
    ['a table is new', '10', { jobs: 60 }, ['60 exact 100 InnoDB jobs', '40 exact 9 InnoDB new matches'], /40 in new matches/],
    ['few enough are', '40', { jobs: 60 }, ['60 exact 100 InnoDB jobs', '40 exact 9 InnoDB matches'], undefined],
    ['any number may be', 'any', { jobs: 60 }, ['9060 exact 100 InnoDB jobs'], undefined],
    ['it is only an estimate', '0', { jobs: 60 }, ['9060 estimate 100 InnoDB jobs'], undefined],
    ['revisions are not data', '0', { jobs: 60 }, ['2 exact 1 InnoDB alembic_version'], undefined],
    ['the manifest does not tell', '0', undefined, ['9060 exact 100 InnoDB jobs'], undefined],
  ])('%s', (_, limit, rows, tables, words) => {
    const [failure] = certainLoss(inputs({ 'max-data-loss-rows': limit }), looked({ 'database-table': tables }), restoring(rows));
    if (words === undefined) expect(failure).toBeUndefined();
    else expect(failure?.what).toMatch(words);
  });
});

describe('what is said beforehand', () => {
  const say = (over: Readonly<Record<string, string>> = {}, facts: Readonly<Record<string, readonly string[]>> = {}, seconds = 10) => noteRestore(inputs(over), {
    database: looked(facts), restoring: restoring(), damaged: [{ path: '/b/2', bytes: 1 }], durations: { dump: 1000 * seconds, restore: 5000 * seconds, compare: 1000 * seconds },
    speeds: { dump: 1, restore: 1, basis: 'measured' }, usedAfter: 'shop_rb_1',
  }).join('\n');

  test('which backup, what was passed over, and how long it takes', () => {
    expect(say({}, { 'database-revisions': ['b2'] })).toBe([
      'db-1: the backup is of 2026-11-25T00:00:00Z, of release bbbbbbb, at revision b2; the application uses the database shop_rb_1 afterwards.',
      'db-1: the newer backup /b/2 is not as long as when it was made and was passed over.',
      'db-1: this will take about 80 s (dump 10 s, restore 50 s, compare 20 s; at the speed of earlier backups); the service is away only while the last rows are counted and the data changes places, about 20 s.',
    ].join('\n'));
  });

  test('that it is more than five minutes', () => expect(say({}, {}, 60)).toMatch(/about 8 min .*, which is more than 5 minutes;/));
  test('that the code that stays was deployed with another schema', () => expect(say({}, { 'database-revisions': ['d4'] })).toMatch(/deployed with revision d4, the backup is at b2: .*"commit: bbbbbbb"/));
  test('and not where the code goes back as well', () => expect(say({ commit: release }, { 'database-revisions': ['d4'] })).not.toMatch(/deployed with/));
});
