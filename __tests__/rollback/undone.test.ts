import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { answering, changes, endings, everywhere, footprint, leftBehind, starts } from './evidence.ts';
import { inputsFor } from './inputs.ts';
import { runAction, type Ended } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a rollback that cannot be proved', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(3);
    await scene.production.commitAll([
      { tag: 'answers-500', parent: 'v2', message: 'Release 2.1 that is broken too', serves: 'careers', health: '500' },
      { tag: 'dies', parent: 'v2', message: 'Release 2.2 that dies after a while', serves: 'careers', health: 'dies-after-3s' },
      { tag: 'good', parent: 'v3', message: 'Release 3.1 that is good', health: 'ok' },
    ]);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  /** Runs it and shows by the machines alone that everything is as it was before. */
  async function takesEverythingBack(overrides: Record<string, string>, answer = 'v3 500'): Promise<Ended> {
    const { production } = scene;
    const look = async () => ({ ...(await snapshot(production)), answers: await answering(production) });
    const [before, files] = [await look(), await footprint(production)];
    expect(before.answers).toEqual(everywhere(production, answer));
    const ended = await runAction(inputsFor(production, { 'health-timeout': '5s', ...overrides }));
    expect({ code: ended.code, result: ended.outputs['result'] }).toEqual({ code: 1, result: 'undone' });
    expect(await look()).toEqual(before);
    expect(changes(files, await footprint(production))).toEqual([]);
    expect(await leftBehind(production)).toEqual([]);
    expect(ended.summary.split('\n')[0]).toMatch(/^### ↩️ Not rolled back: everything is as it was found/);
    return ended;
  }

  const hostResults = ({ outputs }: Ended): readonly string[] => (JSON.parse(outputs['hosts'] ?? '[]') as { result: string }[]).map(({ result }) => result);

  test('is undone on the first host when the target answers 500, and the others were never touched', async () => {
    const others = [scene.host(2), scene.host(3)];
    const started = await Promise.all(others.map((host) => starts(host, scene.production)));
    const ended = await takesEverythingBack({ commit: 'answers-500' });
    expect(ended.outputs).toMatchObject({ 'reason-code': 'target-unhealthy', from: scene.production.sha('v3'), to: scene.production.sha('answers-500') });
    expect(ended.summary.split('\n')[0]).toContain(scene.host(1).address);
    expect(hostResults(ended)).toEqual(['undone', 'untouched', 'untouched']);
    expect(await Promise.all(others.map((host) => starts(host, scene.production)))).toEqual(started);
    for (const host of scene.fleet.hosts) expect(await endings(host)).toEqual(['undone']);
  });

  test('is undone when the target dies after it has started', async () => {
    const { outputs, summary } = await takesEverythingBack({ commit: 'dies' });
    expect(outputs['reason-code']).toBe('target-unhealthy');
    expect(summary).toContain('journalctl -u green-matchers-api.service');
  });

  test('is undone on every host when a smoke test fails at the end', async () => {
    const url = `http://${scene.host(1).address}/api/jobs`;
    const ended = await takesEverythingBack({ commit: 'v2', 'smoke-tests': `${url}\n${url} contains "no such job"` });
    expect(ended.outputs).toMatchObject({ 'reason-code': 'smoke-test-failed', 'smoke-passed': '1', 'smoke-failed': '1', health: 'unhealthy' });
    expect(hostResults(ended)).toEqual(['undone', 'undone', 'undone']);
  });

  test('is undone when a worker of the old release goes on answering on one host, and names it', async () => {
    const { production, fleet } = scene;
    const stale = scene.host(2);
    await Promise.all(fleet.hosts.map((host) => host.write(sharedPort, '[Service]\nEnvironment=GUNICORN_CMD_ARGS=--reuse-port\n')));
    await Promise.all(fleet.hosts.map((host) => host.run('systemctl daemon-reload')));
    onTestFinished(async () => {
      await Promise.all(fleet.hosts.map((host) => host.run(`rm ${sharedPort}; systemctl daemon-reload; systemctl stop stale.service 2> /dev/null || :`)));
    });
    await production.deploy('good');
    await stale.run(`systemd-run --quiet --unit=stale --uid=deploy python3 -c ${shellWord(staleWorker)}`);
    const ended = await takesEverythingBack({ commit: 'v2' }, 'good 200');
    expect(ended.outputs['reason-code']).toBe('wrong-release');
    expect(ended.summary.split('\n')[0]).toContain(stale.address);
    expect(ended.summary).toMatch(/another release \(good\)/);
    await production.deploy('v3');
  });

  test('stays for a person with "on-failure: stop"; the next run takes up from there, and knows what was found at first', async () => {
    const { production } = scene;
    const [before, files] = [await snapshot(production), await footprint(production)];
    const stopped = await runAction(inputsFor(production, { commit: 'answers-500', 'on-failure': 'stop', 'health-timeout': '5s' }));
    expect({ code: stopped.code, ...stopped.outputs }).toMatchObject({ code: 1, result: 'failed', 'reason-code': 'target-unhealthy' });
    expect(stopped.summary.split('\n')[0]).toMatch(/^### ❌ Needs a person: /);
    expect((await snapshot(production)).hosts['app1']?.head).toBe(production.sha('answers-500'));

    const url = `http://${scene.host(1).address}/api/jobs`;
    const next = await runAction(inputsFor(production, { commit: 'v2', 'smoke-tests': `${url} contains "no such job"` }));
    expect(next.outputs).toMatchObject({ result: 'undone', from: production.sha('v3'), to: production.sha('v2') });
    expect(next.summary).toContain('takes up from there');
    expect(await snapshot(production)).toEqual(before);
    expect(changes(files, await footprint(production))).toEqual([]);
    expect(await leftBehind(production)).toEqual([]);
  });
});

const sharedPort = '/etc/systemd/system/green-matchers-api.service.d/shared-port.conf';

/** What a deployment leaves behind that starts workers beside systemd: a healthy process of the old release on the same port. */
const staleWorker = `
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Stale(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-Version", "good")
        self.send_header("Content-Length", "0")
        self.end_headers()
class Server(ThreadingHTTPServer):
    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()
Server(("0.0.0.0", 8000), Stale).serve_forever()`;

function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
