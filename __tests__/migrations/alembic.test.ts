import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alembicFacts, downgradeSql, asFound, readAlembic, readHeads, readSql, takeDown, takeUp, targetHeads } from '../../src/migrations/alembic-scripts.ts';
import { pathDown } from '../../src/migrations/graph.ts';
import type { DownStep } from '../../src/migrations/graph.ts';
import { databaseAvailable } from '../databases/server.ts';
import { runScript } from '../databases/script.ts';
import { newHistory } from './history.ts';
import type { History, Written } from './history.ts';

describe.skipIf(!databaseAvailable())('alembic', () => {
  let history: History;
  beforeEach(() => { history = newHistory(); });
  afterEach(() => { history.remove(); });

  const must = async (script: string) => {
    const ran = await runScript(script);
    expect([ran.code, ran.code === 0 ? '' : ran.output]).toEqual([0, '']);
    return ran;
  };
  const ask = async () => readAlembic((await must(alembicFacts(history.place))).facts.get('alembic')?.[0] ?? '');
  const stepsTo = async (...target: readonly string[]): Promise<readonly DownStep[]> => {
    const { current, graph } = await ask();
    const path = pathDown(graph, current, target);
    expect(path.kind).toBe('path');
    return path.kind === 'path' ? path.steps : [];
  };

  const histories: readonly (readonly [string, Readonly<Record<string, Written>>, readonly string[]])[] = [
    ['a line', { a: {}, b: { down: ['a'] }, c: { down: ['b'] } }, ['a']],
    ['two branches', { a: {}, b: { down: ['a'] }, c: { down: ['a'] }, d: { down: ['b'] } }, []],
    ['one of two branches', { a: {}, b: { down: ['a'] }, c: { down: ['a'] }, d: { down: ['c'] } }, ['c', 'b']],
    ['a merge', { a: {}, b: { down: ['a'] }, c: { down: ['a'] }, m: { down: ['b', 'c'] }, n: { down: ['m'] } }, ['a']],
    ['a merge beside a child of one of its parents', { a: {}, b: { down: ['a'] }, c: { down: ['a'] }, m: { down: ['b', 'c'] }, x: { down: ['b'] } }, ['x', 'c']],
    ['several bases', { a: {}, b: { down: ['a'] }, x: {}, y: { down: ['x'] } }, ['b']],
    ['dependencies between branches', { a: {}, b: { down: ['a'], depends: ['y'] }, x: { labels: ['other'] }, y: { down: ['x'] }, z: { down: ['y'], depends: ['a'] } }, ['y', 'a']],
    ['a dependency by label', { x: { labels: ['other'] }, a: {}, b: { down: ['a'], depends: ['other'] } }, []],
  ];

  test.each(histories)('goes down one revision at a time and up again: %s', async (_, revisions, target) => {
    for (const [id, revision] of Object.entries(revisions)) history.write(id, revision);
    history.alembic('upgrade', 'heads');
    const found = (await ask()).current;
    const steps = await stepsTo(...target);
    expect(steps.length).toBeGreaterThan(0);
    const down = await must(steps.map((step) => takeDown(history.place, step)).join(''));
    expect(down.facts.get('alembic-current')?.map(readHeads)).toEqual(steps.map(({ after }) => after));
    const up = await must(steps.toReversed().map((step) => takeUp(history.place, step)).join(''));
    expect(up.facts.get('alembic-current')?.map(readHeads).at(-1)).toEqual(found);
    expect((await must(asFound(history.place))).facts.get('as-found')).toEqual(found.map((revision) => `revision ${revision}`));
  });

  test('tells the graph as the code has it, without a trace in the checkout', async () => {
    history.write('a', { title: 'First, with "quotes" and ünïcode' });
    history.write('b', { down: ['a'], back: undefined });
    history.write('c', { down: ['b'], back: ['raise NotImplementedError("no")'] });
    history.write('d', { down: ['c'], back: ['"""Nothing."""', 'pass'] });
    history.write('e', { down: ['d'], up: [], back: [] });
    history.write('f', { down: ['e'], labels: ['front'] });
    history.alembic('upgrade', 'd');
    const { current, graph } = await ask();
    expect(current).toEqual(['d']);
    expect([...graph.values()].map(({ id, downgrade }) => `${id} ${downgrade}`).sort()).toEqual(['a present', 'b missing', 'c raises', 'd empty', 'e present', 'f present']);
    expect(graph.get('a')).toEqual({ id: 'a', down: [], depends: [], labels: ['front'], title: 'First, with "quotes" and ünïcode', downgrade: 'present' });
    expect(readdirSync(join(history.appDir, 'apps/backend/alembic/versions'))).not.toContain('__pycache__');
  });

  test('a database that was never migrated is at no revision, and asking leaves it so', async () => {
    history.write('a', {});
    expect((await ask()).current).toEqual([]);
    expect(existsSync(join(history.appDir, 'database.sqlite'))).toBe(true);
    expect((await ask()).current).toEqual([]);
  });

  test('what alembic says against it is told', async () => {
    history.write('b', { down: ['nowhere'] });
    const { facts } = await must(alembicFacts(history.place));
    expect(facts.get('alembic')).toBeUndefined();
    expect(facts.get('alembic-error')?.[0]).toContain('nowhere');
  });

  test('a database that does not answer is told apart from migrations that cannot be read', async () => {
    history.write('a', {});
    const facts = (await must(alembicFacts({ ...history.place, environment: "export DATABASE_URL='mysql+pymysql://app:pass-7f3a@127.0.0.1:1/x'\n" }))).facts;
    const { databaseError = '', graph } = readAlembic(facts.get('alembic')?.[0] ?? '');
    expect([...graph.keys()]).toEqual(['a']);
    expect(databaseError).toMatch(/^OperationalError: .*Can't connect to MySQL server/);
    expect(databaseError).not.toContain('pass-7f3a');
  });

  test('a step that was done is not done again; one that begins elsewhere is refused, naming all three', async () => {
    for (const [id, below] of [['a', []], ['b', ['a']], ['c', ['b']]] as const) history.write(id, { down: below });
    history.alembic('upgrade', 'c');
    const [toB, toA] = await stepsTo('a');
    if (toA === undefined || toB === undefined) throw new Error('Two steps were expected');
    const refused = await runScript(takeDown(history.place, toA));
    expect(refused.code).toBe(1);
    expect(refused.output.trimEnd().split('\n').at(-1)).toBe('the database is at c: neither at b, where this begins, nor at a, where it ends');
    await must(takeDown(history.place, toB));
    const again = await must(takeDown(history.place, toB));
    expect(again.output).not.toContain('Running downgrade');
    expect(again.facts.get('alembic-current')).toEqual(['["b"]']);
    // The undo of a step that was never begun.
    expect((await must(takeUp(history.place, toA))).facts.get('alembic-current')).toEqual(['["b"]']);
  });

  test('a downgrade that fails is a failure, and so is an upgrade', async () => {
    history.write('a', {});
    history.write('b', { down: ['a'], up: ['op.execute("select 1 / :nothing")'], back: ['raise_this_is_not_defined()'] });
    history.alembic('stamp', 'b');
    const [step] = await stepsTo('a');
    if (step === undefined) throw new Error('One step was expected');
    const { code, output } = await runScript(takeDown(history.place, step));
    expect([code, output.trimEnd().split('\n').at(-1)]).toEqual([1, "NameError: name 'raise_this_is_not_defined' is not defined"]);
    history.alembic('stamp', 'a');
    history.write('b', { down: ['a'], up: ['raise Exception("up fails")'] });
    expect((await runScript(takeUp(history.place, step))).code).toBe(1);
  });

  test('the target\'s heads come from its own tree, which is removed', async () => {
    history.write('a', {});
    history.write('x', {});
    const first = history.commit();
    history.write('b', { down: ['a'] });
    history.commit();
    const before = readdirSync(tmpdir()).length;
    const { facts } = await must(targetHeads(history.place, `"${history.appDir}/.git"`, first));
    expect(facts.get('target-heads')?.map(readHeads)).toEqual([['a', 'x']]);
    expect(readdirSync(tmpdir()).length).toBe(before);
  });

  test('a target without alembic there, and one that cannot be read', async () => {
    rmSync(join(history.appDir, 'apps'), { recursive: true });
    const empty = history.commit();
    const gitDir = `"${history.appDir}/.git"`;
    expect((await must(targetHeads(history.place, gitDir, empty))).facts.get('target-heads-none')).toEqual(['yes']);
    expect((await must(targetHeads(history.place, gitDir, '0'.repeat(40)))).facts.get('target-heads-error')).toEqual(['the tree of the target could not be read']);
  });

  test('the SQL of the way down is told without touching the database', async () => {
    history.write('a', { back: ['op.execute("DROP TABLE one")'] });
    history.write('b', { down: ['a'], back: ['op.execute("DROP TABLE two")'] });
    history.write('c', { down: ['a'], back: ['op.execute("DROP TABLE three")'] });
    history.write('m', { down: ['b', 'c'], up: [], back: [] });
    history.alembic('upgrade', 'heads');
    const steps = await stepsTo('a');
    const sql = readSql((await must(downgradeSql(history.place, steps))).facts);
    expect(sql.split('\n').filter((line) => /^(?:DROP|-- Running)/.test(line))).toEqual(['-- Running downgrade m -> b, c', '-- Running downgrade b -> a', 'DROP TABLE two;', '-- Running downgrade c -> a', 'DROP TABLE three;']);
    expect((await ask()).current).toEqual(['m']);
    history.write('c', { down: ['a'], back: ['op.get_bind().execute(sa.text("select 1")).fetchall()'] });
    expect(readSql((await must(downgradeSql(history.place, steps))).facts)).toBe('');
  });
});
