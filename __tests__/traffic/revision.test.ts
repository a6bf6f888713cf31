/** A colour needs its database, on the guide's production with a real alembic. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, describe, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { openDataScene, type DataScene } from '../rollback/data-scene.ts';
import { inputsFor } from '../rollback/inputs.ts';
import { runAction, type Ended } from '../rollback/runner.ts';
import { nginxFile, upstream } from './nginx-file.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('a colour whose code needs another revision than the database has', () => {
  let scene: DataScene;
  beforeAll(async () => {
    scene = await openDataScene('mariadb');
    const rights = readFileSync(join(import.meta.dirname, '../../examples/sudoers-load-balancer'), 'utf8');
    await Promise.all(scene.production.hosts.map((host) => host.write('/etc/sudoers.d/load-balancer', rights, '0440')));
    await scene.production.deploy('v3-good');
    await scene.production.balance([`${scene.host.address}:8000`]);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const run = (): Promise<Ended> => {
    const [green, blue] = scene.production.hosts.map(({ address }) => address);
    return runAction(inputsFor(scene.production, {
      method: 'blue-green', 'load-balancers': `${green}\n${blue}`, 'nginx-config': nginxFile, upstream, blue: `${blue}:8000`, green: `${green}:8000`,
      services: '', reload: '', 'host-health-url': '', 'smoke-tests': '',
    }));
  };
  const files = (): Promise<readonly string[]> => Promise.all(scene.production.hosts.map((host) => host.run(`cat ${nginxFile}`)));
  /** The second host's code alone is taken to a release. */
  const onBlue = (tag: string): Promise<unknown> => {
    const [, host] = scene.production.hosts;
    const { appDirectory, service } = scene.production;
    return host?.run(`runuser -u deploy -- git -C ${appDirectory} checkout --quiet ${scene.production.sha(tag)} && systemctl restart ${service} && until curl -s -o /dev/null http://127.0.0.1:8000/health; do sleep 0.05; done`) ?? Promise.reject(new Error('No second host'));
  };

  test('gets no traffic; once the revision is the right one, it does', async () => {
    await onBlue('v2');
    const before = await files();
    const refused = await run();
    expect({ result: refused.outputs['result'], reason: refused.outputs['reason-code'] }, refused.log).toEqual({ result: 'refused', reason: 'diverged' });
    expect(refused.summary).toContain('revision');
    expect(await files()).toEqual(before);

    await onBlue('v3-good');
    const ended = await run();
    expect({ result: ended.outputs['result'], to: ended.outputs['to'] }, ended.log).toEqual({ result: 'rolled-back', to: 'blue' });
  });
});
