import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Host } from '../fleet/host.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { tree } from '../fleet/tree.ts';
import { until } from '../fleet/until.ts';
import { answering, changes, endings, everywhere, footprint, leftBehind, locks, starts, steps } from '../rollback/evidence.ts';
import { holdRestart } from '../rollback/hold.ts';
import { inputsFor, revisionsAfter, withoutDatabase } from '../rollback/inputs.ts';
import { plain, runAction, startAction, type Started } from '../rollback/runner.ts';
import { openScene, type Scene } from '../rollback/scene.ts';
import { cancelAsRunner, kill } from './cancel.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a rollback that is cancelled or killed', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(2);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const look = async () => ({ ...(await snapshot(scene.production)), answers: await answering(scene.production) });

  /** How a run ends, and what brings it to an end. */
  const ways: Record<string, (started: Started) => Promise<void>> = {
    'cancelled as the runner cancels': cancelAsRunner,
    'killed': kill,
  };

  const instants: Record<string, (started: Started) => Promise<void>> = {
    'while the database goes down': () => stepInFlight(scene.host(1), /^migrate/),
    'while the first host is checked out': () => stepInFlight(scene.host(1), /^checkout$/),
    'while everything is verified': async (started) => void (await until('everything is verified', () => (/Verifying every host/.test(started.log()) ? true : undefined), 90)),
  };

  test.for([
    ['while the database goes down', 'killed'],
    ['while the first host is checked out', 'cancelled as the runner cancels'],
    ['while everything is verified', 'killed'],
  ] as const)('%s, when it is %s, is taken back by post', async ([instant, way]) => {
    const { production } = scene;
    const [before, files] = [await look(), await footprint(production)];
    const started = startAction(inputsFor(production, { soak: '1m' }));
    await instants[instant]?.(started);
    await ways[way]?.(started);
    const post = await started.post();
    expect(post.summary.split('\n')[0]).toMatch(/^### ⏹️ Cancelled: everything is as it was found, on v3 /);
    expect(await look()).toEqual(before);
    expect(changes(files, await footprint(production))).toEqual([]);
    expect(await leftBehind(production)).toEqual([]);
    for (const host of scene.fleet.hosts) expect(await endings(host)).toEqual(['cancelled']);
  });

  test('in a step that post has to wait for is taken back after that step, which ran once', async () => {
    const { production } = scene;
    await using held = await holdRestart(scene.host(2), production);
    const [before, files, started2] = [await look(), await footprint(production), await starts(scene.host(2), production)];
    const started = startAction(inputsFor(production, withoutDatabase));
    await held.reached();
    await cancelAsRunner(started);
    const main = await started.ended;
    expect(main.outputs).toMatchObject({ result: 'cancelled', 'reason-code': 'cancelled' });
    expect(Object.keys(await locks(production))).toEqual(['app1', 'app2']);
    const post = started.post();
    await held.release();
    const { summary, code } = await post;
    expect(summary.split('\n')[0]).toMatch(/^### ⏹️ Cancelled: everything is as it was found, on v3 /);
    expect(code).toBe(1);
    expect(await look()).toEqual(before);
    expect(changes(files, await footprint(production))).toEqual([]);
    expect(await leftBehind(production)).toEqual([]);
    expect((await steps(scene.host(2))).filter(({ starts: times }) => times !== 1)).toEqual([]);
    // Once by the rollback, once by its undo.
    expect(await starts(scene.host(2), production)).toHaveLength(started2.length + 2);
  });

  test('before anything was touched leaves nothing at all', async () => {
    const { production } = scene;
    const before = await Promise.all(scene.fleet.hosts.map(tree));
    const started = startAction(inputsFor(production, { ...withoutDatabase, 'before-command': 'touch ready; while [ ! -e go ]; do sleep 0.1; done' }));
    await until('the "before-command" runs', () => (existsSync(join(started.workspace, 'ready')) ? true : undefined), 60);
    await cancelAsRunner(started);
    writeFileSync(join(started.workspace, 'go'), '');
    expect((await started.ended).outputs).toMatchObject({ result: 'cancelled' });
    expect((await started.post()).code).toBe(0);
    expect(await Promise.all(scene.fleet.hosts.map(tree))).toEqual(before);
  });

  test('with "on-cancel: stop" is left as it is, and the next run takes it up', async () => {
    const { production } = scene;
    await using held = await holdRestart(scene.host(2), production);
    const started = startAction(inputsFor(production, { 'on-cancel': 'stop' }));
    await held.reached();
    await kill(started);
    const post = started.post();
    await held.release();
    expect((await post).summary.split('\n')[0]).toMatch(/^### ⏹️ Cancelled: it stopped half-way/);
    expect(await locks(production)).toEqual({});
    expect((await snapshot(production)).hosts['app1']?.head).toBe(production.sha('v2'));
    const next = await runAction(inputsFor(production));
    expect(next.outputs).toMatchObject({ result: 'rolled-back', from: production.sha('v3'), to: production.sha('v2') });
    expect(plain(next.summary)).toContain('takes up from there');
    await isRolledBack();
  });

  test('without any post is taken up by the next run once its lock is stale and its step has ended', async () => {
    const { production } = scene;
    await using held = await holdRestart(scene.host(1), production);
    const dead = startAction(inputsFor(production), { GITHUB_ACTOR: 'mona' });
    await held.reached();
    await kill(dead);
    const early = await runAction(inputsFor(production));
    expect(early.outputs).toMatchObject({ result: 'refused', 'reason-code': 'locked' });
    expect(early.summary).toContain('mona');
    await age(scene);
    const whileRunning = await runAction(inputsFor(production));
    expect(whileRunning.outputs).toMatchObject({ result: 'refused', 'reason-code': 'locked' });
    expect(plain(whileRunning.summary)).toContain('a step of it still runs');

    await held.release();
    await until('the step of the dead run has ended', async () => ((await steps(scene.host(1))).some(({ step, rc }) => step === 'restart' && rc !== 'none') ? true : undefined), 60);
    await age(scene);
    const next = await runAction(inputsFor(production));
    expect(next.outputs).toMatchObject({ result: 'rolled-back', from: production.sha('v3'), to: production.sha('v2') });
    expect(plain(next.summary)).toMatch(/mona's run .* gave no sign of life for 30 s and was taken over/);
    await isRolledBack();
  });

  test('and comes back to life after its lock was taken over does nothing more', async () => {
    const { production } = scene;
    const inputs = inputsFor(production, withoutDatabase);
    await using held = await holdRestart(scene.host(1), production);
    const sleeper = startAction(inputs);
    await held.reached();
    sleeper.process.kill('SIGSTOP');
    await held.release();
    await until('its step has ended', async () => ((await steps(scene.host(1))).some(({ step, rc }) => step === 'restart' && rc !== 'none') ? true : undefined), 60);
    await age(scene);
    expect((await runAction(inputs)).outputs).toMatchObject({ result: 'rolled-back' });
    const [before, started] = [await Promise.all(scene.fleet.hosts.map(steps)), await Promise.all(scene.fleet.hosts.map((host) => starts(host, production)))];
    sleeper.process.kill('SIGCONT');
    const woken = await sleeper.ended;
    expect(woken.code).toBe(1);
    expect(woken.outputs).toMatchObject({ result: 'failed', 'reason-code': 'locked' });
    expect(plain(woken.summary)).toContain('Let that run end');
    expect(plain(woken.summary)).not.toContain('by hand');
    expect(await Promise.all(scene.fleet.hosts.map(steps))).toEqual(before);
    expect(await Promise.all(scene.fleet.hosts.map((host) => starts(host, production)))).toEqual(started);
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    expect(await leftBehind(production)).toEqual([]);
  });

  async function isRolledBack(): Promise<void> {
    const { production } = scene;
    const { hosts, database } = await snapshot(production);
    for (const host of Object.values(hosts)) expect(host).toMatchObject({ head: production.sha('v2'), status: [] });
    expect(database.revisions).toEqual(revisionsAfter('v2'));
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    expect(await leftBehind(production)).toEqual([]);
  }
});

async function stepInFlight(host: Host, name: RegExp): Promise<void> {
  await until(`a step ${name} has started`, async () => ((await host.run('cat /home/deploy/.local/state/rollback-action/production/*/order 2> /dev/null || :')).split('\n').some((step) => name.test(step)) ? true : undefined), 60);
}

/** The lock's last sign of life is half a minute and more ago. */
async function age({ production, fleet }: Scene): Promise<void> {
  await Promise.all(fleet.hosts.map((host) => host.run(`beat=${production.appDirectory}/.git/rollback-action.lock/beat; [ ! -e $beat ] || echo $(( $(cat $beat) - 60 )) > $beat`)));
}
