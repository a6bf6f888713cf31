import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Inputs } from '../rollback/inputs.ts';
import { answering, ends, everything, leftBehind, standing, story, told } from './evidence.ts';
import { canaryInputsFor, inputsFor, openTrafficScene, type TrafficScene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('the rights to switch', () => {
  let scene: TrafficScene;
  beforeAll(async () => {
    scene = await openTrafficScene();
    await Promise.all(scene.balancers.map(({ host }) => host.run('install -d -m 0700 /root/.ssh && install -m 0600 /home/deploy/.ssh/authorized_keys /root/.ssh/authorized_keys')));
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset('both'));

  const root: Inputs = { 'ssh-user': 'root' };

  test.for([
    ['the exact lines of examples/sudoers', 'lines', {}],
    ['the helper that root owns and that takes only server tokens', 'helper', {}],
    ['a folder that is the user\'s own', 'direct', {}],
    ['being root', 'none', root],
  ] as const)('by %s are enough, there and back, and for a canary', async ([, rights, inputs]) => {
    await scene.grant(rights);
    const before = await standing(scene);
    await ends({ code: 0, result: 'rolled-back', to: 'blue' }, inputsFor(scene, inputs));
    expect(await answering(scene)).toEqual([['blue'], ['blue']]);
    await ends({ code: 0, result: 'rolled-back', to: 'green' }, inputsFor(scene, { ...inputs, 'switch-to': 'green' }));
    expect(await standing(scene)).toEqual(before);
    expect(await leftBehind(scene)).toEqual([]);

    await scene.set('weights');
    await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene, inputs));
    expect(await answering(scene)).toEqual([['green'], ['green']]);
    expect(await leftBehind(scene)).toEqual([]);
  });

  test('are looked for before anything is touched', async () => {
    await scene.grant('none');
    const before = await everything(scene);
    const ended = await ends({ code: 1, result: 'refused', 'reason-code': 'no-rights' }, inputsFor(scene));
    for (const { host } of scene.balancers) expect(told(ended), story(ended)).toContain(host.address);
    expect(told(ended), story(ended)).toMatch(/NOPASSWD: /);
    expect(await everything(scene)).toEqual(before);
  });
});
