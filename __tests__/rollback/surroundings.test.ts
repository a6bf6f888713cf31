import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { knownHostsLine } from '../fleet/keys.ts';
import { run } from '../fleet/run.ts';
import { tree } from '../fleet/tree.ts';
import { answering, everywhere, leftBehind } from './evidence.ts';
import { inputsFor } from './inputs.ts';
import { plain, runAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

describe.skipIf(!available)('what is around a rollback', () => {
  let scene: Scene;
  let folder: string;
  beforeAll(async () => {
    scene = await openScene(2);
    folder = await mkdtemp(join(tmpdir(), 'workspace-'));
  });
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const dry = { 'dry-run': 'true' };

  test('a "before-command" that fails ends the run before anything is touched', async () => {
    const before = await Promise.all(scene.fleet.hosts.map(tree));
    const { code, outputs, summary } = await runAction(inputsFor(scene.production, { 'before-command': 'echo "no second person has agreed" >&2; exit 4' }));
    expect({ code, ...outputs }).toMatchObject({ code: 1, result: 'refused', 'reason-code': 'before-command-failed' });
    expect(plain(summary)).toMatch(/exit status 4[\s\S]*no second person has agreed/);
    expect(await Promise.all(scene.fleet.hosts.map(tree))).toEqual(before);
    expect(await leftBehind(scene.production)).toEqual([]);
  });

  test('an "after-command" is told the result, also of a run that was refused, and no secret', async () => {
    const { production } = scene;
    const file = join(folder, 'after');
    const command = `env > ${file}; exit 1`;
    const planned = await runAction(inputsFor(production, { ...dry, 'after-command': command }));
    expect(planned.outputs).toMatchObject({ result: 'planned' });
    const told = await readFile(file, 'utf8');
    expect(told).toContain(`ROLLBACK_RESULT=planned\n`);
    expect(told).toContain(`ROLLBACK_FROM=${production.sha('v3')}\n`);
    expect(told).toContain(`ROLLBACK_TO=${production.sha('v2')}\n`);
    expect(told).toContain('ROLLBACK_DRILL=false\n');
    expect(told).not.toMatch(/PRIVATE KEY|INPUT_/);
    await runAction(inputsFor(production, { commit: 'no-such-tag', 'after-command': command }));
    expect(await readFile(file, 'utf8')).toContain('ROLLBACK_RESULT=refused\n');
  });

  test('a configuration file says what the inputs do not, and no secret', async () => {
    const { production } = scene;
    const { method, 'ssh-private-key': key, ...rest } = inputsFor(production, dry);
    const yaml = (values: object): string => Object.entries(values).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`).join('');
    await writeFile(join(folder, 'rollback.yml'), yaml({ ...rest, hosts: scene.fleet.hosts.map(({ address }) => address), commit: 'v1', 'smoke-tests': [] }));
    const given = { method: method ?? '', 'ssh-private-key': key ?? '', config: 'rollback.yml' };
    const workspace = { GITHUB_WORKSPACE: folder };
    expect((await runAction(given, workspace)).outputs).toMatchObject({ result: 'planned', to: production.sha('v1') });
    expect((await runAction({ ...given, commit: 'v2' }, workspace)).outputs).toMatchObject({ result: 'planned', to: production.sha('v2') });
    await writeFile(join(folder, 'rollback.yml'), yaml({ ...rest, 'ssh-passphrase': 'in the repository' }));
    const refused = await runAction(given, workspace);
    expect(refused.outputs).toMatchObject({ result: 'refused', 'reason-code': 'invalid-input' });
    expect(refused.summary).not.toContain('in the repository');
  });

  test('a passphrase opens the key, and a wrong one says so', async () => {
    const { production, fleet } = scene;
    const file = join(folder, 'locked');
    await writeFile(file, fleet.privateKey, { mode: 0o600 });
    await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'a phrase that passes', '-f', file]);
    const locked = await readFile(file, 'utf8');
    const given = inputsFor(production, { ...dry, 'ssh-private-key': locked, 'ssh-passphrase': 'a phrase that passes' });
    expect((await runAction(given)).outputs).toMatchObject({ result: 'planned' });
    const { outputs, summary } = await runAction({ ...given, 'ssh-passphrase': 'another' });
    expect(outputs).toMatchObject({ result: 'refused', 'reason-code': 'invalid-input' });
    expect(plain(summary)).toContain('"ssh-passphrase"');
  });

  test('a jump host leads to hosts that the runner does not even know by name', async () => {
    const { production } = scene;
    const [bastion, behind] = [scene.host(1), scene.host(2)];
    const { code, outputs, summary } = await runAction(inputsFor(production, {
      hosts: 'app2', 'ssh-jump-host': bastion.address,
      'ssh-known-hosts': `${knownHostsLine(bastion.address, 22, bastion.hostKey)}\n${knownHostsLine('app2', 22, behind.hostKey)}\n`,
      'health-url': `http://${behind.address}:8000/health`, 'smoke-tests': `http://${behind.address}:8000/api/careers`,
    }));
    onTestFinished(() => scene.reset());
    expect({ code, ...outputs }).toMatchObject({ code: 0, result: 'rolled-back', to: production.sha('v2') });
    expect(summary).toContain('`app2`');
    const answers = await answering(production);
    expect(answers['app2']).toEqual(everywhere(production, 'v2 200')['app2']);
    expect(answers['app1']).toEqual(everywhere(production, 'v3 500')['app1']);
    expect(await leftBehind(production)).toEqual([]);
  });

  test('a jump host that does not lead there is named with the host behind it', async () => {
    const [bastion, behind] = [scene.host(1), scene.host(2)];
    const { outputs, summary } = await runAction(inputsFor(scene.production, {
      hosts: 'app9', 'ssh-jump-host': bastion.address, 'ssh-known-hosts': `${knownHostsLine(bastion.address, 22, bastion.hostKey)}\n${knownHostsLine('app9', 22, behind.hostKey)}\n`,
    }));
    expect(outputs).toMatchObject({ result: 'refused', 'reason-code': 'host-unreachable' });
    expect(plain(summary)).toContain('app9');
    expect(plain(summary)).toContain(`from ${bastion.address}`);
  });
});
