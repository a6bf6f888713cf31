/** Nothing that the database has acknowledged is lost, while somebody who is not stopped goes on writing all through a restore. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { backend } from '../fleet/release.ts';
import { openDataScene, type DataScene } from '../rollback/data-scene.ts';
import { inputsFor } from '../rollback/inputs.ts';
import { runAction } from '../rollback/runner.ts';
import { startWriter } from '../rollback/writer.ts';

const available = await fleetAvailable();

/** Ten on each, twenty in all. */
const times = 10;

describe.skipIf(!available).each(['mariadb', 'postgresql'] as const)('a writer who is not stopped, on %s', (engine) => {
  let scene: DataScene;
  beforeAll(async () => {
    scene = await openDataScene(engine, 1);
    await scene.reset();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test(`loses nothing in ${times} restores, and the loss that is told is the loss that is counted`, async () => {
    const { production, host } = scene;
    const numbers = async (database: string) => (await scene.sql("SELECT CAST(value AS DECIMAL(20, 0)) FROM analytics WHERE name = 'written'", database)).split('\n').filter(Boolean).map(Number);
    const told: string[] = [];
    const counted: string[] = [];
    for (let round = 1; round <= times; round += 1) {
      await scene.backUp('v2', `2026010${Math.floor(round / 10)}T00000${round % 10}Z`);
      const [before = ''] = await scene.named();
      const saved = new Set(await numbers(before));
      const writer = await startWriter(host, `${production.appDirectory}/${backend}/.env`, round * 1_000_000);
      const cutover = round % 2 === 0 ? 'swap' : 'repoint';
      const ended = await runAction(inputsFor(production, { method: 'database', cutover, 'max-data-loss-rows': 'any', 'health-successes': '1', 'smoke-tests': '', reload: '' }));
      const acknowledged = await writer.stop();
      expect(ended.outputs['result'], ended.log).toBe(engine === 'mariadb' && cutover === 'swap' && ended.outputs['reason-code'] === 'step-failed' ? 'refused' : 'rolled-back');
      const all = new Set((await Promise.all((await scene.databases()).map(numbers))).flat());
      expect(acknowledged.filter((number) => !all.has(number))).toEqual([]);
      const [after = ''] = await scene.named();
      const live = new Set(await numbers(after));
      const kept = (await scene.databases()).filter((name) => name !== after);
      const left = new Set((await Promise.all(kept.map(numbers))).flat().filter((number) => number >= round * 1_000_000 && !live.has(number)));
      expect([...saved].filter((number) => !live.has(number))).toEqual([]);
      told.push(ended.outputs['data-loss-rows'] ?? '');
      counted.push(String(left.size));
      for (const name of kept) await scene.sql(engine === 'mariadb' ? `DROP DATABASE \`${name}\`` : `DROP DATABASE "${name}" WITH (FORCE)`, engine === 'mariadb' ? 'mysql' : 'postgres');
    }
    expect(told).toEqual(counted);
    expect(counted.some((count) => Number(count) > 100)).toBe(true);
  }, 900_000);
});
