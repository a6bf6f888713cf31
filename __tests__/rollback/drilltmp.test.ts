import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { openDataScene, type DataScene } from './data-scene.ts';
import { answering, changes, endings, everywhere, footprint, leftBehind } from './evidence.ts';
import { inputsFor } from './inputs.ts';
import { runAction, type Ended } from './runner.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a drill on two hosts', () => {
  let scene: DataScene;
  beforeAll(async () => {
    scene = await openDataScene('mariadb');
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await scene.reset();
    await scene.backUp('v2');
    await scene.production.deploy('v3-good');
  });

  const drill = (over: Readonly<Record<string, string>>): Promise<Ended> => runAction(inputsFor(scene.production, { drill: 'true', commit: 'v2', ...over }));
  const look = async () => ({ ...(await snapshot(scene.production)), named: await scene.named(), databases: await scene.databases(), answers: await answering(scene.production) });

  test.each<[method: string, over: Readonly<Record<string, string>>]>([
    ['git', {}],
    ['database', { 'max-data-loss-rows': 'any' }],
  ])('by %s goes back and forward again, and leaves every hash as it was', async (method, over) => {
    const { production } = scene;
    const [before, files] = [await look(), await footprint(production)];
    expect(before.answers).toEqual(everywhere(production, 'v3-good 200'));

    const ended = await drill({ method, ...over });
    expect({ code: ended.code, ...ended.outputs }, ended.log).toMatchObject({
      code: 0, result: 'rolled-back', 'reason-code': '', from: production.sha('v3-good'), to: production.sha('v2'), health: 'healthy',
    });
    expect(Number(ended.outputs['forward-seconds'])).toBeGreaterThan(0);
    expect(Number(ended.outputs['forward-seconds'])).toBeLessThan(Number(ended.outputs['duration-seconds']));
    // It was really there in between: every host answered as the target.
    expect(ended.log).toContain('production is back, and goes forward again');
    expect(ended.outputs['data-loss-rows']).toBe('0');

    expect(await look()).toEqual(before);
    expect(changes(files, await footprint(production))).toEqual([]);
    expect(await leftBehind(production)).toEqual([]);
    expect(await Promise.all(production.hosts.map(endings))).toEqual([['undone'], ['undone']]);
  });

  test('is no rollback: afterwards another drill passes, and a real one goes where the drill went', async () => {
    const { production } = scene;
    for (const drilled of ['true', 'true', 'false']) expect((await drill({ drill: drilled })).outputs).toMatchObject({ result: 'rolled-back' });
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    expect(await Promise.all(production.hosts.map(endings))).toEqual(Array.from({ length: 2 }, () => ['undone', 'undone', 'rolled-back']));
  });
});
