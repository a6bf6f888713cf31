import { describe, expect, test } from 'vitest';
import type { DataFacts } from '../../../src/methods/git/assess-data.ts';
import type { Looked } from '../../../src/databases/look.ts';
import { mysql } from '../../../src/databases/mysql.ts';
import { closeData, dataAsFound, planData } from '../../../src/methods/git/data.ts';
import type { Way } from '../../../src/migrations/tool.ts';
import { read } from '../../inputs/good.ts';
import { database, databaseOnly, gitFacts, v2, v3 } from './facts.ts';

const begun = { run: '42-1', actor: 'octocat', from: v3, to: v2, startedAt: Date.parse('2026-11-23T10:15:00.123Z') };
const way: Way = { movements: [{ id: 'migrate-down-c3', title: 'Down c3', down: 'go down', up: 'go up' }], migrations: [], sql: 'ALTER TABLE jobs DROP COLUMN x;', asFound: 'fact as-found revisions\n' };
const nothing: Way = { movements: [], migrations: [], sql: '', asFound: '' };
const looked: Looked = { host: 'web-1', engine: mysql, source: { kind: 'env-file', file: '/var/www/green-matchers/.env', key: 'DATABASE_URL' }, facts: new Map() };
const data = (over: Partial<DataFacts> = {}, isKnown = true): DataFacts => ({ way, keptAside: false, notes: [], found: [], ...(isKnown ? { database: looked } : {}), ...over });
const known = { 'env-file': '.env', migrations: 'alembic', 'migrations-dir': 'backend' };
const facts = gitFacts({ 'web-1': { facts: database }, 'web-2': {} });
const plan = (over: Readonly<Record<string, string>>, facts_ = facts, about = data()) => planData(read(over), facts_, about, begun);
const ids = (steps: readonly { readonly host: string; readonly id: string }[]): readonly string[] => steps.map(({ host, id }) => `${host} ${id}`);

describe('backups', () => {
  test.each<readonly [string, readonly string[]]>([
    ['', ['web-1 back-up-database']], ['app', ['web-1 back-up-app', 'web-2 back-up-app']], ['database\napp', ['web-1 back-up-database', 'web-1 back-up-app', 'web-2 back-up-app']], ['none', []],
  ])('%j', (backup, steps) => expect(ids(plan({ ...known, backup }).backups)).toEqual(steps));

  test('have their own time limit, the name of the run that began, and what was good', () => {
    const releases = [{ time: 1, run: '1', result: 'rolled-back', from: v3, to: '1'.repeat(40) }, { time: 2, run: '2', result: 'undone', from: v3, to: '9'.repeat(40) }];
    const [step] = plan({ ...known, 'backup-timeout': '3h', 'backup-keep': '7' }, gitFacts({ 'web-1': { facts: { ...database, releases } } })).backups;
    expect([step?.limit, step?.needsDatabase, step?.undo, step?.failure.code]).toEqual([3 * 3_600_000, true, undefined, 'backup-failed']);
    expect(step?.script).toContain('database-20261123T101500Z-3333333-42-1.');
    expect([v2, '1'.repeat(40), '9'.repeat(40)].map((sha) => step?.script.includes(`'"release":"${sha}"'`))).toEqual([true, true, false]);
  });
});

describe('migrations', () => {
  test('rows are kept before anything goes down, and counted after; an undo goes up, then brings the rows', () => {
    const steps = plan(known).migrations;
    expect(ids(steps)).toEqual(['web-1 keep-rows', 'web-1 migrate-down-c3', 'web-1 count-loss']);
    expect(steps.map(({ undo }) => undo?.title)).toEqual(['Rows and definitions as they were found', 'Take back: Down c3', undefined]);
    expect(steps.every(({ needsDatabase }) => needsDatabase)).toBe(true);
    expect([steps[1]?.script.includes('go down'), steps[1]?.undo?.script.includes('go up')]).toEqual([true, true]);
  });

  test.each<readonly [string, Readonly<Record<string, string>>, Partial<DataFacts>, readonly string[]]>([
    ['the database is there already', known, { way: nothing }, []],
    ['it is, and an interrupted run had kept rows', known, { way: nothing, keptAside: true }, ['web-1 keep-rows', 'web-1 count-loss']],
    ['where the database is cannot be told', { migrations: 'alembic', 'migrations-dir': 'backend' }, {}, ['web-1 migrate-down-c3']],
  ])('%s', (_, over, about, steps) => expect(ids(plan(over, facts, data(about, 'env-file' in over)).migrations)).toEqual(steps));

  test('run on the database host, once', () => {
    expect(ids(plan(known, gitFacts({ 'web-1': {}, 'db-1': { facts: databaseOnly } })).migrations)).toEqual(['db-1 keep-rows', 'db-1 migrate-down-c3', 'db-1 count-loss']);
    expect(plan(known, gitFacts({ 'web-1': {} })).migrations).toEqual([]);
  });

  test.each([['any', false], ['12', true]] as const)('a limit of %s rows is checked after counting: %s', (limit, checked) => {
    expect(plan({ ...known, 'max-data-loss-rows': limit }).migrations.at(-1)?.script.includes(`-gt ${limit} ]`)).toBe(checked);
  });
});

test.each<readonly [string, Readonly<Record<string, string>>, Partial<DataFacts>, readonly string[], readonly boolean[] | undefined]>([
  ['revisions, schema and rows', known, {}, [], [true, true]],
  ['revisions alone where the database cannot be reached', { migrations: 'alembic', 'migrations-dir': 'backend' }, {}, [], [true, false]],
  ['nothing where it does not change', known, { way: { ...nothing, asFound: way.asFound } }, [], undefined],
  ['where an interrupted run had kept rows', known, { way: nothing, keptAside: true }, [], [false, true]],
  ['where an interrupted run had asked', known, { way: nothing }, ['revision c3'], [false, true]],
])('as found: %s', (_, over, about, recorded, parts) => {
  const script = dataAsFound(read(over), data(about, 'env-file' in over), recorded);
  expect(script === undefined ? undefined : [script.includes(way.asFound), script.includes('as-found=%s')]).toEqual(parts);
});

test('what was kept aside goes where there is a database', () => {
  expect([closeData(read({}), { run: '42-1' }), closeData(read(known), { run: '42-1', engine: 'mysql' }) === '']).toEqual(['', false]);
});
