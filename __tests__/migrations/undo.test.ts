import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { environmentOf, type DatabaseSource } from '../../src/commands/environment.ts';
import { client } from '../../src/databases/mysql/client.ts';
import { affectedBy } from '../../src/databases/mysql/affected.ts';
import { forgetAside, keepAside } from '../../src/databases/mysql/aside.ts';
import { rowChecksums, schemaFingerprint } from '../../src/databases/mysql/fingerprint.ts';
import { lostRows } from '../../src/databases/mysql/lost.ts';
import { keepWritten, restoreAside } from '../../src/databases/mysql/restore.ts';
import { alembicFacts, asFound, downgradeSql, readAlembic, readSql, takeDown, takeUp } from '../../src/migrations/alembic-scripts.ts';
import { pathDown, type DownStep } from '../../src/migrations/graph.ts';
import { runScript } from '../databases/script.ts';
import { databaseAvailable, startServer, type Server } from '../databases/server.ts';
import { newHistory, type History } from './history.ts';

const source: DatabaseSource = { kind: 'secret', exportAs: 'DATABASE_URL' };

/** Ten operations that take back a release; each is committed by itself. */
const tenBack = [
  'op.drop_index("ix_jobs_score", "jobs")', 'op.drop_column("jobs", "score")', 'op.execute("UPDATE jobs SET title = LEFT(UPPER(title), 20)")', 'op.drop_constraint("fk_matches_job", "matches", type_="foreignkey")',
  'op.drop_table("matches")', 'op.alter_column("jobs", "title", existing_type=sa.String(200), type_=sa.String(20), existing_nullable=False)', 'op.drop_column("jobs", "raw")',
  'op.execute("DELETE FROM jobs WHERE id > 2")', 'op.create_table("legacy", sa.Column("id", sa.Integer, primary_key=True))', 'op.execute("INSERT INTO legacy VALUES (1)")',
];

describe.skipIf(!databaseAvailable())('a downgrade on a real database, and its undo', () => {
  let server: Server;
  let history: History;
  beforeAll(async () => { server = await startServer(); });
  afterAll(async () => { await server.stop(); });
  beforeEach(() => {
    server.createDatabase('shop');
    history = newHistory(server.url('shop'));
    history.write('a1', { up: ['op.create_table("jobs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(20), nullable=False))'], back: ['op.drop_table("jobs")'] });
  });
  afterEach(() => { history.remove(); });

  const place = () => ({ ...history.place, environment: environmentOf(source) });
  const run = (script: string) => runScript(script, { secret: server.url('shop') });
  const must = async (script: string) => {
    const ran = await run(script);
    expect([ran.code, ran.code === 0 ? '' : ran.output]).toEqual([0, '']);
    return ran.facts;
  };
  const state = async () => {
    const facts = await must(client(source) + schemaFingerprint + rowChecksums(1e9) + asFound(place()));
    return ['schema-fingerprint', 'rows', 'as-found'].map((name) => facts.get(name));
  };
  const release = (back: readonly string[]) => {
    history.write('b2', {
      down: ['a1'], title: 'scores', back,
      up: [
        'op.alter_column("jobs", "title", existing_type=sa.String(20), type_=sa.String(200), existing_nullable=False)', 'op.add_column("jobs", sa.Column("score", sa.Float))', 'op.add_column("jobs", sa.Column("raw", sa.LargeBinary))',
        'op.create_index("ix_jobs_score", "jobs", ["score"])', 'op.create_table("matches", sa.Column("id", sa.Integer, primary_key=True), sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id", name="fk_matches_job")))',
        'op.execute("UPDATE jobs SET score = 1")',
      ],
    });
    history.write('c3', { down: ['b2'], up: ['op.add_column("jobs", sa.Column("slug", sa.String(40), unique=True))'], back: ['op.drop_column("jobs", "slug")'] });
    history.alembic('upgrade', 'heads');
    server.sql("INSERT INTO jobs VALUES (1, 'ünï', 0.1, x'00ff', 'one'), (2, REPEAT('x', 100), NULL, NULL, 'two'), (3, 'last', 3, x'27', 'three'); INSERT INTO matches VALUES (1, 1), (2, 3)", 'shop');
  };
  const plan = async (): Promise<{ readonly steps: readonly DownStep[]; readonly keep: string }> => {
    const { current, graph } = readAlembic((await must(alembicFacts(place()))).get('alembic')?.[0] ?? '');
    const path = pathDown(graph, current, ['a1']);
    if (path.kind !== 'path') throw new Error(path.why);
    const sql = readSql(await must(downgradeSql(place(), path.steps)));
    return { steps: path.steps, keep: client(source) + keepAside('42-1', affectedBy(sql)) };
  };
  const undo = async (steps: readonly DownStep[]) => {
    for (const step of steps.toReversed()) await must(`${client(source)}${keepWritten('42-1')}(\n${takeUp(place(), step)}) || say 'Taken from what was kept aside instead.'\n`);
    await must(client(source) + restoreAside('42-1'));
  };

  test('is exact after it went all the way', async () => {
    release(tenBack);
    const before = await state();
    const { steps, keep } = await plan();
    await must(keep);
    for (const step of steps) await must(takeDown(place(), step));
    const lost = await must(client(source) + lostRows('42-1'));
    expect(lost.get('lost')).toEqual(['3 jobs', '2 matches']);
    await undo(steps);
    expect(await state()).toEqual(before);
    await must(client(source) + forgetAside('42-1'));
    expect(server.sql("SHOW TABLES LIKE '\\_rollback%'", 'shop')).toBe('');
  });

  test.each([1, 2, 4, 6, 9, 10])('is exact when operation %i of ten fails', async (k) => {
    release([...tenBack.slice(0, k - 1), 'op.execute("ALTER TABLE jobs DROP COLUMN no_such_column")', ...tenBack.slice(k)]);
    const before = await state();
    const { steps, keep } = await plan();
    await must(keep);
    const [first, second] = steps;
    if (first === undefined || second === undefined) throw new Error('Two steps were expected');
    await must(takeDown(place(), first));
    const failed = await run(takeDown(place(), second));
    expect([failed.code, failed.output.trimEnd().split('\n').at(-1)]).toEqual([1, expect.stringContaining('no_such_column')]);
    await undo(steps);
    expect(await state()).toEqual(before);
  });

  test('is exact when it cannot be applied again', async () => {
    release(tenBack);
    const before = await state();
    const { steps, keep } = await plan();
    await must(keep);
    for (const step of steps) await must(takeDown(place(), step));
    history.write('b2', { down: ['a1'], up: ['op.add_column("jobs", sa.Column("raw", sa.LargeBinary))', 'raise Exception("a registry that is down")'] });
    await undo(steps);
    expect(await state()).toEqual(before);
  });
});
