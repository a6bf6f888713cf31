import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Inputs } from '../rollback/inputs.ts';
import { answering, ends, everything, files, leftBehind, standing, story, told } from './evidence.ts';
import { forms, linesIn, liveIn, nginxFile, nginxText, serverLines, surroundings } from './nginx-file.ts';
import { inputsFor, openTrafficScene, type TrafficScene } from './scene.ts';
import { releaseOf, tokenOf } from './servers.ts';

const available = await fleetAvailable();

/** The outputs of a rollback that succeeded. */
const rolledBack = (from: string, to: string): Readonly<Record<string, unknown>> => ({ code: 0, result: 'rolled-back', 'reason-code': '', from, to, health: 'healthy' });

describe.skipIf(!available)('blue-green, on two balancers', () => {
  let scene: TrafficScene;
  beforeAll(async () => {
    scene = await openTrafficScene();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  describe.for(forms)('whose file has the form "%s"', (form) => {
    test('goes to the other colour and, when it is told to, forward again: not a byte differs then', async () => {
      await scene.reset(form);
      const [before, processes] = [await standing(scene), await Promise.all(scene.balancers.map((each) => each.processes()))];
      const texts = await files(scene);

      const back = await ends(rolledBack('green', 'blue'), inputsFor(scene));
      expect(await answering(scene)).toEqual([['blue'], ['blue']]);
      for (const [index, { text, facts }] of (await files(scene)).entries()) {
        expect(liveIn(text)).toEqual(['blue']);
        expect(surroundings(text)).toBe(surroundings(texts[index]?.text ?? ''));
        expect(facts).toBe(texts[index]?.facts);
      }
      expect(JSON.parse(back.outputs['hosts'] ?? '')).toMatchObject(scene.balancers.map(({ host }) => ({ host: host.address, result: 'rolled-back' })));
      expect(back.summary.split('\n')[0], story(back)).toMatch(/^### ✅ .*blue/);
      const now = await Promise.all(scene.balancers.map((each) => each.processes()));
      for (const [index, { master, workers }] of now.entries()) {
        expect(master).toBe(processes[index]?.master);
        expect(workers.filter((pid) => processes[index]?.workers.includes(pid))).toEqual([]);
      }
      expect(await leftBehind(scene)).toEqual([]);
      await scene.green.answersAsTold();

      await ends(rolledBack('blue', 'green'), inputsFor(scene, { 'switch-to': 'green' }));
      expect(await standing(scene)).toEqual(before);
      expect(await leftBehind(scene)).toEqual([]);
    });
  });

  test('in a drill goes to the other colour and forward again: not a byte differs, and the colour is not bad', async () => {
    const before = await standing(scene);
    for (const _time of [1, 2]) {
      const drill = await ends({ ...rolledBack('green', 'blue'), 'reason-code': '' }, inputsFor(scene, { drill: 'true' }));
      expect(drill.summary.split('\n')[0], story(drill)).toMatch(/^### ✅ Drill passed/);
      expect(await standing(scene)).toEqual(before);
      expect(await leftBehind(scene)).toEqual([]);
    }
    await ends(rolledBack('green', 'blue'), inputsFor(scene));
  });

  test('is asked again, or its job is run again: nothing to do, and never back to the bad colour', async () => {
    const run = { GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '1' };
    await ends(rolledBack('green', 'blue'), inputsFor(scene), run);
    const before = await everything(scene);
    const unchanged = { code: 0, result: 'unchanged', 'reason-code': '', to: 'blue', health: 'healthy' };
    for (const environment of [{}, { ...run, GITHUB_RUN_ATTEMPT: '2' }, run]) {
      const ended = await ends(unchanged, inputsFor(scene), environment);
      expect(ended.summary.split('\n')[0], story(ended)).toMatch(/^### ✅ Nothing to do/);
    }
    await ends(unchanged, inputsFor(scene, { 'switch-to': 'blue' }));
    expect(await everything(scene)).toEqual(before);
    // Named, the bad colour is live again; and then there is a way back once more.
    await ends(rolledBack('blue', 'green'), inputsFor(scene, { 'switch-to': 'green' }));
    await ends(rolledBack('green', 'blue'), inputsFor(scene));
  });

  test('balancers that disagree are told, both of them, and brought together when a colour is named', async () => {
    await scene.lb2.setLines(serverLines('both', 'blue'));
    const before = await everything(scene);
    const ended = await ends({ code: 1, result: 'refused', 'reason-code': 'diverged' }, inputsFor(scene));
    for (const { host } of scene.balancers) expect(told(ended), story(ended)).toContain(host.address);
    expect(told(ended), story(ended)).toMatch(/switch-to/);
    expect(await everything(scene)).toEqual(before);

    await ends({ code: 0, result: 'rolled-back', to: 'blue' }, inputsFor(scene, { 'switch-to': 'blue' }));
    expect(await answering(scene)).toEqual([['blue'], ['blue']]);
    const [first, second] = await files(scene);
    expect(first?.text).toBe(second?.text);
    expect(await leftBehind(scene)).toEqual([]);
  });

  test('a dry run plans it and changes nothing', async () => {
    const before = await everything(scene);
    const ended = await ends({ code: 0, result: 'planned', from: 'green', to: 'blue' }, inputsFor(scene, { 'dry-run': 'true' }));
    expect(await everything(scene)).toEqual(before);
    const { stages } = JSON.parse(ended.outputs['plan'] ?? '') as { stages: { name: string; steps: { title: string; host: string; undo: string | null }[] }[] };
    const steps = stages.flatMap((stage) => stage.steps);
    for (const { host } of scene.balancers) {
      const own = steps.filter((step) => step.host === host.address);
      expect(own.map(({ title }) => title).join('\n')).toMatch(/blue/);
      expect(own.some(({ undo }) => undo !== null)).toBe(true);
    }
    // All balancers are written and tested before any of them reloads.
    for (const stage of stages) expect(stage.steps.map(({ host }) => host).toSorted()).toEqual(scene.balancers.map(({ host }) => host.address).toSorted());
  });

  const refusals: Readonly<Record<string, { wrong?: (scene: TrafficScene) => Promise<unknown>; inputs?: (scene: TrafficScene) => Inputs; code: string; says: RegExp }>> = {
    'is unhealthy': { wrong: ({ blue }) => blue.behave({ health: 503 }), code: 'target-unhealthy', says: /blue:8000.*503|503.*blue:8000/s },
    'is dead': { wrong: ({ blue }) => blue.die(), code: 'target-unhealthy', says: /blue:8000/ },
    'does not answer at all': { wrong: ({ blue }) => blue.host.unplug(), code: 'target-unhealthy', says: /blue:8000/ },
    'is on another release than the one that is asked for': { inputs: () => ({ commit: releaseOf('canary') }), code: 'wrong-release', says: new RegExp(releaseOf('blue').slice(0, 7)) },
    'fails a smoke test': { wrong: ({ blue }) => blue.behave({ pages: 500 }), inputs: ({ lb1 }) => ({ 'smoke-tests': `http://${lb1.host.address}/api/jobs contains "/api/jobs"` }), code: 'smoke-test-failed', says: /api\/jobs/ },
  };

  test.for(Object.entries(refusals))('the other colour %s: refused before traffic moves', async ([, { wrong, inputs, code, says }]) => {
    await wrong?.(scene);
    try {
      await Promise.all([scene.green.forget(), scene.lb1.ask()]);
      const before = await everything(scene);
      const ended = await ends({ code: 1, result: 'refused', 'reason-code': code }, inputsFor(scene, { 'health-timeout': '2s', ...inputs?.(scene) }));
      expect(await everything(scene)).toEqual(before);
      expect(told(ended), story(ended)).toMatch(says);
      expect(ended.summary.split('\n')[0]).toMatch(/^### ⛔ Nothing was touched/);
      expect(await answering(scene)).toEqual([['green'], ['green']]);
    } finally {
      await scene.blue.host.plug();
    }
  });

  test('the other colour is asked from each balancer, smoke tests too, and is the release that is asked for', async () => {
    await scene.blue.forget();
    await ends(rolledBack('green', 'blue'), inputsFor(scene, { commit: releaseOf('blue').slice(0, 12), 'smoke-tests': `http://${scene.lb1.host.address}/api/jobs contains "blue has /api/jobs"` }));
    const requests = await scene.blue.requests();
    expect(Object.keys(requests).toSorted()).toEqual(scene.balancers.map(({ host }) => host.address).toSorted());
  });

  test('a block that has a third server which is live is refused, and the server named', async () => {
    await scene.setLines([...serverLines('both', 'green'), `server ${tokenOf('canary')};`], ['green', 'canary']);
    const before = await everything(scene);
    const ended = await ends({ code: 1, result: 'refused' }, inputsFor(scene));
    expect(told(ended), story(ended)).toContain(tokenOf('canary'));
    expect(await everything(scene)).toEqual(before);
  });

  test('mode and owner of the file stay, whatever they are, and so does a link that leads to it', async () => {
    const elsewhere = '/etc/nginx/green-matchers.conf';
    await scene.lb1.host.run(`chown root:adm ${nginxFile} && chmod 0640 ${nginxFile}`);
    await scene.lb2.host.run(`mv ${nginxFile} ${elsewhere} && ln -s ../green-matchers.conf ${nginxFile}`);
    const before = [await scene.lb1.file(), await scene.lb2.host.run(`stat -c '%N %a %U' ${nginxFile}`)];
    const ended = await ends({}, inputsFor(scene));
    // Where that cannot be done with the rights that there are, it is refused; but never done otherwise.
    expect(['rolled-back', 'refused'], story(ended)).toContain(ended.outputs['result']);
    const live = ended.outputs['result'] === 'rolled-back' ? 'blue' : 'green';
    expect(await answering(scene)).toEqual([[live], [live]]);
    expect([await scene.lb1.file(), await scene.lb2.host.run(`stat -c '%N %a %U' ${nginxFile}`)]).toEqual([{ ...before[0] as object, text: nginxText(serverLines('both', live)) }, before[1]]);
    expect(linesIn(await scene.lb2.host.run(`cat ${elsewhere}`))).toEqual(serverLines('both', live));
  });

  test('a long answer of the old colour that has begun is given to its end, and the old colour stays up', async () => {
    const whole = await scene.green.slowPage();
    const slow = scene.balancers.map(async ({ host }) => fetch(`http://${host.address}/slow`));
    const bodies = (await Promise.all(slow)).map(async (response) => ({ server: response.headers.get('x-server'), text: await response.text() }));
    await ends(rolledBack('green', 'blue'), inputsFor(scene));
    const switched = performance.now();
    expect(await answering(scene)).toEqual([['blue'], ['blue']]);
    expect(await Promise.all(bodies)).toEqual([{ server: 'green', text: whole }, { server: 'green', text: whole }]);
    // It was still being given when traffic had moved.
    expect(performance.now() - switched).toBeGreaterThan(500);
    await scene.green.answersAsTold();
    expect(await leftBehind(scene)).toEqual([]);
  });
});
