import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { asRoot, run } from '../fleet/run.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { answering, everywhere } from './evidence.ts';
import { inputsFor, revisionsAfter } from './inputs.ts';
import { runAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('the commit to return to', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(1);
    await branch(scene.fleet.originDirectory, 'last-good', scene.production.sha('v2'));
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  test.for([
    ['a tag', 'v2', 'v2', () => 'v2'],
    ['a short SHA', 'v2', 'v2', (sha: (tag: string) => string) => sha('v2').slice(0, 8)],
    ['a branch of the remote', 'v2', 'v2', () => 'last-good'],
    ['the release before the last good one', 'v1', 'v1', () => 'v1'],
    ['a full SHA that only the remote has', 'only-there', 'v2', (sha: (tag: string) => string) => sha('only-there')],
  ] as const)('may be %s', async ([, tag, schema, commit]) => {
    const { production } = scene;
    // Committed after the last deployment: no host has fetched it, nor its tag, by which the service calls itself.
    if (tag === 'only-there') await production.commit({ tag, parent: 'v2', message: 'Hotfix that no host has fetched', serves: 'careers' });
    const sha = (name: string): string => production.sha(name);
    // v1 has neither careers nor analytics.
    const smoke = tag === 'v1' ? { 'smoke-tests': `http://${scene.host(1).address}/api/jobs` } : {};
    const { code, outputs } = await runAction(inputsFor(production, { commit: commit(sha), ...smoke }));
    expect({ code, ...outputs }).toMatchObject({ code: 0, result: 'rolled-back', from: sha('v3'), to: sha(tag) });
    const { hosts, database } = await snapshot(production);
    expect(hosts['app1']).toMatchObject({ head: sha(tag), status: [] });
    expect(database.revisions).toEqual(revisionsAfter(schema));
    expect(await answering(production)).toEqual(everywhere(production, `${tag} 200`));
  });
});

async function branch(origin: string, name: string, sha: string): Promise<void> {
  await run(asRoot('setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', 'env', '-i', 'PATH=/usr/bin:/bin', 'HOME=/nonexistent', 'git', `--git-dir=${origin}`, 'branch', name, sha));
}
