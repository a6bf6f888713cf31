import { describe, expect, test } from 'vitest';
import type { Looked } from '../../../src/databases/look.ts';
import { namesFor } from '../../../src/databases/restoring.ts';
import { undo, type Executor } from '../../../src/execute.ts';
import type { RestoreFacts } from '../../../src/methods/database/assess.ts';
import { planRestore } from '../../../src/methods/database/plan.ts';
import type { Step } from '../../../src/plan.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { fakeEngine } from '../../fakes/engine.ts';
import { FakeHost } from '../../fakes/host.ts';
import { read } from '../../inputs/good.ts';
import { database, databaseOnly, gitFacts, v2, v3 } from '../git/facts.ts';

const begun = { run: '42-1', actor: 'octocat', from: v3, to: v3, startedAt: 0, backup: '/b/database-1.sql.gz', live: 'shop' };
const looked: Looked = { host: 'web-1', engine: fakeEngine, source: { kind: 'env-file', file: '/app/.env', key: 'DATABASE_URL' }, facts: new Map() };
const manifest = { kind: 'database', environment: 'production', app: '/app', run: '1', release: v2, time: '2026-11-25T00:00:00Z', bytes: 10, sha256: 'f'.repeat(64), tables: 2, rows: { jobs: 3, "it's": 1 }, revision: 'b2', schema: '5c' } as const;
const names = namesFor('shop', '42-1');
const restore = (over: Partial<RestoreFacts['restoring']> = {}): RestoreFacts => ({
  database: looked, begun, isThere: false, durations: { dump: 1000, restore: 2000, compare: 3000 }, restored: { backup: begun.backup, used: names.restored, kept: 'shop', dataOnly: true }, notes: [], found: [],
  restoring: { engine: 'mysql', names, cutover: 'repoint', admin: 'socket', backup: { path: begun.backup, bytes: 10, manifest }, ...over },
});
const known = { method: 'database', 'env-file': '.env', services: 'api\nworker', reload: 'nginx' };
const hosts = gitFacts({ 'web-1': { facts: database }, 'web-2': {} });
const plan = (over: Readonly<Record<string, string>> = {}, about = restore(), facts = hosts) => planRestore(read({ ...known, ...over }), facts, about, { environment: '', begun, asFound: [] });
const ids = (steps: readonly Pick<Step, 'host' | 'id'>[]): readonly string[] => steps.map(({ host, id }) => `${host} ${id}`);
const stages = (over?: Readonly<Record<string, string>>, about?: RestoreFacts, facts = hosts) => Object.fromEntries(plan(over, about, facts).stages.map(({ name, steps }) => [name, ids(steps)]));

describe('a restore', () => {
  test('does its work beside, then stops the writers, and changes places at once', () => {
    expect(stages()).toEqual({
      'Back up': ['web-1 back-up-database'],
      'Keep state': ['web-1 keep', 'web-2 keep'],
      'Restore beside': ['web-1 prove-backup', 'web-1 restore', 'web-1 compare', 'web-1 count-loss'],
      'Stop writers': ['web-1 stop', 'web-2 stop'],
      'Keep writers out': ['web-1 fence', 'web-1 export-loss'],
      'Cut over': ['web-1 repoint', 'web-2 repoint'],
      'First host: web-1': ['web-1 restart'],
      'Other hosts': ['web-2 restart'],
      Reload: ['web-1 reload-nginx.service', 'web-2 reload-nginx.service'],
    });
    expect(plan().stages.filter(({ touches }) => touches).map(({ name }) => name)[0]).toBe('Stop writers');
  });

  test('swaps on the database host alone', () => {
    expect(stages({ cutover: 'swap' }, restore({ cutover: 'swap' }))['Cut over']).toEqual(['web-1 swap']);
  });

  test('takes the code along where a commit is given', () => {
    expect(stages({ commit: v2 })['First host: web-1']).toEqual(['web-1 checkout', 'web-1 restart']);
  });

  test('has a database host of its own, whose env file changes as well', () => {
    const own = stages({}, { ...restore(), database: { ...looked, host: 'db-1' } }, gitFacts({ 'web-1': {}, 'db-1': { facts: databaseOnly } }));
    expect(own['Restore beside']).toEqual(['db-1 prove-backup', 'db-1 restore', 'db-1 compare', 'db-1 count-loss']);
    expect(own['Stop writers']).toEqual(['web-1 stop']);
    expect(own['Cut over']).toEqual(['web-1 repoint', 'db-1 repoint']);
  });

  test('is undone backwards: nobody writes while the data changes places again', async () => {
    const { stages: all } = plan({ cutover: 'swap', commit: v2 }, restore({ cutover: 'swap' }));
    const host = new FakeHost('web-1');
    const by: Executor = { hosts: new Map([['web-1', host], ['web-2', new FakeHost('web-2')]]), clock: new FakeClock(), log: { info() {}, warning() {}, error() {}, group() {} }, parallel: 4, prove: async () => [], onTouch() {}, record() {} };
    await undo({ stages: all }, new Set(all.flatMap(({ steps }) => steps.map(({ host: on, id }) => `${on} ${id}`))), 60_000, by);
    expect(host.ran).toEqual(['undo-restart', 'undo-checkout', 'undo-swap', 'undo-fence', 'undo-keep']);
  });

  test('is proved by its manifest, and compared with it', () => {
    const script = (id: string, about = restore()) => plan({}, about).stages.flatMap(({ steps }) => steps).find((step) => step.id === id)?.script ?? '';
    expect(script('prove-backup')).toContain('f'.repeat(64));
    for (const part of ["'3 jobs' '1 it'\\''s'", '[ "$tables" = 2 ]', "[ \"$revisions\" = 'b2' ]", "= '5c' ]"]) expect(script('compare')).toContain(part);
    const foreign = restore({ backup: { path: '/b/x.sql', bytes: 10 } });
    expect(script('prove-backup', foreign)).toContain('prove a foreign dump');
    expect(script('compare', foreign)).not.toContain('$revisions');
    expect(script('restore')).toContain(`restore into ${names.restored}`);
    expect(script('export-loss')).toContain(`rows of shop that are not in ${names.restored}, exported to /var/backups/green-matchers/lost-rows-42-1.sql.gz`);
  });

  test.each([['any', false], ['12', true]] as const)('a limit of %s rows holds before anything is touched and after the writers are out', (limit, checked) => {
    const all = plan({ 'max-data-loss-rows': limit }).stages.flatMap(({ steps }) => steps);
    for (const id of ['count-loss', 'export-loss']) expect(all.find((step) => step.id === id)?.script.includes(`-gt ${limit} ]`)).toBe(checked);
  });

  test('tells how long its long steps take', () => {
    const all = plan().stages.flatMap(({ steps }) => steps).filter(({ estimate }) => estimate !== undefined);
    expect(all.map(({ id, estimate }) => [id, estimate])).toEqual([['back-up-database', 1000], ['restore', 2000], ['compare', 3000], ['count-loss', 3000], ['export-loss', 3000]]);
  });
});
