import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { until } from '../fleet/until.ts';
import type { Inputs } from '../rollback/inputs.ts';
import { startAction, type Ended } from '../rollback/runner.ts';
import { answering, ends, endedAs, everything, files, leftBehind, standing, story, told } from './evidence.ts';
import { describeLoad, startLoad } from './load.ts';
import { liveIn, nginxFile, nginxText, serverLines } from './nginx-file.ts';
import { revoke, rightsFor } from './rights.ts';
import { inputsFor, openTrafficScene, type TrafficScene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a switch that cannot be done on the second balancer', () => {
  let scene: TrafficScene;
  beforeAll(async () => {
    scene = await openTrafficScene();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset('one'));

  /** Runs it under some load and shows by the machines alone that everything is as it was, and that nobody noticed. */
  async function leavesAllAsItWas(run: () => Promise<Ended>): Promise<Ended> {
    const before = await standing(scene);
    expect(await answering(scene)).toEqual([['green'], ['green']]);
    await using loading = await startLoad({ targets: scene.balancers.map(({ host }) => host.address), rate: 50, mode: 'fresh' });
    const ended = await run();
    const load = await loading.end();
    expect(await standing(scene), story(ended)).toEqual(before);
    expect(await leftBehind(scene), story(ended)).toEqual([]);
    expect(load.failed, `${describeLoad(load)}\n${story(ended)}`).toBe(0);
    return ended;
  }

  type Case = { readonly wrong: (scene: TrafficScene) => Promise<unknown>; readonly result: 'refused' | 'undone'; readonly code: RegExp; readonly says: RegExp };

  const cases: Readonly<Record<string, Case>> = {
    'the file has a mistake elsewhere': {
      wrong: ({ lb2 }) => lb2.setText(`${nginxText(serverLines('one', 'green'))}\nserver { listen ; }\n`),
      result: 'refused', code: /^nginx-config-invalid$/, says: /green-matchers\.conf:\d+/,
    },
    'the other colour has a name that is not known there': {
      wrong: ({ lb2 }) => lb2.host.run("sed 's/^.* blue$//' /etc/hosts > /tmp/hosts && cat /tmp/hosts > /etc/hosts && rm /tmp/hosts"),
      result: 'refused', code: /^(target-unhealthy|nginx-config-invalid)$/, says: /blue/,
    },
    // `nginx -t` and the reload itself both exit 0 then.
    'another program has a port that nginx is to listen on next time': {
      wrong: async ({ lb2 }) => {
        await lb2.host.write('/etc/nginx/conf.d/new.conf', 'server { listen 8081; return 204; }\n');
        await lb2.host.run(`systemd-run --quiet --collect --service-type=exec --unit=squatter python3 -c 'import socket, time
taken = socket.create_server(("0.0.0.0", 8081))
time.sleep(1000)' && nginx -t`);
      },
      result: 'undone', code: /^(not-proved|step-failed|nginx-config-invalid)$/, says: /bind|8081|Address already in use/,
    },
    'systemd refuses the reload': {
      wrong: ({ lb2 }) => lb2.host.write('/etc/systemd/system/nginx.service.d/refuse.conf', '[Service]\nExecReload=\nExecReload=/bin/false\n').then(() => lb2.host.run('systemctl daemon-reload')),
      result: 'undone', code: /^(not-proved|step-failed|nginx-config-invalid)$/, says: /reload/,
    },
    'the reload is told to have worked, and no worker has heard of it': {
      wrong: ({ lb2 }) => lb2.host.write('/etc/systemd/system/nginx.service.d/lie.conf', '[Service]\nExecReload=\nExecReload=/bin/true\n').then(() => lb2.host.run('systemctl daemon-reload')),
      result: 'undone', code: /^(not-proved|step-failed)$/, says: /worker/,
    },
  };

  test.for(Object.entries(cases))('because %s: both stay on the old colour', async ([, { wrong, result, code, says }]) => {
    await wrong(scene);
    try {
      const ended = await leavesAllAsItWas(() => ends({ code: 1, result }, inputsFor(scene)));
      expect(ended.outputs['reason-code'], story(ended)).toMatch(code);
      expect(told(ended), story(ended)).toMatch(says);
      expect(told(ended), story(ended)).toContain(scene.lb2.host.address);
    } finally {
      await scene.lb2.host.run('systemctl stop squatter.service 2> /dev/null || :');
    }
  });

  test('because the folder is read-only: both stay on the old colour', async () => {
    await scene.lb2.host.run('mount --bind /etc/nginx/conf.d /etc/nginx/conf.d && mount -o remount,ro,bind /etc/nginx/conf.d');
    const ended = await leavesAllAsItWas(() => ends({ code: 1 }, inputsFor(scene)));
    expect(['refused', 'undone'], story(ended)).toContain(ended.outputs['result']);
    expect(told(ended), story(ended)).toMatch(/read-only|may not write|cannot be written/i);
  });

  test('because nginx does not run there: nothing is touched, and nobody starts it', async () => {
    await scene.lb2.host.run('systemctl stop nginx.service');
    const before = await everything(scene);
    const ended = await ends({ code: 1, result: 'refused' }, inputsFor(scene));
    expect(await everything(scene)).toEqual(before);
    expect(told(ended), story(ended)).toMatch(/nginx.*(not run|stopped|inactive)/s);
    expect(told(ended), story(ended)).toContain(scene.lb2.host.address);
  });

  test('because a right is missing: nothing is touched, and the line to add is given', async () => {
    const rights = rightsFor('lines').filter((line) => /nginx/.test(line));
    expect(rights.length).toBeGreaterThan(1);
    for (const line of rights) {
      await scene.grant('lines');
      await revoke(scene.lb2.host, line);
      const before = await everything(scene);
      const ended = await ends({ code: 1, result: 'refused', 'reason-code': 'no-rights' }, inputsFor(scene));
      expect(await everything(scene)).toEqual(before);
      expect(told(ended), story(ended)).toContain(line.replace(/^.*NOPASSWD: */, ''));
      expect(told(ended), story(ended)).toContain(scene.lb2.host.address);
    }
  });

  /** Lets the run look at everything, then does something, then lets it go on. */
  async function meanwhile(act: () => Promise<unknown>, inputs: Inputs = {}): Promise<Ended> {
    const started = startAction(inputsFor(scene, { 'before-command': 'touch ready; while [ ! -e go ]; do sleep 0.05; done', ...inputs }));
    await until('the "before-command" runs', () => (existsSync(join(started.workspace, 'ready')) ? true : undefined), 60);
    await act();
    writeFileSync(join(started.workspace, 'go'), '');
    return started.ended;
  }

  test('because somebody edits the file meanwhile: nothing is touched, and theirs is kept', async () => {
    const theirs = `# edited by hand\n${nginxText(serverLines('one', 'green'))}`;
    const ended = await meanwhile(() => scene.lb2.setText(theirs));
    endedAs(ended, { code: 1, result: 'refused', 'reason-code': 'locked' });
    expect((await files(scene)).map(({ text }) => text)).toEqual([nginxText(serverLines('one', 'green')), theirs]);
    expect(await leftBehind(scene)).toEqual([]);
    expect(told(ended), story(ended)).toContain(scene.lb2.host.address);
  });

  test('because the other colour dies when all was looked at: both stay on the old colour', async () => {
    const before = await standing(scene);
    const ended = await meanwhile(() => scene.blue.die());
    endedAs(ended, { code: 1 });
    expect(['refused', 'undone'], story(ended)).toContain(ended.outputs['result']);
    expect(ended.outputs['reason-code'], story(ended)).toMatch(/^(target-unhealthy|not-proved|wrong-release)$/);
    expect(await standing(scene), story(ended)).toEqual(before);
    expect(await leftBehind(scene)).toEqual([]);
  });

  test('others who reload at the same moment do no harm', async () => {
    await Promise.all(scene.balancers.map(({ host }) => host.run("systemd-run --quiet --collect --unit=reloads sh -c 'while :; do nginx -s reload; sleep 0.3; done'")));
    await using loading = await startLoad({ targets: scene.balancers.map(({ host }) => host.address), rate: 50, mode: 'fresh' });
    const ended = await ends({ code: 0, result: 'rolled-back' }, inputsFor(scene));
    await Promise.all(scene.balancers.map(({ host }) => host.run('systemctl stop reloads.service')));
    const load = await loading.end();
    for (const { text } of await files(scene)) expect(liveIn(text), story(ended)).toEqual(['blue']);
    await until('blue answers everywhere', async () => ((await answering(scene)).every((names) => names.join() === 'blue') ? true : undefined));
    expect(load.failed, describeLoad(load)).toBe(0);
    expect(await leftBehind(scene)).toEqual([]);
  });

  test('a file that is not there is said to be so', async () => {
    await scene.lb2.host.run(`mv ${nginxFile} /root/moved.conf`);
    try {
      const before = await everything(scene);
      const ended = await ends({ code: 1, result: 'refused' }, inputsFor(scene));
      expect(told(ended), story(ended)).toContain(nginxFile);
      expect(await everything(scene)).toEqual(before);
    } finally {
      await scene.lb2.host.run(`mv /root/moved.conf ${nginxFile}`);
    }
  });
});
