import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { databasePassword } from '../fleet/database.ts';
import { until } from '../fleet/until.ts';
import { restoreRights } from '../rollback/data-scene.ts';
import { openScene, type Scene } from '../rollback/scene.ts';
import { canariesOf, control, endWatch, filesOf, look, patterns, startWatch, unmasked } from '../rollback/watch.ts';
import { backupFolder, startBackup, wrapDumper } from './inputs.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('the password of the database', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(1);
    await scene.host(1).write('/etc/sudoers.d/restore', restoreRights, '0440');
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test.each<[string, (scene: Scene) => Readonly<Record<string, string>>]>([
    ['handed over by the runner', ({ production }) => ({ 'env-file': '', 'database-url': production.databaseUrl })],
    ['read on the host', () => ({})],
  ])('%s is in no argument, environment, log or file while a dump is made, restored and compared, nor afterwards', async (_how, from) => {
    await scene.reset();
    const { production, fleet } = scene;
    const host = scene.host(1);
    const canaries = canariesOf(fleet.privateKey, [databasePassword, production.databaseUrl]);
    expect(await control(host, [...canaries, 'a-canary'], 'a-canary')).toBe('environ sleep\n');
    await using _wrapped = await wrapDumper(host, 'mariadb-dump', ': > /tmp/reached; while [ ! -e /tmp/go ]; do sleep 0.05; done; exec "$real" "$@"');
    await startWatch(host, canaries);
    const started = startBackup(production, { verify: 'full', backup: 'database', ...from(scene) });
    await until('the dump is in flight', async () => ((await host.exec('rm /tmp/reached')).code === 0 ? true : undefined), 60);
    const atWork = await look(host, canaries);
    const checkpoints = await filesOf(started.workspace);
    await host.run('touch /tmp/go');
    const ended = await started.ended;
    await host.run('rm /tmp/go');
    expect({ code: ended.code, reason: ended.outputs['reason-code'] }).toEqual({ code: 0, reason: '' });
    expect([atWork, await endWatch(host)]).toEqual(['', '']);
    expect(Object.keys(checkpoints)).not.toEqual([]);
    const runner = { log: unmasked(ended.log), summary: ended.summary, outputs: JSON.stringify(ended.outputs), ...checkpoints, ...(await filesOf(ended.workspace)) };
    expect(Object.entries(runner).filter(([, text]) => canaries.some((canary) => text.includes(canary))).map(([name]) => name)).toEqual([]);
    expect(await host.run(`grep -rlF -f - /home/deploy/.local/state ${production.appDirectory}/.git /tmp /var/tmp /var/log /dev/shm ${backupFolder} || :`, { input: patterns(canaries) })).toBe('');
    expect(await host.run('journalctl --no-pager --output=json-pretty | grep -cF -f - || :', { input: patterns(canaries) })).toBe('0\n');
  });
});
