import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { databasePassword } from '../fleet/database.ts';
import { run } from '../fleet/run.ts';
import { holdRestart } from './hold.ts';
import { inputsFor } from './inputs.ts';
import { startAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';
import { canariesOf, control, endWatch, filesOf, look, patterns, startWatch, unmasked } from './watch.ts';

const available = await fleetAvailable();
const passphrase = 'correct-horse-battery-staple-9931';

describe.skipIf(!available)('secrets', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(2);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test('are nowhere but where they were handed over, while a rollback runs and is undone, and afterwards', async () => {
    const { production, fleet } = scene;
    const keyFile = `${fleet.privateKeyFile}-locked`;
    await run(['cp', fleet.privateKeyFile, keyFile]);
    await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', passphrase, '-f', keyFile]);
    const key = await readFile(keyFile, 'utf8');
    const canaries = canariesOf(key, [passphrase, databasePassword, production.databaseUrl]);
    expect(await control(scene.host(1), canaries, passphrase)).toBe('environ sleep\n');
    await using held = await holdRestart(scene.host(1), production);
    await Promise.all(fleet.hosts.map((host) => startWatch(host, canaries)));
    const started = startAction(inputsFor(production, {
      // Handed over by the runner, which is the longer way for a password.
      'env-file': '', 'database-url': production.databaseUrl, 'ssh-private-key': key, 'ssh-passphrase': passphrase,
      'smoke-tests': `http://${scene.host(1).address}/api/jobs contains "no such job"`,
    }));
    await held.reached();
    const atWork = await Promise.all(fleet.hosts.map((host) => look(host, canaries)));
    const checkpoints = await filesOf(started.workspace);
    await held.release();
    const ended = await started.ended;
    const post = await started.post();
    expect(ended.outputs).toMatchObject({ result: 'undone' });

    for (const seen of [...atWork, ...(await Promise.all(fleet.hosts.map(endWatch)))]) expect(allowed(seen)).toBe('');
    expect(Object.keys(checkpoints)).not.toEqual([]);
    const runner = { log: unmasked(ended.log), summary: ended.summary, outputs: JSON.stringify(ended.outputs), post: unmasked(post.log), ...checkpoints, ...(await filesOf(ended.workspace)) };
    expect(Object.entries(runner).filter(([, text]) => canaries.some((canary) => text.includes(canary))).map(([name]) => name)).toEqual([]);
    for (const host of fleet.hosts) {
      expect(await host.run(`grep -rlF -f - /home/deploy/.local/state ${production.appDirectory}/.git /tmp /var/tmp /var/log /dev/shm || :`, { input: patterns(canaries) })).toBe('');
      expect(await host.run('journalctl --no-pager --output=json-pretty | grep -cF -f - || :', { input: patterns(canaries) })).toBe('0\n');
    }
  });
});

/** The app's own migrations/env.py reads the address of the database from its environment: that one process must have it. */
function allowed(seen: string): string {
  return seen.split('\n').filter((line) => line !== '' && !/^environ (alembic|python3?)$/.test(line)).join('\n');
}
