import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { until } from '../fleet/until.ts';
import { answering, everywhere, leftBehind, locks, steps } from './evidence.ts';
import { holdRestart } from './hold.ts';
import { inputsFor } from './inputs.ts';
import { plain, runAction, startAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('two rollbacks at once', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(2);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  test('one runs; the other is refused, and says who holds the lock and since when', async () => {
    const { production, fleet } = scene;
    await using held = await holdRestart(scene.host(1), production);
    const first = startAction(inputsFor(production), { GITHUB_ACTOR: 'mona', GITHUB_RUN_ID: '777' });
    await held.reached();
    const since = new Date(Number(await scene.host(1).run(`cat ${production.appDirectory}/.git/rollback-action.lock/since`)) * 1000).toISOString();

    const second = await runAction(inputsFor(production), { GITHUB_ACTOR: 'hubot' });
    expect({ code: second.code, ...second.outputs }).toMatchObject({ code: 1, result: 'refused', 'reason-code': 'locked' });
    const holder = new RegExp(`mona's run 777-1-rollback-[0-9a-f]{8} since ${since} \\(https://github.com/green/matchers/actions/runs/777\\)`);
    expect(plain(second.summary).replaceAll('`', '')).toMatch(holder);
    expect(second.log).toMatch(holder);
    expect(second.summary).toContain('lock-wait');
    expect(Object.keys(await locks(production))).toEqual(['app1', 'app2']);

    await held.release();
    expect((await first.ended).outputs).toMatchObject({ result: 'rolled-back' });
    expect(await leftBehind(production)).toEqual([]);
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    for (const host of fleet.hosts) {
      expect((await steps(host)).filter(({ run, starts }) => !run.startsWith('777-1-rollback-') || starts !== 1)).toEqual([]);
    }
  });

  test('with "lock-wait" the other waits, and then sees that there is nothing left to do', async () => {
    const { production } = scene;
    await using held = await holdRestart(scene.host(1), production);
    const first = startAction(inputsFor(production), { GITHUB_ACTOR: 'mona' });
    await held.reached();
    const second = startAction(inputsFor(production, { 'lock-wait': '2m' }));
    await until('the second run waits', () => (/Waiting for the lock of mona's run/.test(second.log()) ? true : undefined));
    await held.release();
    expect((await first.ended).outputs).toMatchObject({ result: 'rolled-back' });
    expect((await second.ended).outputs).toMatchObject({ result: 'unchanged', to: production.sha('v2') });
    expect(await leftBehind(production)).toEqual([]);
  });

  test('a host that both have is enough, and the other hosts of the refused one are free', async () => {
    const { production } = scene;
    await using held = await holdRestart(scene.host(2), production);
    const first = startAction(inputsFor(production, { hosts: scene.host(2).address }), { GITHUB_ACTOR: 'mona' });
    await held.reached();
    const { outputs, summary } = await runAction(inputsFor(production));
    expect(outputs).toMatchObject({ result: 'refused', 'reason-code': 'locked' });
    expect(summary.split('\n')[0]).toContain(scene.host(2).address);
    expect(await locks(production)).toEqual({ app2: expect.stringContaining('"actor":"mona"') });
    await held.release();
    await first.ended;
    expect(await leftBehind(production)).toEqual([]);
  });
});
