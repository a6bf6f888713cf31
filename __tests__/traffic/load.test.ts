import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { ends } from './evidence.ts';
import { byServer, describeLoad, firstAnswer, load, startLoad, type Load } from './load.ts';
import { canaryInputsFor, inputsFor, openTrafficScene, type TrafficScene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('under load, on two balancers', () => {
  let scene: TrafficScene;
  let targets: readonly string[];
  beforeAll(async () => {
    scene = await openTrafficScene();
    targets = scene.balancers.map(({ host }) => host.address);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset('one'));

  test.for(['fresh', 'keep-alive'] as const)('of 300 requests a second none fails through three switches, on connections that are %s', async (mode) => {
    await using loading = await startLoad({ targets, rate: 300, mode });
    const switches: { readonly to: 'blue' | 'green'; readonly begun: number; readonly reloaded: readonly number[] }[] = [];
    for (const to of ['blue', 'green', 'blue'] as const) {
      const begun = Date.now();
      await ends({ code: 0, result: 'rolled-back', to }, inputsFor(scene, { 'switch-to': to }));
      switches.push({ to, begun, reloaded: await Promise.all(scene.balancers.map((balancer) => balancer.reloadedAt())) });
    }
    const told = await loading.end();
    trust(told, 300);
    expect(told.failed, describeLoad(told)).toBe(0);
    if (mode === 'fresh') expect(told.retried).toBe(0);
    for (const { to, begun, reloaded } of switches) {
      for (const target of targets.keys()) {
        const first = firstAnswer(told, to, begun, target);
        expect(first === undefined ? 'no answer' : first - (reloaded[target] ?? Number.NaN), `${to} through the balancer ${target + 1}, ms after its reload`).toBeLessThan(1000);
      }
    }
    // What came last came from where traffic is now.
    expect(Object.keys(byServer(told, Date.now() - 400))).toEqual(['blue']);
  });

  test('a canary has its tenth of 1,000 requests a second, and after its rollback none of 10,000; none fails', async () => {
    await scene.reset('weights');
    await using loading = await startLoad({ targets, rate: 1000, mode: 'fresh' });
    await pause(5000);
    const begun = Date.now();
    await ends({ code: 0, result: 'rolled-back' }, canaryInputsFor(scene));
    const during = await loading.end();
    trust(during, 1000);
    expect(during.failed, describeLoad(during)).toBe(0);
    const { green = 0, canary = 0 } = byServer(during, 0, begun);
    expect(green + canary).toBeGreaterThan(4000);
    expect((100 * canary) / (green + canary)).toSatisfy((share: number) => Math.abs(share - 10) < 1);

    await scene.canary.forget();
    const after = await load({ targets, rate: 1000, mode: 'fresh', seconds: 10.2 });
    trust(after, 1000);
    expect(after.failed, describeLoad(after)).toBe(0);
    expect(after.total).toBeGreaterThanOrEqual(10_000);
    expect(byServer(after)).toEqual({ green: after.total });
    expect(await scene.canary.requests()).toEqual({});
  });
});

/** Figures under a load that was not really there are none. */
function trust(load: Load, rate: number): void {
  expect(load.rate, `this machine did not manage the load, so the figures say nothing: ${describeLoad(load)}`).toBeGreaterThan(rate * 0.9);
}
