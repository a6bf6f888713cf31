import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { databasePassword } from '../fleet/database.ts';
import type { Host } from '../fleet/host.ts';
import { run } from '../fleet/run.ts';
import { holdRestart } from './hold.ts';
import { inputsFor } from './inputs.ts';
import { startAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

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
    expect(await control(scene.host(1), canaries)).toBe('environ sleep\n');
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

/** Lines of the key that no other key has, and each other secret in the forms in which it could leak. */
function canariesOf(key: string, texts: readonly string[]): readonly string[] {
  const lines = key.trim().split('\n').slice(1, -1).filter((line, index) => index > 0 && line.length > 20);
  return [...lines, ...texts.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -2)])];
}

const patterns = (canaries: readonly string[]): string => canaries.map((canary) => `${canary}\n`).join('');

/** Every process whose arguments or environment hold a canary: `argv mariadb-dump`. The app's own, which systemd gives its password, left out. */
const lookScript = `for process in /proc/[0-9]*; do
  grep -q green-matchers-api.service "$process/cgroup" 2> /dev/null && continue
  for where in cmdline environ; do
    tr '\\0' '\\n' < "$process/$where" 2> /dev/null | grep -qF -f /run/canaries && echo "$where $(cat "$process/comm" 2> /dev/null)"
  done
done`;

async function look(host: Host, canaries: readonly string[]): Promise<string> {
  await host.write('/run/canaries', patterns(canaries), '0600');
  return host.run(`${lookScript}\n:`);
}

/** A process that has a canary, to show that it would be found. */
async function control(host: Host, canaries: readonly string[]): Promise<string> {
  await host.run(`systemd-run --quiet --unit=control --setenv=LEAK=${passphrase} sleep infinity`);
  const seen = await look(host, canaries);
  await host.run('systemctl stop control.service');
  return seen;
}

/** Looks again and again, as fast as it can, until it is ended. */
async function startWatch(host: Host, canaries: readonly string[]): Promise<void> {
  await host.write('/run/canaries', patterns(canaries), '0600');
  await host.write('/run/watch.sh', `while [ -e /run/watching ]; do\n${lookScript}\ndone >> /run/seen\n`);
  await host.run('touch /run/watching /run/seen && systemd-run --quiet --unit=watch bash /run/watch.sh');
}

function endWatch(host: Host): Promise<string> {
  return host.run('rm /run/watching; while systemctl is-active --quiet watch.service; do sleep 0.1; done; sort -u /run/seen; rm /run/seen');
}

/** The app's own migrations/env.py reads the address of the database from its environment: that one process must have it. */
function allowed(seen: string): string {
  return seen.split('\n').filter((line) => line !== '' && !/^environ (alembic|python3?)$/.test(line)).join('\n');
}

/** The runner swallows these lines. */
const unmasked = (log: string): string => log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n');

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => [join(entry.parentPath, entry.name), await readFile(join(entry.parentPath, entry.name), 'utf8')] as const)));
}
