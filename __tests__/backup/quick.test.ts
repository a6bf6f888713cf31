import { createServer, type Server } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { until } from '../fleet/until.ts';
import { endings, leftBehind, locks } from '../rollback/evidence.ts';
import { plain } from '../rollback/runner.ts';
import { openScene, type Scene } from '../rollback/scene.ts';
import { backupFolder, backupsIn, dumpsOn, filesOn, inputsFor, manifestOf, runBackup, startBackup, wrapDumper } from './inputs.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a backup before a deployment, of MariaDB', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(2);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const short = (tag: string): string => scene.production.sha(tag).slice(0, 7);

  test('is made, verified, and can be restored; nothing else is left, nothing in production changes', async () => {
    const { production } = scene;
    const before = await snapshot(production);
    const ended = await runBackup(production, { backup: 'database\napp' });
    expect({ code: ended.code, log: ended.code === 0 ? '' : ended.log, ...ended.outputs, backup: '' }).toEqual({ code: 0, log: '', backup: '', release: production.sha('v3'), revision: 'd4', 'reason-code': '' });
    const backups = backupsIn(ended);
    expect(backups.map(({ kind, host }) => `${kind} ${host}`).toSorted()).toEqual([`app ${scene.host(1).address}`, `app ${scene.host(2).address}`, `database ${scene.host(1).address}`].toSorted());
    for (const { kind, host, location, bytes, sha256 } of backups) {
      const on = host === scene.host(1).address ? scene.host(1) : scene.host(2);
      expect(await on.run(`stat -c '%s %a' ${location}; sha256sum < ${location} | cut -c 1-64`)).toBe(`${bytes} 600\n${sha256}\n`);
      expect(await manifestOf(on, location)).toMatchObject({ kind, by: 'backup', verified: 'quick', environment: 'production', app: production.appDirectory, release: production.sha('v3'), bytes, sha256 });
    }
    const dump = backups.find(({ kind }) => kind === 'database')?.location ?? '';
    expect(await manifestOf(scene.host(1), dump)).toMatchObject({ engine: 'mysql', revision: 'd4', tables: 5, rows: { matches: 40, jobs: 60 } });
    await scene.host(1).run(`mariadb -e 'CREATE DATABASE again' && gzip -dc ${dump} | mariadb again`);
    expect(await scene.host(1).run('mariadb -BN again -e "SELECT COUNT(*) FROM matches"; mariadb -e "DROP DATABASE again"')).toBe('40\n');
    expect(await snapshot(production)).toEqual(before);
    expect([await leftBehind(production), await endings(scene.host(1)), (await filesOn(scene.host(1))).filter((name) => name.includes('.part'))]).toEqual([[], [], []]);
    for (const text of [ended.log, ended.summary, JSON.stringify(ended.outputs)]) expect(text).not.toMatch(/p@ss#w|p%40ss%23w/);
    expect(plain(ended.summary)).toMatch(/^### 💾 Production is backed up: database \(.*\) and app \(.*, 2 hosts\) of release [0-9a-f]{7}, verified, in /);
  });

  test('takes its inputs from the rollback’s own file', async () => {
    const { production } = scene;
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
    const { 'ssh-private-key': key = '', ...rest } = inputsFor(production, { method: 'git', services: production.service, 'health-url': 'http://127.0.0.1/health', backup: 'app' });
    writeFileSync(join(workspace, 'rollback.yml'), JSON.stringify(rest));
    const none = { hosts: '', 'ssh-user': '', 'ssh-known-hosts': '', 'app-dir': '', 'env-file': '' };
    const ended = await runBackup(production, { ...none, 'ssh-private-key': key, config: 'rollback.yml' }, { GITHUB_WORKSPACE: workspace });
    expect({ code: ended.code, kinds: backupsIn(ended).map(({ kind }) => kind) }).toEqual({ code: 0, kinds: ['app', 'app'] });
  });

  test('is kept by count; never pruned are the last one of a good release and what a rollback uses', async () => {
    const { production } = scene;
    const host = scene.host(1);
    const keep = (environment = {}) => runBackup(production, { 'backup-keep': '1', 'github-token': 'a-token' }, environment);
    await production.deploy('v1');
    await keep();
    const used = backupsIn(await keep())[0]?.location ?? '';
    expect(await dumpsOn(host)).toEqual([short('v1')]);
    await production.deploy('v2');
    await using github = await deployments([{ commitOid: production.sha('v2'), createdAt: '2026-01-01T00:00:00Z', state: 'SUCCESS' }, { commitOid: production.sha('v3'), createdAt: '2026-01-02T00:00:00Z', state: 'FAILURE' }]);
    // A rollback was interrupted that was about to restore the dump of v1.
    await host.write(`${production.appDirectory}/.git/rollback-action/found/run`, JSON.stringify({ run: 'r-1', actor: 'mona', from: production.sha('v2'), to: production.sha('v1'), startedAt: 1_700_000_000_000, backup: used, live: 'green_matchers_db' }), '0600', 'deploy:deploy');
    const noted = await keep(github.environment);
    expect(plain(noted.summary)).toContain('the rollback r-1 of mona was interrupted before it ended');
    expect(await dumpsOn(host)).toEqual([short('v1'), short('v2')]);
    await production.deploy('v3');
    await keep(github.environment);
    await keep(github.environment);
    // The interrupted run is not one of this release any more.
    expect(await dumpsOn(host)).toEqual([short('v2'), short('v3')]);
    // Without an answer of GitHub nobody says that v2 was good.
    await keep();
    expect(await dumpsOn(host)).toEqual([short('v3')]);
  });

  test.each([
    ['that is cut short and says that it went well', '"$real" "$@" | head -c 2000; exit 0'],
    ['that leaves a table out', String.raw`"$real" "$@" | sed '/^CREATE TABLE .matches/,/;$/d'; exit 0`],
    ['that is killed', '"$real" "$@" | head -c 2000; kill -9 $$'],
    ['that fails at its very end', '"$real" "$@"; exit 2'],
  ])('a dump program %s makes no backup, and older ones stay', async (_what, script) => {
    const { production } = scene;
    await runBackup(production, { 'backup-keep': '1' });
    const before = await filesOn(scene.host(1));
    await using _wrapped = await wrapDumper(scene.host(1), 'mariadb-dump', script);
    const { code, outputs, summary } = await runBackup(production, { 'backup-keep': '1' });
    expect({ code, backup: outputs['backup'], reason: outputs['reason-code'] }).toEqual({ code: 1, backup: '[]', reason: 'backup-failed' });
    expect(plain(summary)).toContain('nothing should be deployed');
    expect(await filesOn(scene.host(1))).toEqual(before);
    expect(await leftBehind(production)).toEqual([]);
  });

  test('all that stands in its way is told at once, and nothing is changed', async () => {
    const { production } = scene;
    await scene.host(2).run(`mv ${production.appDirectory}/apps/backend/.env /root/; chmod 755 /var/backups`);
    await scene.host(1).run('systemctl stop mariadb');
    try {
      const { code, outputs, summary } = await runBackup(production, { backup: 'database\napp', 'backup-dir': '/usr/local/backups' });
      expect({ code, backup: outputs['backup'], release: outputs['release'] }).toEqual({ code: 1, backup: '[]', release: '' });
      const told = plain(summary);
      for (const says of ['the database does not answer', '/usr/local/backups', 'apps/backend/.env is not there', scene.host(1).address, scene.host(2).address]) expect(told).toContain(says);
      expect(await filesOn(scene.host(1))).toEqual([]);
    } finally {
      await scene.host(2).run(`mv /root/.env ${production.appDirectory}/apps/backend/`);
      await scene.host(1).run('systemctl start mariadb');
    }
  });

  test('a disk without room is told before anything is written', async () => {
    await scene.host(1).run(`mkdir -p ${backupFolder}; mount -t tmpfs -o size=20m,uid=1000,mode=700 tmpfs ${backupFolder}; fallocate -l 19m ${backupFolder}/full`);
    try {
      const { outputs } = await runBackup(scene.production);
      expect(outputs).toMatchObject({ backup: '[]', 'reason-code': 'disk-full' });
      expect(await filesOn(scene.host(1))).toEqual(['full']);
    } finally {
      await scene.host(1).run(`umount ${backupFolder}; rmdir ${backupFolder}`);
    }
  });

  test('a disk that is full before the dump has ended leaves nothing of it', async () => {
    await scene.host(1).run(`mkdir -p ${backupFolder}; mount -t tmpfs -o size=60m,uid=1000,mode=700 tmpfs ${backupFolder}`);
    await using _wrapped = await wrapDumper(scene.host(1), 'mariadb-dump', `head -c 100000000 /dev/zero > ${backupFolder}/other 2> /dev/null; exec "$real" "$@"`);
    try {
      const { code, outputs } = await runBackup(scene.production);
      expect({ code, backup: outputs['backup'], reason: outputs['reason-code'] }).toEqual({ code: 1, backup: '[]', reason: 'backup-failed' });
      expect(await filesOn(scene.host(1))).toEqual(['other']);
    } finally {
      await scene.host(1).run(`umount ${backupFolder}; rmdir ${backupFolder}`);
    }
  });

  test('one at a time: another is refused while one runs, or waits for it; a cancelled one frees its lock when its dump has ended', async () => {
    const { production } = scene;
    const held = '[ -e /run/hold ] || exec "$real" "$@"; : > /run/reached; while [ -e /run/hold ]; do sleep 0.05; done; exec "$real" "$@"';
    await using _wrapped = await wrapDumper(scene.host(1), 'mariadb-dump', held);
    await scene.host(1).run('install -d -m 1777 /run/held; touch /run/hold; install -m 666 /dev/null /run/reached; rm /run/reached; chmod 1777 /run');
    const reached = () => until('a dump is in flight', async () => ((await scene.host(1).exec('rm /run/reached')).code === 0 ? true : undefined), 60);
    const first = startBackup(production, {}, { GITHUB_ACTOR: 'mona' });
    await reached();
    const second = await runBackup(production);
    expect(second.outputs).toMatchObject({ backup: '[]', 'reason-code': 'locked' });
    expect(plain(second.summary)).toContain('mona');
    const third = startBackup(production, { 'lock-wait': '2m' });
    await until('the third waits', () => (/Waiting for the lock of mona's run/.test(third.log()) ? true : undefined));
    await scene.host(1).run('rm /run/hold');
    expect((await first.ended).code).toBe(0);
    expect((await third.ended).code).toBe(0);
    expect(await dumpsOn(scene.host(1))).toHaveLength(2);

    await scene.host(1).run('touch /run/hold');
    const cancelled = startBackup(production);
    await reached();
    cancelled.process.kill('SIGTERM');
    expect((await cancelled.ended).outputs).toMatchObject({ 'reason-code': 'cancelled' });
    expect(Object.keys(await locks(production))).toEqual(['app1', 'app2']);
    const post = cancelled.post();
    await scene.host(1).run('rm /run/hold');
    expect(plain((await post).summary)).toMatch(/the backup was cancelled/);
    expect([await locks(production), await leftBehind(production)]).toEqual([{}, []]);
    // It ended by itself and is whole.
    expect(await dumpsOn(scene.host(1))).toHaveLength(3);
  });
});

type Deployment = { readonly commitOid: string; readonly createdAt: string; readonly state: string };

/** GitHub's answer to the question for deployments. */
async function deployments(all: readonly Deployment[]): Promise<AsyncDisposable & { readonly environment: Readonly<Record<string, string>> }> {
  const nodes = all.map(({ state, ...node }) => ({ ...node, statuses: { nodes: [{ state }] } }));
  const server: Server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { repository: { deployments: { nodes } } } }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    environment: { GITHUB_API_URL: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` },
    [Symbol.asyncDispose]: () => new Promise((closed) => { server.close(() => closed()); server.closeAllConnections(); }),
  };
}
