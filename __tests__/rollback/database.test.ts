import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { answering, everywhere, leftBehind } from './evidence.ts';
import { live, openDataScene, type DataScene } from './data-scene.ts';
import { inputsFor } from './inputs.ts';
import { runAction, type Ended } from './runner.ts';

const available = await fleetAvailable();

describe.skipIf(!available).each(['mariadb', 'postgresql'] as const)('the data of a production on %s', (engine) => {
  let scene: DataScene;
  beforeAll(async () => {
    scene = await openDataScene(engine);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const run = (over: Readonly<Record<string, string>> = {}): Promise<Ended> => runAction(inputsFor(scene.production, { method: 'database', ...over }));
  const look = async () => ({ ...(await snapshot(scene.production)), named: await scene.named(), answers: await answering(scene.production) });
  const addCareers = (from: number, count: number) => scene.sql(engine === 'mariadb'
    ? `INSERT INTO careers (id, name, description) SELECT seq, CONCAT('Career ', seq), 'a \\' \\\\ 💚' FROM seq_${from}_to_${from + count - 1}`
    : `INSERT INTO careers (id, name, description) SELECT n, 'Career ' || n, E'a \\' \\\\ 💚' FROM generate_series(${from}, ${from + count - 1}) n`);

  test('goes back to before a deployment with two migrations, once 3,000 new rows may go', async () => {
    const path = await scene.backUp('v2');
    const wanted = (await snapshot(scene.production)).database.tables;
    await scene.production.deploy('v3-good');
    await addCareers(1001, 3000);
    const before = await look();

    const refused = await run({ commit: 'v2' });
    expect({ code: refused.code, result: refused.outputs['result'], reason: refused.outputs['reason-code'] }).toEqual({ code: 1, result: 'refused', reason: 'data-loss' });
    expect(refused.summary).toContain('3000 in careers');
    expect(await look()).toEqual(before);
    expect(await leftBehind(scene.production)).toEqual([]);

    const ended = await run({ commit: 'v2', 'max-data-loss-rows': 'any', backup: 'database\napp' });
    expect({ code: ended.code, result: ended.outputs['result'], lost: ended.outputs['data-loss-rows'], to: ended.outputs['to'] }, ended.log)
      .toEqual({ code: 0, result: 'rolled-back', lost: '3000', to: scene.production.sha('v2') });
    expect(await answering(scene.production)).toEqual(everywhere(scene.production, 'v2 200'));
    const [used = '', ...others] = [...new Set(await scene.named())];
    expect([used.startsWith(`${live}_rb_`), others, await scene.databases()]).toEqual([true, [], [live, used]]);
    const rows = async (database: string) => Number(await scene.sql('SELECT COUNT(*) FROM careers', database));
    expect([await rows(used), await rows(live)]).toEqual([3, 3003]);
    expect((await scene.sql('SELECT version_num FROM alembic_version', used))).toBe('b2');
    expect(Object.keys(wanted)).toEqual(['alembic_version', 'analytics', 'careers', 'jobs']);

    const kinds = JSON.parse(ended.outputs['backup'] ?? '[]') as readonly { kind: string; location: string }[];
    expect(kinds.map(({ kind }) => kind).toSorted()).toEqual(['app', 'app', 'database', 'lost-rows']);
    const file = kinds.find(({ kind }) => kind === 'lost-rows')?.location ?? '';
    await scene.host.run(`gzip -dc ${file} > /tmp/lost.sql && chmod 644 /tmp/lost.sql`);
    await scene.sql(await scene.host.run('cat /tmp/lost.sql'), used);
    expect(await rows(used)).toBe(3003);
    expect(await scene.sql("SELECT description FROM careers WHERE id = 1001", used)).toBe("a ' \\ 💚");

    // Nobody but an administrator writes to what was replaced.
    await expect(scene.production.query("INSERT INTO careers (id, name) VALUES (99999, 'late')")).rejects.toThrow();
    expect(path).toContain('/database-');
  });

  test('is left where it is the second time', async () => {
    await scene.backUp('v2');
    await addCareers(1001, 5);
    const first = await run({ 'max-data-loss-rows': '5' });
    expect({ result: first.outputs['result'], lost: first.outputs['data-loss-rows'] }, first.log).toEqual({ result: 'rolled-back', lost: '5' });
    const where = async () => [await scene.named(), await scene.databases(), await scene.sql('SELECT COUNT(*) FROM careers', (await scene.named())[0])];
    const before = await where();
    const second = await run();
    expect({ code: second.code, result: second.outputs['result'] }, second.log).toEqual({ code: 0, result: 'unchanged' });
    expect(await where()).toEqual(before);
  });

  test('comes back, to the byte and with its name, when the target is not well after the cut-over', async () => {
    const path = await scene.backUp('v2');
    await scene.production.deploy('v3-good');
    await addCareers(1001, 10);
    const before = await look();
    const ended = await run({ commit: 'v2-bad', 'restore-from': path, 'max-data-loss-rows': 'any', 'health-timeout': '8s' });
    expect({ code: ended.code, result: ended.outputs['result'], reason: ended.outputs['reason-code'], lost: ended.outputs['data-loss-rows'] }, ended.log)
      .toEqual({ code: 1, result: 'undone', reason: 'target-unhealthy', lost: '0' });
    // Of the data that is live again nobody hears how it is deleted.
    expect(ended.summary).not.toContain('DROP DATABASE');
    expect(await look()).toEqual(before);
    expect(await leftBehind(scene.production)).toEqual([]);
    // The application writes again where it wrote before.
    await scene.production.query("INSERT INTO careers (id, name) VALUES (99999, 'after')");
  });

  test.each([
    ['swap', 'rolled-back'],
    ['repoint', 'rolled-back'],
  ])('takes its place by "cutover: %s"', async (cutover, result) => {
    if (engine === 'mariadb') await scene.production.query("CREATE EVENT on_time ON SCHEDULE EVERY 1 DAY DO DELETE FROM jobs WHERE id < 0; CREATE EVENT off ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM jobs WHERE id < 0");
    await scene.backUp('v2');
    await addCareers(1001, 7);
    const ended = await run({ cutover, 'max-data-loss-rows': 'any' });
    expect({ result: ended.outputs['result'], lost: ended.outputs['data-loss-rows'] }, ended.log).toEqual({ result, lost: '7' });
    const [used = ''] = await scene.named();
    const kept = (await scene.databases()).filter((name) => name !== used);
    expect(cutover === 'swap' ? used : kept[0]).toBe(live);
    expect(await scene.sql('SELECT COUNT(*) FROM careers', used)).toBe('3');
    expect(await scene.sql('SELECT COUNT(*) FROM careers', kept[0])).toBe('10');
    // What acts by itself acts on the data in use, as whom it did before.
    const events = "SELECT event_name, status, definer FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY 1";
    if (engine === 'mariadb') expect(await scene.sql(events, used)).toBe('off DISABLED green_user@%\non_time ENABLED green_user@%');
  });

  test('is planned, and nothing more, in a dry run', async () => {
    await scene.backUp('v2');
    const before = await look();
    const { outputs, summary } = await run({ 'dry-run': 'true' });
    expect(outputs['result']).toBe('planned');
    expect(summary).toContain('this will take about');
    expect(await look()).toEqual(before);
  });
});
