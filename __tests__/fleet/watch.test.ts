/** The watch's bundle on real hosts: it knows a bad release within three periods, leaves a good one alone, and what it found good is gone back to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputsFor } from '../rollback/inputs.ts';
import { runAction, type Ended } from '../rollback/runner.ts';
import { openScene, type Scene } from '../rollback/scene.ts';
import { appSource } from './app.ts';
import { fleetAvailable } from './available.ts';
import { backend, type Release } from './release.ts';
import { until } from './until.ts';

const available = await fleetAvailable();

/** A release whose `/health` is well, and that does something of its own before it answers. */
function ill(tag: string, before: string): Release {
  const source = appSource({ health: 'ok', serves: 'matches', needs: '1.0' })
    .replace('from flask import Flask, abort, jsonify', 'from flask import Flask, abort, jsonify, request\n\nseen = []')
    .replace('def wait():\n', `def wait():\n    if request.path.startswith("/api"):\n        ${before}\n`);
  return { tag, parent: 'v4', message: `Release ${tag}`, files: { [`${backend}/app.py`]: source } };
}

describe.skipIf(!available)('on real hosts', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(2);
    await scene.production.commit({ tag: 'v4', parent: 'v3', message: 'Release 4 that is good', health: 'ok' });
    await scene.production.commitAll([
      ill('fails-one-in-five', 'seen.append(1)\n        if len(seen) % 5 == 0:\n            abort(500)'),
      ill('answers-in-3s', 'time.sleep(3)'),
      { tag: 'health-500', parent: 'v4', message: 'Release that is broken', health: '500' },
      { tag: 'dies', parent: 'v4', message: 'Release that dies after a while', health: 'dies-after-3s' },
    ]);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  function watch(overrides: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const { fleet, hosts, appDirectory } = scene.production;
    const [first] = hosts;
    const inputs = {
      hosts: hosts.map(({ address }) => address).join('\n'), 'ssh-user': fleet.user, 'ssh-private-key': fleet.privateKey, 'ssh-known-hosts': fleet.knownHosts, 'app-dir': appDirectory,
      'health-url': `http://${first?.address}/health`, 'host-health-url': 'http://127.0.0.1:8000/health', 'probe-urls': `http://${first?.address}/api/jobs`,
      interval: '300ms', period: '3s', duration: '60s', 'min-requests': '10', ...overrides,
    };
    return runAction(Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== '')), {}, 'watch');
  }

  /** GitHub is not there: the hosts remember, and the whole repository is checked out. */
  function guard(tag: string): Promise<Ended> {
    const { fleet, hosts, appDirectory } = scene.production;
    const inputs = { hosts: hosts.map(({ address }) => address).join('\n'), 'ssh-user': fleet.user, 'ssh-private-key': fleet.privateKey, 'ssh-known-hosts': fleet.knownHosts, 'app-dir': appDirectory };
    return runAction(inputs, { GITHUB_SHA: scene.production.sha(tag), GITHUB_WORKSPACE: fleet.originDirectory }, 'guard');
  }

  /** From the first to the last that was measured after the deployment. */
  const seconds = ({ outputs }: Ended): number => {
    const times = (JSON.parse(outputs['samples'] ?? '[]') as { time: string; before: boolean }[]).filter(({ before }) => !before).map(({ time }) => Date.parse(time));
    return (Math.max(...times) - Math.min(...times)) / 1000;
  };

  /** nginx leaves a server alone for 10 s that did not answer, as while it was restarted. */
  /** Workers of nginx that saw the service dead leave it out for ten seconds, each by itself: new ones have not seen it. */
  async function isUp(): Promise<void> {
    await Promise.all(scene.fleet.hosts.map((host) => host.run('systemctl reload nginx.service')));
    await until('the service answers through nginx', async () => {
      const answers = await Promise.all(scene.fleet.hosts.map(async ({ address }) => (await fetch(`http://${address}/health`)).ok));
      return answers.every(Boolean) ? true : undefined;
    }, 60);
  }

  /** Requests of other people, until it is disposed of. */
  function traffic(): AsyncDisposable {
    let over = false;
    const asking = (async () => {
      while (!over) {
        await Promise.all(scene.fleet.hosts.map(({ address }) => fetch(`http://${address}/api/jobs`).then((answer) => answer.text(), () => '')));
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
    })();
    return { async [Symbol.asyncDispose]() { over = true; await asking; } };
  }

  const many = { 'min-requests': '60' };

  test.each<[tag: string, trigger: string, overrides: Readonly<Record<string, string>>]>([
    ['health-500', 'health', {}],
    // Each of six workers counts for itself: of 60 requests 12 % fail at least.
    ['fails-one-in-five', 'error-rate', many],
    ['fails-one-in-five', 'error-rate', { ...many, 'access-log': '/var/log/green-matchers/access.log', 'health-url': '', 'host-health-url': '', 'probe-urls': '' }],
    // As many at once as the workers can bear.
    ['answers-in-3s', 'response-time', { 'min-requests': '3', interval: '1s' }],
    ['dies', 'health', {}],
  ])('%s: %s', async (tag, trigger, overrides) => {
    await scene.production.deploy(tag);
    if (trigger !== 'health') await isUp();
    await using _others = overrides['access-log'] === undefined ? undefined : traffic();
    const ended = await watch(overrides);
    expect(ended.outputs, ended.log).toMatchObject({ 'rollback-needed': 'yes', trigger });
    // Three periods; a last answer may take a while.
    expect(seconds(ended)).toBeLessThanOrEqual(20);
  });

  test('what is well is left alone and known good; what comes after it goes back to it', async () => {
    const { production } = scene;
    await production.deploy('v4');
    await isUp();
    const good = await watch({ duration: '10s', 'access-log': '/var/log/green-matchers/access.log' });
    expect(good.outputs, good.log).toMatchObject({ 'rollback-needed': 'no', trigger: '' });
    for (const host of scene.fleet.hosts) {
      const journal = await host.run('cat /home/deploy/.local/state/rollback-action/production/releases');
      expect(JSON.parse(journal.trim().split('\n').at(-1) ?? '')).toMatchObject({ result: 'good', to: production.sha('v4') });
    }

    await production.deploy('health-500');
    const bad = await watch();
    expect(bad.outputs).toMatchObject({ 'rollback-needed': 'yes', trigger: 'health' });
    const back = await runAction(inputsFor(production, { reason: bad.outputs['reason'] ?? '', 'detected-at': bad.outputs['detected-at'] ?? '' }));
    expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', from: production.sha('health-500'), to: production.sha('v4') });
    expect(Number(back.outputs['recovery-seconds'])).toBeGreaterThan(Number(back.outputs['duration-seconds']));
    expect(back.summary).toContain('the health check');

    const refused = await guard('health-500');
    expect(refused.outputs, refused.log).toMatchObject({ allowed: 'false', 'reason-code': 'rolled-back-before' });
    expect(refused.outputs['reason']).toMatch(/^this commit was rolled back: by octocat at .*, because "the health check .*" \(remembered by /);
    await production.commitAll([{ tag: 'on-top', parent: 'health-500', message: 'More on top of it' }]);
    await production.commitAll([{ tag: 'reverted', parent: 'on-top', message: `Revert "Release that is broken"\n\nThis reverts commit ${production.sha('health-500')}.`, health: 'ok' }]);
    expect((await guard('on-top')).outputs).toMatchObject({ allowed: 'false', 'reason-code': 'rolled-back-before' });
    const through = await guard('reverted');
    expect(through.outputs, through.log).toMatchObject({ allowed: 'true', 'reason-code': '' });
  });
});
