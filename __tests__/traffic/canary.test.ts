import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { checkOutCanary, type CanaryCheckout } from './canary-checkout.ts';
import { answering, ends, everything, files, leftBehind, standing, story, told } from './evidence.ts';
import { linesIn, serverLines, surroundings } from './nginx-file.ts';
import { canaryInputsFor, openTrafficScene, type TrafficScene } from './scene.ts';
import { service, tokenOf } from './servers.ts';

const available = await fleetAvailable();

const [blue, green, canary] = [tokenOf('blue'), tokenOf('green'), tokenOf('canary')];

describe.skipIf(!available)('a canary, on two balancers', () => {
  let scene: TrafficScene;
  beforeAll(async () => {
    scene = await openTrafficScene();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset('weights'));

  const lines = async (): Promise<readonly (readonly string[])[]> => (await files(scene)).map(({ text }) => linesIn(text));

  test('leaves the block, and not a byte besides its line; asked again there is nothing to do', async () => {
    const texts = await files(scene);
    const ended = await ends({ code: 0, result: 'rolled-back', 'reason-code': '', health: 'healthy' }, canaryInputsFor(scene));
    for (const [index, { text, facts }] of (await files(scene)).entries()) {
      expect(text).toBe(texts[index]?.text.split('\n').filter((line) => !line.trim().startsWith(`server ${canary}`)).join('\n'));
      expect(surroundings(text)).toBe(surroundings(texts[index]?.text ?? ''));
      expect(facts).toBe(texts[index]?.facts);
    }
    expect(told(ended), story(ended)).toContain(canary);
    await scene.canary.forget();
    for (const balancer of scene.balancers) expect(await balancer.answering(100)).toEqual({ green: 100 });
    expect(await scene.canary.requests()).toEqual({});
    await scene.canary.answersAsTold();
    expect(await leftBehind(scene)).toEqual([]);

    const before = await everything(scene);
    await ends({ code: 0, result: 'unchanged' }, canaryInputsFor(scene));
    expect(await everything(scene)).toEqual(before);
  });

  test('that is on one balancer alone leaves that one, and the other is not touched', async () => {
    await scene.lb2.setLines([`server ${green} weight=9;`]);
    const [workers, before] = [await scene.lb2.processes(), await scene.lb2.configuration()];
    const ended = await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene));
    expect(await lines()).toEqual([[`server ${green} weight=9;`], [`server ${green} weight=9;`]]);
    expect(await scene.lb2.configuration()).toEqual(before);
    expect(await scene.lb2.processes(), story(ended)).toEqual(workers);
  });

  test('leaves the weights of the others as they were before it came, where the journal knows them, else as they are', async () => {
    const first = [`server ${blue} weight=5;`, `server ${green} weight=4 max_fails=2;`];
    await scene.setLines([...first, `server ${canary} weight=1;`], ['blue', 'green', 'canary']);
    await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene));
    expect(await lines()).toEqual([first, first]);

    await scene.setLines([`server ${blue} weight=45;`, `server ${green} weight=45;`, `server ${canary} weight=10;`], ['blue', 'green', 'canary']);
    await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene));
    expect(await lines()).toEqual([first, first]);
    const shares = await scene.lb1.answering(90);
    expect(shares).toEqual({ blue: 50, green: 40 });
  });

  test('whose servers beside it are others than the journal knows leaves those as they are', async () => {
    await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene));
    await scene.setLines([`server ${blue} weight=3;`, `server ${canary} weight=1;`], ['blue', 'canary']);
    await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene));
    expect(await lines()).toEqual([[`server ${blue} weight=3;`], [`server ${blue} weight=3;`]]);
  });

  test.for([
    ['the only server', [`server ${canary};`]],
    ['the only server that is not down', [`server ${green} down;`, `server ${canary};`]],
  ] as const)('that is %s is left, and the reason is given', async ([, block]) => {
    await scene.setLines(block, ['canary']);
    const before = await everything(scene);
    const ended = await ends({ code: 1, result: 'refused' }, canaryInputsFor(scene));
    expect(await everything(scene)).toEqual(before);
    expect(told(ended), story(ended)).toMatch(/only|no other|nobody|last/i);
    expect(told(ended), story(ended)).toContain(canary);
  });

  test('that is not in the block: nothing to do', async () => {
    await scene.set('one');
    const before = await everything(scene);
    await ends({ code: 0, result: 'unchanged' }, canaryInputsFor(scene));
    expect(await everything(scene)).toEqual(before);
  });

  test('a dry run plans it and changes nothing', async () => {
    const before = await everything(scene);
    const ended = await ends({ code: 0, result: 'planned' }, canaryInputsFor(scene, { 'dry-run': 'true' }));
    expect(ended.outputs['plan'], story(ended)).toContain(canary);
    expect(await everything(scene)).toEqual(before);
  });

  describe('with a checkout of its own', () => {
    let checkout: CanaryCheckout;
    beforeAll(async () => {
      checkout = await checkOutCanary(scene);
    });
    beforeEach(async () => {
      // The stable servers are on the release that the canary goes back to.
      await Promise.all([checkout.deploy('v2'), scene.green.behave({ version: checkout.sha('v1') })]);
    });

    const inputs = (commit: string): ReturnType<typeof canaryInputsFor> => canaryInputsFor(scene, {
      hosts: scene.canary.host.address, commit, 'app-dir': checkout.appDirectory, services: service, 'host-health-url': 'http://127.0.0.1:8000/health',
    });

    test('gives its traffic up, and then its code goes back by git', async () => {
      const ended = await ends({ code: 0, result: 'rolled-back', to: checkout.sha('v1'), from: checkout.sha('v2') }, inputs(checkout.sha('v1')));
      expect(await lines(), story(ended)).toEqual([[`server ${green} weight=9;`], [`server ${green} weight=9;`]]);
      expect(await checkout.state()).toEqual({ head: checkout.sha('v1'), answers: `200 ${checkout.sha('v1')}` });
      expect(await leftBehind(scene)).toEqual([]);
      const before = await everything(scene);
      await ends({ code: 0, result: 'unchanged' }, inputs(checkout.sha('v1')));
      expect(await everything(scene)).toEqual(before);
    });

    test('has all of it put back, traffic too, when its code cannot go back', async () => {
      const before = [await standing(scene), await checkout.state()];
      await scene.green.behave({ version: checkout.sha('broken') });
      const ended = await ends({ code: 1, result: 'undone' }, inputs(checkout.sha('broken')));
      expect(ended.outputs['reason-code'], story(ended)).toMatch(/target-unhealthy|not-proved|step-failed/);
      expect([await standing(scene), await checkout.state()]).toEqual(before);
      expect(await lines()).toEqual([serverLines('weights', 'green'), serverLines('weights', 'green')]);
      expect(await answering(scene)).toEqual([['canary', 'green'], ['canary', 'green']]);
      expect(await leftBehind(scene)).toEqual([]);
    });
  });
});
