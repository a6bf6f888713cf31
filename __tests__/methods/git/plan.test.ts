import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { undo, type Executor } from '../../../src/execute.ts';
import type { GitFacts } from '../../../src/methods/git/assess.ts';
import { changedDependencies, type PlanContext } from '../../../src/methods/git/parts.ts';
import { planGit, type DataSteps } from '../../../src/methods/git/plan.ts';
import type { Plan, Step } from '../../../src/plan.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { FakeHost } from '../../fakes/host.ts';
import { read } from '../../inputs/good.ts';
import { database, databaseOnly, gitFacts, v2, v3 } from './facts.ts';

const begun = { run: '42-1', actor: 'octocat', from: v3, to: v2, startedAt: 0 };
const context: PlanContext = { environment: 'export A=1\n', begun, asFound: [] };
const dataStep = (host: string, id: string, back?: string): Step => ({
  id, host, title: id, script: id, limit: 1, failure: { code: 'step-failed', fix: '' }, ...(back === undefined ? {} : { undo: { title: back, script: back, limit: 1 } }),
});
const dataOn = (host: string): DataSteps => ({ backups: [dataStep(host, 'back-up-database')], migrations: [dataStep(host, 'keep-rows', 'rows back'), dataStep(host, 'migrate-down', 'migrate up')] });
const none: DataSteps = { backups: [], migrations: [] };
const installing = { 'install-command': 'pip install -r requirements.txt', services: 'api\nworker', reload: 'nginx' };
const stagesOf = (facts: GitFacts, over: Readonly<Record<string, string>>, data: DataSteps = none, around = context): Plan =>
  planGit(read({ hosts: 'deploy@web-1', ...over }), facts, data, around);
const shape = (plan: Plan): readonly string[] => plan.stages.map(({ name, steps }) => `${name}: ${steps.map(({ host, id }) => `${host} ${id}`).join(', ')}`);
const dependency = { changed: ['app.py', 'backend/requirements.txt'] };

test('everything there can be, in its order; only what can make production differ touches it', () => {
  const plan = stagesOf(gitFacts({ 'web-1': { ...dependency, facts: database }, 'web-2': { toFetch: true, changed: [] } }), { ...installing, virtualenv: 'venv' }, dataOn('web-1'));
  expect(shape(plan)).toEqual([
    'Fetch: web-2 fetch',
    'Back up: web-1 back-up-database',
    'Keep state: web-1 keep, web-2 keep',
    'Database: web-1 keep-rows, web-1 migrate-down',
    'First host: web-1: web-1 packages, web-1 checkout, web-1 install, web-1 restart',
    'Other hosts: web-2 checkout, web-2 restart',
    'Reload: web-1 reload-nginx.service, web-2 reload-nginx.service',
  ]);
  expect(plan.stages.map(({ touches, untimed, prove }) => [touches, untimed === true, prove])).toEqual([
    [false, false, []], [false, true, []], [false, false, []], [true, true, []], [true, false, ['web-1']], [true, false, ['web-2']], [true, false, []],
  ]);
});

test('the least there can be', () => {
  expect(shape(stagesOf(gitFacts({ 'web-1': {} }), {}))).toEqual(['Keep state: web-1 keep', 'First host: web-1: web-1 checkout']);
  expect(stagesOf(gitFacts({}), {})).toEqual({ stages: [] });
});

test('no step is named twice on a host, and every name is a file name there', () => {
  const plan = stagesOf(gitFacts({ 'web-1': { ...dependency, toFetch: true, facts: database } }), { ...installing, reload: 'nginx\nphp-fpm' }, dataOn('web-1'));
  const ids = plan.stages.flatMap(({ steps }) => steps.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9][a-z0-9.-]*$/.test(`undo-${id}`))).toEqual([]);
});

describe('an undo', () => {
  const undone = async (over: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const plan = stagesOf(gitFacts({ 'web-1': { ...dependency, facts: database } }), { ...installing, ...over }, dataOn('web-1'));
    const titles: string[] = [];
    const executor: Executor = {
      hosts: new Map([['web-1', new FakeHost('web-1')]]), clock: new FakeClock(), parallel: 1, prove: async () => [], onTouch: () => undefined,
      log: { info: (line) => titles.push(line), warning: () => undefined, error: () => undefined, group: () => undefined }, record: () => undefined,
    };
    await undo(plan, new Set(plan.stages.flatMap(({ steps }) => steps.map(({ host, id }) => `${host} ${id}`))), 1000, executor);
    return titles;
  };

  test('goes code, packages, database, and services last, on what is found again', async () => {
    expect(await undone({ virtualenv: 'venv' })).toEqual([
      'web-1: Check out what was found (3333333)', 'web-1: Bring the virtualenv back', 'web-1: migrate up', 'web-1: rows back', 'web-1: Services on the found release',
    ]);
  });

  test('installs with the found code where no virtualenv is kept', async () => {
    expect((await undone({})).slice(0, 2)).toEqual(['web-1: Check out what was found (3333333)', 'web-1: Install the found release’s dependencies']);
  });
});

describe('hosts', () => {
  const hosts = (count: number): GitFacts => gitFacts(Object.fromEntries(Array.from({ length: count }, (_, index) => [`web-${index + 1}`, {}])));
  const switching = (plan: Plan): readonly (readonly string[])[] => plan.stages.filter(({ steps }) => steps.some(({ id }) => id === 'checkout')).map(({ steps }) => steps.map(({ host }) => host));

  test.each<readonly [number, string, readonly number[]]>([
    [1, '100%', [1]], [4, '100%', [1, 3]], [4, '1', [1, 1, 1, 1]], [6, '2', [1, 2, 2, 1]], [5, '50%', [1, 2, 2]], [3, '10', [1, 2]],
  ])('%s in batches of %s: %j', (count, batch, sizes) => {
    const plan = stagesOf(hosts(count), { batch });
    expect(switching(plan).map((names) => names.length)).toEqual(sizes);
    expect(switching(plan).flat()).toEqual(hosts(count).hosts.map(({ facts: { host } }) => host));
  });

  test('the first alone, each once, each proved before the next batch, whatever the batch', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.oneof(fc.integer({ min: 1, max: 50 }).map(String), fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`)), (count, batch) => {
      const plan = stagesOf(hosts(count), { batch });
      expect(switching(plan)[0]).toEqual(['web-1']);
      expect(switching(plan).flat()).toEqual(Array.from({ length: count }, (_, index) => `web-${index + 1}`));
      expect(plan.stages.filter(({ prove }) => prove.length > 0).map(({ prove }) => prove)).toEqual(switching(plan));
    }));
  });

  test('one that serves no application gets the code before the first that does, and neither units nor proof', () => {
    const plan = stagesOf(gitFacts({ 'web-1': {}, 'web-2': {}, 'db-1': { facts: databaseOnly } }), installing, dataOn('db-1'));
    expect(shape(plan).slice(2)).toEqual([
      'Database: db-1 keep-rows, db-1 migrate-down', 'First host: web-1: db-1 checkout, web-1 checkout, web-1 restart', 'Other hosts: web-2 checkout, web-2 restart', 'Reload: web-1 reload-nginx.service, web-2 reload-nginx.service',
    ]);
    expect(plan.stages[3]?.prove).toEqual(['web-1']);
    const keep = (host: string): string => JSON.stringify(plan.stages.flatMap(({ steps }) => steps).filter((step) => step.host === host && step.id === 'keep'));
    expect([/api\.service/, /reload 'nginx/].map((units) => [units.test(keep('web-1')), units.test(keep('db-1'))])).toEqual([[true, false], [true, false]]);
  });
});

describe('dependencies', () => {
  const changed = (paths: readonly string[] | undefined, over: Readonly<Record<string, string>> = {}): readonly string[] =>
    changedDependencies(read(over), { changed: paths, toFetch: false, facts: gitFacts({ a: {} }).hosts[0]?.facts ?? expect.fail() });

  test.each<readonly [string, boolean]>([
    ['requirements.txt', true], ['requirements-dev.txt', true], ['backend/requirements.txt', true], ['a/b/c/poetry.lock', true], ['package-lock.json', true], ['web/yarn.lock', true],
    ['requirements.md', false], ['my-requirements.txt', false], ['docs/package-lock.json.md', false], ['app.py', false], ['poetry.lock/README', false],
  ])('%s: %s', (path, counts) => expect(changed([path])).toEqual(counts ? [path] : []));

  test('of the user’s own globs', () => expect(changed(['a/deps.edn', 'requirements.txt', 'b/c/deps.edn'], { 'install-when': 'deps.edn', 'install-command': 'x' })).toEqual(['a/deps.edn', 'b/c/deps.edn']));

  test.each<readonly [string, readonly string[] | undefined, Readonly<Record<string, string>>, boolean]>([
    ['differ', ['requirements.txt'], installing, true],
    ['do not differ', ['app.py'], installing, false],
    ['cannot be compared', undefined, installing, true],
    ['differ, and nothing installs them', ['requirements.txt'], {}, false],
  ])('that %s are installed on that host: %s', (_, paths, over, installs) => {
    const ids = stagesOf(gitFacts({ 'web-1': { changed: paths }, 'web-2': { changed: [] } }), over).stages.flatMap(({ steps }) => steps.map(({ host, id }) => `${host} ${id}`)).filter((id) => /packages|install/.test(id));
    expect(ids).toEqual(installs ? ['web-1 packages', 'web-1 install'] : []);
  });

  test('are installed with the virtualenv’s programs and the application’s environment', () => {
    const install = stagesOf(gitFacts({ 'web-1': dependency }), { ...installing, virtualenv: 'venv' }).stages.flatMap(({ steps }) => steps).find(({ id }) => id === 'install');
    expect(install?.script).toContain("PATH='/var/www/green-matchers/venv/bin':$PATH; export PATH");
    expect(install?.script).toContain('export A=1');
  });
});

test('a run that is taken up writes down the first one’s line and what that one found', () => {
  const first = { run: '41-1', actor: 'hubot', from: v3, to: v2, startedAt: 5 };
  const asFound = [
    { host: 'web-1', what: 'the checkout', script: '', answer: ['commit as at first'], seen: ['commit now'] },
    { host: 'web-1', what: 'the database', script: '', needsDatabase: true as const, answer: ['rows as at first'], seen: ['rows now'] },
    { host: 'web-2', what: 'the checkout', script: '', answer: undefined, seen: undefined },
  ];
  const steps = stagesOf(gitFacts({ 'web-1': { facts: database }, 'web-2': {} }), {}, none, { ...context, begun: first, asFound }).stages.flatMap((stage) => stage.steps);
  const [one, two] = steps.filter(({ id }) => id === 'keep').map(({ script }) => script);
  expect(one).toContain('{"run":"41-1","actor":"hubot"');
  expect([one?.includes('commit as at first'), one?.includes('rows as at first'), one?.includes('now')]).toEqual([true, true, false]);
  expect(two).not.toContain('as-found-');
});
