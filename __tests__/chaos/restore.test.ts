/** A restore whose runner dies: the next run brings it to its end, whatever it had come to. */
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { until } from '../fleet/until.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { live, openDataScene, type DataScene } from '../rollback/data-scene.ts';
import { answering, everywhere, leftBehind, steps } from '../rollback/evidence.ts';
import { inputsFor } from '../rollback/inputs.ts';
import { runAction, startAction } from '../rollback/runner.ts';

const available = await fleetAvailable();

const instants = ['back-up-database', 'keep', 'prove-backup', 'restore', 'compare', 'count-loss', 'stop', 'fence', 'export-loss', 'repoint', 'checkout', 'restart'];

describe.skipIf(!available).each(['mariadb', 'postgresql'] as const)('a restore on %s whose runner is killed', (engine) => {
  let scene: DataScene;
  beforeAll(async () => {
    scene = await openDataScene(engine);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const inputs = () => inputsFor(scene.production, { method: 'database', commit: 'v2', 'max-data-loss-rows': 'any' });
  const prepare = async (): Promise<void> => {
    await scene.backUp('v2');
    await scene.production.deploy('v3-good');
    await scene.sql("INSERT INTO careers (id, name) VALUES (1001, 'lost'), (1002, 'as well')");
  };
  const killAt = async (step: string): Promise<void> => {
    const started = startAction(inputs());
    await until(`${step} was begun`, async () => ((await steps(scene.host)).some((each) => each.step === step) ? true : undefined), 90);
    started.process.kill('SIGKILL');
    await once(started.process, 'exit');
    await until('what it had begun has ended', async () => ((await steps(scene.host)).every(({ rc }) => rc !== 'none') ? true : undefined), 90);
  };
  /** As if it had been silent for long. */
  const forgetBeat = () => Promise.all(scene.fleet.hosts.map((host) => host.run(`lock=${scene.production.appDirectory}/.git/rollback-action.lock; [ ! -d $lock ] || echo 0 > $lock/beat`)));

  test.each(engine === 'mariadb' ? instants : instants.filter((_, index) => index % 3 === 0))('when %s had begun, is settled by the next run', async (step) => {
    await prepare();
    await killAt(step);
    await forgetBeat();
    const { code, outputs, log } = await runAction(inputs());
    expect({ code, result: outputs['result'], lost: outputs['data-loss-rows'] }, log).toEqual({ code: 0, result: 'rolled-back', lost: '2' });
    expect(await answering(scene.production)).toEqual(everywhere(scene.production, 'v2 200'));
    const [used = '', ...others] = [...new Set(await scene.named())];
    expect([used.startsWith(`${live}_rb_`), others, await scene.databases()]).toEqual([true, [], [live, used]]);
    expect([await scene.sql('SELECT COUNT(*) FROM careers', used), await scene.sql('SELECT COUNT(*) FROM careers', live)]).toEqual(['3', '5']);
    expect(await leftBehind(scene.production)).toEqual([]);
  });

  test('after the data has changed places is taken back by post', async () => {
    await prepare();
    const before = { ...(await snapshot(scene.production)), named: await scene.named() };
    const started = startAction({ ...inputs(), soak: '1m' });
    await until('everything is verified', () => (/Verifying every host/.test(started.log()) ? true : undefined), 120);
    started.process.kill('SIGKILL');
    await once(started.process, 'exit');
    const post = await started.post();
    expect(post.summary.split('\n')[0], post.log).toMatch(/^### ⏹️ Cancelled: everything is as it was found/);
    expect({ ...(await snapshot(scene.production)), named: await scene.named() }).toEqual(before);
  });
});
