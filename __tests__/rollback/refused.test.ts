import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { databaseSnapshot } from '../fleet/database-snapshot.ts';
import { invocations } from '../fleet/snapshot.ts';
import { tree } from '../fleet/tree.ts';
import { inputsFor, type Inputs } from './inputs.ts';
import { plain, runAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

type Case = {
  /** Makes one thing of the second host wrong, or the inputs. */
  readonly wrong?: (scene: Scene) => Promise<unknown>;
  readonly mend?: (scene: Scene) => Promise<unknown>;
  readonly inputs?: (scene: Scene) => Inputs;
  readonly code: string;
  /** What a person has to read: cause, and what to do. */
  readonly says: RegExp[];
  /** The first line cannot name the second host when no single host is to blame. */
  readonly anyHost?: true;
};

const sudoers = '/etc/sudoers.d/rollback';
const broken = '/etc/nginx/conf.d/broken.conf';
const state = '/home/deploy/.local/state';

const cases: Record<string, Case> = {
  'a host that cannot be reached': {
    wrong: ({ host }) => host(2).unplug(),
    mend: ({ host }) => host(2).plug(),
    inputs: () => ({ 'ssh-connect-timeout': '2s' }),
    code: 'host-unreachable', says: [/cannot connect to/, /Look whether the host is up/],
  },
  'a host without sshd': {
    wrong: ({ host }) => host(2).run('systemctl stop ssh.socket ssh.service'),
    mend: async ({ host }) => {
      await host(2).run('systemctl start ssh.service');
      await host(2).answers();
    },
    code: 'host-unreachable', says: [/ECONNREFUSED/, /systemctl status ssh/],
  },
  'a wrong host key': {
    inputs: ({ fleet, host }) => ({ 'ssh-known-hosts': fleet.knownHosts.replace(host(2).hostKey, host(1).hostKey) }),
    code: 'host-key-mismatch', says: [/the host key is not the known one/, /Somebody may be in between/],
  },
  'a host key that nobody pinned': {
    inputs: ({ fleet, host }) => ({ 'ssh-known-hosts': fleet.knownHosts.split('\n').filter((line) => !line.startsWith(host(2).address)).join('\n') }),
    code: 'host-key-mismatch', says: [/the host key is not known/, /ssh-keyscan -t ed25519/],
  },
  'a key that does not let in': {
    wrong: ({ host }) => host(2).run('mv /home/deploy/.ssh/authorized_keys /root/'),
    mend: ({ host }) => host(2).run('mv /root/authorized_keys /home/deploy/.ssh/'),
    code: 'authentication-failed', says: [/deploy was not let in/, /authorized_keys/],
  },
  'no sudo': {
    wrong: ({ host }) => host(2).run(`mv ${sudoers} /root/`),
    mend: ({ host }) => host(2).run(`mv /root/rollback ${sudoers}`),
    code: 'no-rights', says: [/may not run.*systemctl restart green-matchers-api\.service/, /NOPASSWD: \/usr\/bin\/systemctl restart green-matchers-api\.service/],
  },
  'a unit that is not there': {
    wrong: ({ host }) => host(2).run('mv /etc/systemd/system/green-matchers-api.service /root/ && systemctl stop green-matchers-api.service && systemctl daemon-reload'),
    mend: ({ host }) => host(2).run('mv /root/green-matchers-api.service /etc/systemd/system/ && systemctl daemon-reload && systemctl start green-matchers-api.service'),
    code: 'unknown-unit', says: [/systemd does not know the unit green-matchers-api\.service/, /systemctl list-unit-files/],
  },
  'a commit that nobody has': {
    inputs: () => ({ commit: '0123456789abcdef0123456789abcdef01234567' }),
    code: 'no-such-commit', says: [/0123456789abcdef0123456789abcdef01234567 is neither in .* nor at its remote/, /fetch origin/], anyHost: true,
  },
  'a tag that nobody has': {
    inputs: () => ({ commit: 'v0.9' }),
    code: 'no-such-commit', says: [/"v0\.9", which no host knows/, /Give the full SHA/], anyHost: true,
  },
  'a full disk': {
    wrong: ({ host }) => host(2).run(`head -c 20M /dev/zero > ${state}/big`),
    mend: ({ host }) => host(2).run(`rm ${state}/big`),
    code: 'disk-full', says: [/MiB free, at least/, /df -h/],
  },
  'an nginx configuration that is not valid': {
    wrong: ({ host }) => host(2).write(broken, 'upstream nobody { server ; }\n'),
    mend: ({ host }) => host(2).run(`rm ${broken}`),
    code: 'nginx-config-invalid', says: [/configuration test fails/, /broken\.conf:1/, /Mend the configuration/],
  },
  'another git at work': {
    wrong: ({ host, production }) => host(2).run(`touch ${production.appDirectory}/.git/index.lock`, { user: 'deploy' }),
    mend: ({ host, production }) => host(2).run(`rm ${production.appDirectory}/.git/index.lock`),
    code: 'locked', says: [/another git works in/, /index\.lock/],
  },
  'no checkout': {
    wrong: ({ host, production }) => host(2).run(`mv ${production.appDirectory}/.git /root/`),
    mend: ({ host, production }) => host(2).run(`mv /root/.git ${production.appDirectory}/`),
    code: 'not-a-checkout', says: [/is no git checkout/, /"app-dir"/],
  },
  'a checkout that belongs to somebody else': {
    wrong: ({ host, production }) => host(2).run(`chown -R www-data:www-data ${production.appDirectory}/.git`),
    mend: ({ host, production }) => host(2).run(`chown -R deploy:deploy ${production.appDirectory}/.git`),
    code: 'no-rights', says: [/may not write to the checkout/, /chown -R deploy/],
  },
  'local changes where they are refused': {
    wrong: ({ host, production }) => host(2).run(`echo more >> ${production.appDirectory}/README.md`, { user: 'deploy' }),
    mend: ({ host, production }) => host(2).run(`cd ${production.appDirectory} && git checkout --quiet README.md`, { user: 'deploy' }),
    inputs: () => ({ dirty: 'refuse' }),
    code: 'dirty-checkout', says: [/local changes \(1 file\)/, /README\.md/, /"dirty"/],
  },
};

describe.skipIf(!available)('nothing is touched', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene([{}, { tmpfs: [{ path: state, size: '32M', options: 'uid=1000,gid=1000' }] }, {}]);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const look = async () => [await databaseSnapshot(scene.production.database, 'mariadb'), await invocations(scene.production), await Promise.all(scene.fleet.hosts.map(tree)), await scene.host(2).run(`ls -A ${state}`)];

  test.for(Object.entries(cases))('for %s on one of three hosts', async ([, { wrong, mend, inputs, code, says, anyHost }]) => {
    await wrong?.(scene);
    try {
      const before = await look();
      const ended = await runAction(inputsFor(scene.production, inputs?.(scene)));
      expect(await look()).toEqual(before);
      expect({ code: ended.code, ...ended.outputs }).toMatchObject({ code: 1, result: 'refused', 'reason-code': code });
      const [headline = ''] = ended.summary.split('\n');
      expect(headline).toMatch(/^### ⛔ Nothing was touched: /);
      const annotations = ended.log.split('\n').filter((line) => line.startsWith('::error')).join('\n');
      if (anyHost === undefined) {
        expect(headline).toContain(scene.host(2).address);
        expect(annotations).toContain(scene.host(2).address);
      }
      for (const words of says) {
        expect(plain(ended.summary)).toMatch(words);
        expect(annotations).toMatch(words);
      }
    } finally {
      await mend?.(scene);
    }
  });

  test('and every reason of every host is told at once', async () => {
    const all = ['no sudo', 'an nginx configuration that is not valid', 'another git at work'].map((name) => cases[name]);
    const on = (number: number): Scene => ({ ...scene, host: () => scene.host(number) });
    await Promise.all(all.map(async (each, index) => each?.wrong?.(on(index + 1))));
    try {
      const { outputs, summary } = await runAction(inputsFor(scene.production));
      expect(outputs['result']).toBe('refused');
      for (const [index, each] of all.entries()) {
        expect(plain(summary)).toContain(scene.host(index + 1).address);
        expect(plain(summary)).toContain(each?.code);
        for (const words of each?.says ?? []) expect(plain(summary)).toMatch(words);
      }
    } finally {
      await Promise.all(all.map(async (each, index) => each?.mend?.(on(index + 1))));
    }
  });
});
