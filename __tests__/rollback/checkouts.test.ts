import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Production } from '../fleet/production.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { answering, changes, everywhere, footprint, leftBehind } from './evidence.ts';
import { inputsFor as allInputsFor, withoutDatabase, type Inputs } from './inputs.ts';
import { plain, runAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();
const backend = 'apps/backend';
const inputsFor = (production: Production, overrides: Inputs = {}): Inputs => allInputsFor(production, { ...withoutDatabase, ...overrides });

describe.skipIf(!available)('a checkout in which people have worked', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(1);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const inCheckout = (script: string): Promise<string> => scene.host(1).run(`cd ${scene.production.appDirectory} && ${script}`, { user: 'deploy' });
  /** Fails after every host is on the target. */
  const hopeless = (): Inputs => ({ commit: 'v2', 'smoke-tests': `http://${scene.host(1).address}/health contains "no such words"` });

  async function isOn(tag: string): Promise<void> {
    const { production } = scene;
    const { hosts } = await snapshot(production);
    expect(hosts['app1']).toMatchObject({ head: production.sha(tag) });
    expect(await answering(production)).toEqual(everywhere(production, `${tag} 200`));
    expect(await leftBehind(production)).toEqual([]);
  }

  describe('has local changes', () => {
    beforeEach(async () => {
      await inCheckout(`echo 'changed by hand at night' >> README.md && echo staged > NOTES && git add NOTES && echo mine > untracked.txt && rm ${backend}/migrations/script.py.mako`);
    });

    test('which are kept, and named', async () => {
      const { outputs, summary } = await runAction(inputsFor(scene.production));
      expect(outputs).toMatchObject({ result: 'rolled-back' });
      await isOn('v2');
      expect(await inCheckout('git status --porcelain')).toBe('?? untracked.txt\n');
      const [ref = ''] = /refs\/rollback-action\/saved\/[\w.-]+/.exec(plain(summary)) ?? [];
      expect(await inCheckout(`git show '${ref}:README.md'; git show '${ref}:NOTES'`)).toBe('# Green Matchers\nchanged by hand at night\nstaged\n');
      const [patch = ''] = /\/var\/www\S+?\.patch/.exec(plain(summary)) ?? [];
      await inCheckout(`git checkout --quiet v3 && git apply --index '${patch}'`);
      expect(await inCheckout('git status --porcelain')).toBe(`A  NOTES\nM  README.md\nD  ${backend}/migrations/script.py.mako\n?? untracked.txt\n`);
    });

    test('which an undo brings back, staged or not', async () => {
      const { production } = scene;
      const [before, files] = [await snapshot(production), await footprint(production)];
      expect(before.hosts['app1']?.status).toHaveLength(4);
      expect((await runAction(inputsFor(production, hopeless()))).outputs).toMatchObject({ result: 'undone' });
      expect(await snapshot(production)).toEqual(before);
      expect(changes(files, await footprint(production))).toEqual([]);
      expect(await leftBehind(production)).toEqual([]);
    });
  });

  test('has an untracked file where the target has one of its own', async () => {
    const { production } = scene;
    await production.commit({ tag: 'with-news', parent: 'v2', message: 'Release 2.3 with news', serves: 'careers', files: { 'NEWS.md': 'of the release\n' } });
    await inCheckout('echo written by hand > NEWS.md');
    const before = await snapshot(production);
    expect((await runAction(inputsFor(production, { ...hopeless(), commit: production.sha('with-news') }))).outputs).toMatchObject({ result: 'undone' });
    expect(await snapshot(production)).toEqual(before);
    const { outputs, summary } = await runAction(inputsFor(production, { commit: production.sha('with-news') }));
    expect(outputs).toMatchObject({ result: 'rolled-back' });
    await isOn('with-news');
    expect(await inCheckout('cat NEWS.md')).toBe('of the release\n');
    const [ref = ''] = /refs\/rollback-action\/saved\/[\w.-]+/.exec(plain(summary)) ?? [];
    expect(await inCheckout(`git show '${ref}:NEWS.md'`)).toBe('written by hand\n');
  });

  test('has a lock that a crash left behind', async () => {
    await inCheckout(`touch -d '20 minutes ago' .git/index.lock`);
    const { outputs, summary } = await runAction(inputsFor(scene.production));
    expect(outputs).toMatchObject({ result: 'rolled-back' });
    expect(plain(summary)).toContain('index.lock');
    await isOn('v2');
  });

  test('belongs to the user whom the service runs as, and the SSH user may write by its group', async () => {
    const { production } = scene;
    const { appDirectory, service } = production;
    const host = scene.host(1);
    await host.write(`/etc/systemd/system/${service}.d/user.conf`, '[Service]\nUser=www-data\nGroup=www-data\n');
    await host.run(`usermod -aG www-data deploy && chmod a+rwX -R /var/log/green-matchers && chown -R www-data:www-data ${appDirectory} && chmod -R g+rwX ${appDirectory} && systemctl daemon-reload && systemctl restart ${service}`);
    try {
      const { outputs } = await runAction(inputsFor(production));
      expect(outputs).toMatchObject({ result: 'rolled-back' });
      expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
      expect(await leftBehind(production)).toEqual([]);
    } finally {
      await host.run(`rm /etc/systemd/system/${service}.d/user.conf && gpasswd -d deploy www-data && chown -R deploy:deploy ${appDirectory} && chmod -R go-w ${appDirectory} && chmod 0600 ${appDirectory}/${backend}/.env && systemctl daemon-reload`);
    }
  });

  test('is a shallow clone without the target', async () => {
    const { production } = scene;
    await inCheckout(`rm -rf .git && git init --quiet --initial-branch=main && git remote add origin file:///srv/origin && git fetch --quiet --depth 1 origin ${production.sha('v3')} && git reset --quiet ${production.sha('v3')}`);
    const none = await runAction(inputsFor(production));
    expect(none.outputs).toMatchObject({ result: 'refused', 'reason-code': 'no-known-good' });
    const { outputs } = await runAction(inputsFor(production, { commit: 'v2' }));
    expect(outputs).toMatchObject({ result: 'rolled-back', to: production.sha('v2') });
    await isOn('v2');
    expect(await inCheckout('git rev-parse --is-shallow-repository')).toBe('true\n');
  });

  test('has a submodule, which goes to the target’s pin and back', async () => {
    const { production } = scene;
    const modules = '[submodule "vendor/shared"]\n\tpath = vendor/shared\n\turl = file:///srv/origin\n';
    const pin = (tag: string) => ({ '.gitmodules': modules, 'vendor/shared': { submodule: production.sha(tag) } });
    await production.commitAll([
      { tag: 'old-pin', parent: 'v3', message: 'Release 5 with shared code', files: pin('v1') },
      { tag: 'new-pin', message: 'Release 6 with newer shared code', health: '500', files: pin('v2') },
    ]);
    // git takes no submodule from a folder since 2.38.1 unless it is told to.
    await scene.host(1).run('git config --global protocol.file.allow always', { user: 'deploy' });
    await production.deploy('new-pin');
    await inCheckout('git submodule --quiet update --init');
    const shared = (): Promise<string> => inCheckout('git -C vendor/shared rev-parse HEAD');
    expect(await shared()).toBe(`${production.sha('v2')}\n`);
    const before = await snapshot(production);
    expect((await runAction(inputsFor(production, { ...hopeless(), commit: 'old-pin' }))).outputs).toMatchObject({ result: 'undone' });
    expect(await shared()).toBe(`${production.sha('v2')}\n`);
    expect(await snapshot(production)).toEqual(before);
    expect((await runAction(inputsFor(production, { commit: 'old-pin' }))).outputs).toMatchObject({ result: 'rolled-back' });
    expect(await shared()).toBe(`${production.sha('v1')}\n`);
    await isOn('old-pin');
    await inCheckout('git submodule --quiet deinit --all --force && rm -rf vendor .git/modules');
  });

  describe('has other dependencies than the target', () => {
    beforeAll(async () => {
      await scene.production.commit({ tag: 'needs-2', parent: 'v3', message: 'deploy: release 7 on a new package', needs: '2.0', health: '500' });
    });
    beforeEach(() => scene.production.deploy('needs-2'));

    const withInstall = (production: Production): Inputs => ({
      virtualenv: `${production.appDirectory}/${backend}/venv`,
      // A second install would fail: the registry has gone away by then.
      'install-command': `mkdir /tmp/installed && pip install --quiet -r ${backend}/requirements.txt`,
    });

    test('which are installed', async () => {
      const { production } = scene;
      expect((await snapshot(production)).hosts['app1']?.packages).toContain('green_matching-2.0.dist-info');
      const { outputs } = await runAction(inputsFor(production, { ...withInstall(production), commit: 'v2' }));
      await inCheckout('rmdir /tmp/installed');
      expect(outputs).toMatchObject({ result: 'rolled-back' });
      expect((await snapshot(production)).hosts['app1']?.packages).toContain('green_matching-1.0.dist-info');
      await isOn('v2');
    });

    test('which come back without a registry when it is undone', async () => {
      const { production } = scene;
      const [before, files] = [await snapshot(production), await footprint(production)];
      const { outputs } = await runAction(inputsFor(production, { ...withInstall(production), ...hopeless() }));
      await inCheckout('rmdir /tmp/installed');
      expect(outputs).toMatchObject({ result: 'undone' });
      expect(await snapshot(production)).toEqual(before);
      expect(changes(files, await footprint(production))).toEqual([]);
      expect(await leftBehind(production)).toEqual([]);
    });

    test('which cannot be installed: everything comes back', async () => {
      const { production } = scene;
      const before = await snapshot(production);
      const { outputs, summary } = await runAction(inputsFor(production, { ...withInstall(production), commit: 'v2', 'install-command': `pip install --quiet no-such-package; echo 'the registry is away' >&2; exit 3` }));
      expect(outputs).toMatchObject({ result: 'undone', 'reason-code': 'step-failed' });
      expect(plain(summary)).toContain('the registry is away');
      expect(await snapshot(production)).toEqual(before);
    });
  });
});
