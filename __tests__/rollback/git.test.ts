import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { invocations, snapshot } from '../fleet/snapshot.ts';
import { tree } from '../fleet/tree.ts';
import { answering, endings, everywhere, leftBehind, rowsOfV2, starts, steps } from './evidence.ts';
import { inputsFor, revisionsAfter } from './inputs.ts';
import { runAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a rollback of three hosts', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(3);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test('goes back to the last release that its message calls stable, and proves it everywhere', async () => {
    const { production, fleet } = scene;
    const [before, rows, modes, started] = await Promise.all([snapshot(production), rowsOfV2(production), unreadable(scene), Promise.all(fleet.hosts.map((host) => starts(host, production)))]);
    expect(await answering(production)).toEqual(everywhere(production, 'v3 500'));

    const { code, outputs, summary } = await runAction(inputsFor(production));

    expect({ code, ...outputs }).toMatchObject({
      code: 0, result: 'rolled-back', 'reason-code': '', from: production.sha('v3'), to: production.sha('v2'), health: 'healthy', 'smoke-passed': '3', 'smoke-failed': '0',
    });
    expect(JSON.parse(outputs['hosts'] ?? '')).toEqual(fleet.hosts.map(({ address }) => expect.objectContaining({ host: address, result: 'rolled-back' })));
    expect(summary.split('\n')[0]).toMatch(/^### ✅ Production is back on v2 /);
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));

    const after = await snapshot(production);
    for (const [name, host] of Object.entries(after.hosts)) {
      expect(host).toEqual({ ...before.hosts[name], head: production.sha('v2'), branch: 'detached', status: [], files: expect.objectContaining({ VERSION: expect.any(String) }) });
    }
    expect(after.database.revisions).toEqual(revisionsAfter('v2'));
    expect(after.database.databases).toEqual(before.database.databases);
    expect(await rowsOfV2(production)).toEqual(rows);
    expect(await unreadable(scene)).toEqual(modes);
    expect(await leftBehind(production)).toEqual([]);
    for (const [index, host] of fleet.hosts.entries()) {
      expect((await starts(host, production)).length).toBe((started[index]?.length ?? 0) + 1);
      expect((await steps(host)).filter(({ starts: times, rc }) => times !== 1 || rc !== '0')).toEqual([]);
    }
  });

  test('took the database down once, then switched the first host alone, and the others only when that was proved', async () => {
    const [first = [], ...others] = await Promise.all(scene.fleet.hosts.map(steps));
    const at = (all: typeof first, name: string) => all.find(({ step }) => step === name);
    const migrated = first.filter(({ step }) => step.startsWith('migrate'));
    expect(migrated).toHaveLength(2);
    for (const { ended } of migrated) expect(at(first, 'checkout')?.started).toBeGreaterThan(ended);
    for (const other of others) {
      expect(other.map(({ step }) => step)).toEqual(['keep', 'checkout', 'restart', 'reload-nginx.service', 'close']);
      expect(at(other, 'checkout')?.started).toBeGreaterThan(at(first, 'restart')?.ended ?? Number.NaN);
    }
  });

  test.for([['no commit', ''], ['the commit', 'v2']] as const)('does nothing when it is asked again with %s', async ([, commit]) => {
    const { production, fleet } = scene;
    const look = async () => [await snapshot(production), await invocations(production), await Promise.all(fleet.hosts.map(tree))];
    const before = await look();
    const { code, outputs, summary } = await runAction(inputsFor(production, { commit }));
    expect({ code, ...outputs }).toMatchObject({ code: 0, result: 'unchanged', 'reason-code': '', to: production.sha('v2'), health: 'healthy', 'smoke-passed': '3' });
    expect(summary.split('\n')[0]).toMatch(/^### ✅ Nothing to do: production is already on v2 /);
    expect(await look()).toEqual(before);
  });

  test('goes back to what the journal calls good when the next release is bad as well', async () => {
    const { production, fleet } = scene;
    await production.commit({ tag: 'v4', message: 'deploy: release 4 mends it', health: '500' });
    await production.deploy('v4');
    const { code, outputs, summary } = await runAction(inputsFor(production));
    // By its message it would be v3, which was rolled back.
    expect({ code, ...outputs }).toMatchObject({ code: 0, result: 'rolled-back', from: production.sha('v4'), to: production.sha('v2') });
    expect(summary).toMatch(/journal|last.*good/i);
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    for (const host of fleet.hosts) expect(await endings(host)).toEqual(['rolled-back', 'rolled-back']);
    expect((await runAction(inputsFor(production))).outputs).toMatchObject({ result: 'unchanged', to: production.sha('v2') });
  });
});

/** Files of the checkout that the world may not read: the service may run as another user than the one who deploys. */
async function unreadable({ production, fleet }: Scene): Promise<readonly string[]> {
  const look = `cd ${production.appDirectory} && find . \\( -path ./.git/objects -o -path ./.git/rollback-action -o -path ./apps/backend/venv -o -name __pycache__ \\) -prune -o ! -perm -o=r -print | sort`;
  const found = await Promise.all(fleet.hosts.map(async (host) => (await host.run(look)).split('\n').filter(Boolean).map((path) => `${host.name}: ${path}`)));
  return found.flat();
}
