/** The page that people see while their data is being brought back, on the guide's production with a real database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kill } from '../chaos/cancel.ts';
import { fleetAvailable } from '../fleet/available.ts';
import { until } from '../fleet/until.ts';
import { openDataScene, type DataScene } from '../rollback/data-scene.ts';
import { answering, everywhere } from '../rollback/evidence.ts';
import { inputsFor } from '../rollback/inputs.ts';
import { runAction, startAction } from '../rollback/runner.ts';
import { nginxFile, upstream } from './nginx-file.ts';

const available = await fleetAvailable();

const pageFile = '/srv/maintenance.html';

/** The statuses that came one after the other, each change once. */
function inTurn(seen: readonly Seen[]): readonly number[] {
  return seen.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1]);
}

type Seen = { readonly status: number; readonly retryAfter: string | null; readonly body: string };

describe.skipIf(!available)('a page while the data is being replaced', () => {
  let scene: DataScene;
  let backup: string;
  beforeAll(async () => {
    scene = await openDataScene('mariadb');
    const rights = readFileSync(join(import.meta.dirname, '../../examples/sudoers-load-balancer'), 'utf8');
    await Promise.all(scene.production.hosts.map(async (host) => {
      await host.write('/etc/sudoers.d/load-balancer', rights, '0440');
      await host.write(pageFile, '<h1>Our own $page</h1>');
    }));
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await scene.reset();
    backup = await scene.backUp('v2');
    await scene.production.deploy('v3-good');
  });

  const inputs = (over: Readonly<Record<string, string>> = {}) => inputsFor(scene.production, {
    method: 'database', 'max-data-loss-rows': 'any', maintenance: 'true', 'nginx-config': nginxFile, upstream, commit: 'v2', 'restore-from': backup, ...over,
  });

  /** Every byte and right of what nginx reads, and what of the run is left there. */
  const configuration = (): Promise<readonly string[]> => Promise.all(scene.production.hosts.map((host) =>
    host.run("cd /etc/nginx && find . -printf '%P %y %m %U:%G %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum; find /home/deploy/.local/state/rollback-action-traffic -name old 2> /dev/null; ls /run | grep rollback-action; nginx -T 2> /dev/null | grep -c rollback-action")
      .catch((error: unknown) => String(error))));

  /** Asks the first host for a page, as somebody does who keeps pressing reload. */
  function watch(): { stop(): Promise<readonly Seen[]> } {
    const seen: Seen[] = [];
    let watching = true;
    const asking = (async () => {
      while (watching) {
        const response = await fetch(`http://${scene.host.address}/api/jobs`, { headers: { connection: 'close' } });
        seen.push({ status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.text() });
        await pause(20);
      }
    })();
    return {
      async stop() {
        watching = false;
        await asking;
        return seen;
      },
    };
  }

  test.for([
    ['a plain one', {}, /Back soon/],
    ['one of ours', { 'maintenance-page': pageFile }, /^<h1>Our own \$page<\/h1>$/],
  ] as const)('is shown from before the services stop until they are back: %s', async ([, over, page]) => {
    const before = await configuration();
    const watching = watch();
    const ended = await runAction(inputs(over));
    const seen = await watching.stop();
    expect({ result: ended.outputs['result'], to: ended.outputs['to'] }, ended.log).toEqual({ result: 'rolled-back', to: scene.production.sha('v2') });
    expect(await configuration()).toEqual(before);
    expect(await answering(scene.production)).toEqual(everywhere(scene.production, 'v2 200'));
    // Nobody saw that nobody was there.
    expect(inTurn(seen), ended.log).toEqual([200, 503, 200]);
    const shown = seen.filter(({ status }) => status === 503);
    expect(new Set(shown.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['60']));
    for (const { body } of shown) expect(body).toMatch(page);
  });

  test('goes when what was done is taken back', async () => {
    const before = [await configuration(), await answering(scene.production)];
    const watching = watch();
    const ended = await runAction(inputs({ commit: 'v2-bad', 'health-timeout': '4s' }));
    const seen = await watching.stop();
    expect({ result: ended.outputs['result'], reason: ended.outputs['reason-code'] }, ended.log).toEqual({ result: 'undone', reason: 'target-unhealthy' });
    expect([await configuration(), await answering(scene.production)]).toEqual(before);
    expect(seen.some(({ status }) => status === 503)).toBe(true);
    expect(seen.at(-1)?.status).toBe(200);
  });

  test('goes with the next run, when the runner died while it was shown', async () => {
    const before = await configuration();
    const started = startAction(inputs());
    await until('the page is shown', async () => ((await fetch(`http://${scene.host.address}/`)).status === 503 ? true : undefined), 120).catch((error: unknown) => {
      throw new Error(started.log(), { cause: error });
    });
    await kill(started);
    await pause(1500);
    await Promise.all(scene.production.hosts.map((host) => host.run('for beat in $(find /var/tmp /var/www/green-matchers/.git -path "*rollback-action.lock/beat"); do echo $(( $(cat "$beat") - 60 )) > "$beat"; done')));
    const next = await runAction(inputs());
    expect(next.outputs['result'], next.log).toBe('rolled-back');
    expect(await configuration()).toEqual(before);
    expect(await answering(scene.production)).toEqual(everywhere(scene.production, 'v2 200'));
  });

  test('is refused where its file is not there, before anything is touched', async () => {
    const before = [await configuration(), await answering(scene.production)];
    const ended = await runAction(inputs({ 'maintenance-page': '/srv/none.html' }));
    expect({ result: ended.outputs['result'], reason: ended.outputs['reason-code'] }, ended.log).toEqual({ result: 'refused', reason: 'invalid-input' });
    expect(ended.summary).toContain('/srv/none.html');
    expect([await configuration(), await answering(scene.production)]).toEqual(before);
  });
});
