import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { invocations, snapshot } from '../fleet/snapshot.ts';
import { tree } from '../fleet/tree.ts';
import { inputsFor } from './inputs.ts';
import { runAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

type PlanOutput = { stages: { name: string; steps: { id: string; title: string; host: string; undo: string | null }[] }[] };

describe.skipIf(!available)('a dry run', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(3);
    await scene.host(2).write(`${scene.production.appDirectory}/README.md`, '# Changed by hand\n', '0644', 'deploy:deploy');
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const look = async () => [await snapshot(scene.production), await invocations(scene.production), await Promise.all(scene.fleet.hosts.map(tree))];

  test('plans every step on every host and changes not one byte', async () => {
    const { production, fleet } = scene;
    const before = await look();
    const { code, outputs, summary, log } = await runAction(inputsFor(production, { 'dry-run': 'true' }));
    expect(await look()).toEqual(before);

    expect({ code, ...outputs }).toMatchObject({ code: 0, result: 'planned', 'reason-code': '', from: production.sha('v3'), to: production.sha('v2'), health: 'unhealthy' });
    const { stages } = JSON.parse(outputs['plan'] ?? '') as PlanOutput;
    for (const { address } of fleet.hosts) {
      const ids = stages.flatMap(({ steps }) => steps).filter(({ host }) => host === address).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(['keep', 'checkout', 'restart', 'reload-nginx.service']));
    }
    const order = stages.map(({ name }) => name);
    expect(order.findIndex((name) => name.startsWith('First host'))).toBeLessThan(order.indexOf('Other hosts'));
    expect(summary.split('\n')[0]).toMatch(/^### 🔎 Dry run: production would go back from v3 .* to v2 .*nothing was changed/);
    expect(summary).toContain('deploy: release 3 with matching');
    expect(summary).toMatch(/DROP TABLE matches;[\s\S]*ALTER TABLE jobs DROP COLUMN match_score;/);
    expect(summary).toMatch(/README\.md|local changes \(1 file\)/);
    expect(log).not.toMatch(/::error/);
  });

  test('leaves a target that no host has where it is', async () => {
    const { production } = scene;
    const sha = await production.commit({ tag: 'only-there', parent: 'v2', message: 'Hotfix that no host has fetched', serves: 'careers' });
    const before = await look();
    const { code, outputs } = await runAction(inputsFor(production, { 'dry-run': 'true', commit: sha }));
    expect(await look()).toEqual(before);
    expect({ code, ...outputs }).toMatchObject({ code: 0, result: 'planned', to: sha });
    const { stages } = JSON.parse(outputs['plan'] ?? '') as PlanOutput;
    expect(stages[0]).toMatchObject({ name: 'Fetch', steps: scene.fleet.hosts.map(({ address }) => ({ host: address, id: 'fetch' })) });
  });
});
