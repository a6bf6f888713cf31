/** The database's password on its way through a backup, a restore and its undo: every program that the host starts is watched, with all its arguments and its environment. */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Host } from '../fleet/host.ts';
import { backend } from '../fleet/release.ts';
import { asRoot, attempt, run } from '../fleet/run.ts';
import { until } from '../fleet/until.ts';
import { openDataScene, type DataScene } from './data-scene.ts';
import { inputsFor } from './inputs.ts';
import { runAction } from './runner.ts';

const available = await fleetAvailable();
const password = `s3cr3t pa$$'"\\#;%`;

describe.skipIf(!available).each(['mariadb', 'postgresql'] as const)('a password of every kind, on %s', (engine) => {
  let scene: DataScene;
  beforeAll(async () => {
    scene = await openDataScene(engine, 1);
    await installStrace();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  test('works, and is seen nowhere', async () => {
    const { production, host } = scene;
    const url = production.databaseUrl.replace(/:[^:@/]*@/, `:${encodeURIComponent(password).replaceAll("'", '%27')}@`);
    await scene.sql(engine === 'mariadb' ? `ALTER USER green_user@'%' IDENTIFIED BY '${password.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `ALTER USER green_user PASSWORD '${password.replaceAll("'", "''")}'`);
    await host.write(`${production.appDirectory}/${backend}/.env`, `DATABASE_URL=${url}\n`, '0600', 'deploy:deploy');
    await host.run(`systemctl restart ${production.service}`);
    const path = await scene.backUp('v2');
    await scene.sql("INSERT INTO careers (id, name) VALUES (1001, 'lost')");

    const watch = await startStrace(host);
    const undone = await runAction(inputsFor(production, { method: 'database', commit: 'v2-bad', 'restore-from': path, 'max-data-loss-rows': 'any', 'health-timeout': '8s' }));
    expect(undone.outputs['result'], undone.log).toBe('undone');
    const ended = await runAction(inputsFor(production, { method: 'database', 'max-data-loss-rows': 'any', backup: 'database\napp' }));
    expect(ended.outputs['result'], ended.log).toBe('rolled-back');
    const seen = await watch.end();

    const forms = [password, encodeURIComponent(password), encodeURIComponent(password).replaceAll("'", '%27'), password.replaceAll('\\', '\\\\').replaceAll('"', '\\"')];
    expect(seen.split('\n').filter((line) => line.includes('execve(')).length).toBeGreaterThan(200);
    // strace prints strings as C does.
    const inC = forms.map((form) => JSON.stringify(form).slice(1, -1));
    const leaks = seen.split('\n').filter((line) => [...forms, ...inC].some((form) => line.includes(form)));
    // The application's own process and its migrations get their environment, as systemd and the env file give it.
    expect(leaks.filter((line) => !/execve\("[^"]*(gunicorn|python3?(\.\d+)?|alembic)"/.test(line)).map((line) => line.slice(0, 300))).toEqual([]);
    for (const text of [undone.log, undone.summary, ended.log, ended.summary, JSON.stringify([undone.outputs, ended.outputs])]) expect(forms.some((form) => text.includes(form))).toBe(false);
    const patterns = forms.map((form) => `${form}\n`).join('');
    expect(await host.run(`grep -rlF -f - /home/deploy/.local/state /tmp /var/tmp /var/log /dev/shm ${production.appDirectory}/.git /var/backups 2> /dev/null | while read -r file; do stat -c '%a %n' "$file"; done || :`, { input: patterns })).toBe('');
    expect(await host.run('journalctl --no-pager --output=json-pretty | grep -cF -f - || :', { input: patterns })).toBe('0\n');
  });
});

/** On this machine, from which the host's processes are seen. */
async function installStrace(): Promise<void> {
  if ((await attempt(['sh', '-c', 'command -v strace'])).code === 0) return;
  await run(asRoot('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '--yes', '--no-install-recommends', 'strace'));
}

/** Follows the host's sshd and everything that it starts. */
async function startStrace(host: Host): Promise<{ end(): Promise<string> }> {
  const inside = (await host.run('cat /proc/sys/kernel/random/boot_id; readlink /proc/self/ns/net')).trim().split('\n')[1] ?? '';
  const found = await run(asRoot('sh', '-c', `for process in $(pgrep -x sshd); do [ "$(readlink /proc/$process/ns/net)" = '${inside}' ] && echo "$process $(cut -d ' ' -f 22 /proc/$process/stat)"; done | sort -n -k 2 | head -n 1`));
  const [pid = ''] = found.trim().split(' ');
  const file = join(tmpdir(), `strace-${pid}`);
  const [program = '', ...args] = asRoot('strace', '-f', '-v', '-s', '65535', '-e', 'trace=execve', '-o', file, '-p', pid);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  await until('strace is attached', async () => (said.includes('attached') ? true : undefined), 20);
  return {
    async end() {
      child.kill('SIGINT');
      await once(child, 'exit');
      const text = await readFile(file, 'latin1');
      await rm(file);
      return text;
    },
  };
}
