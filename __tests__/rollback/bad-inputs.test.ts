import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Relay } from '../fleet/relay.ts';
import { plain, runAction, type Ended } from './runner.ts';

/** Forty mistakes, each in another input or of another kind, with the words that have to name it. */
const mistakes: readonly (readonly [name: string, value: string, says: RegExp])[] = [
  ['method', 'gti', /Input "method" must be "git".*, got "gti"/],
  ['commit', '--upload-pack=touch /tmp/x', /Input "commit"/],
  ['environment', 'two\nlines', /Input "environment"/],
  ['detected-at', 'yesterday', /Input "detected-at" .*yesterday/],
  ['dry-run', 'yes please', /Input "dry-run" .*yes please/],
  ['config', '../outside.yml', /Input "config"/],
  ['hosts', 'web 1; rm -rf /', /Input "hosts"/],
  ['database-host', '-oProxyCommand=x', /Input "database-host"/],
  ['ssh-user', 'de ploy', /Input "ssh-user"/],
  ['ssh-port', '70000', /Input "ssh-port" .*70000/],
  ['ssh-private-key', 'not a key', /Input "ssh-private-key"/],
  ['ssh-known-hosts', 'no line of known_hosts', /Input "ssh-known-hosts"/],
  ['ssh-jump-host', 'a b', /Input "ssh-jump-host"/],
  ['ssh-connect-timeout', '0s', /Input "ssh-connect-timeout"/],
  ['app-dir', 'var/www', /Input "app-dir" .*var\/www/],
  ['dirty', 'keep', /Input "dirty" .*save.*refuse.*keep/],
  ['services', 'green matchers', /Input "services"/],
  ['reload', 'nginx && reboot', /Input "reload"/],
  ['install-when', '/etc/passwd', /Input "install-when"/],
  ['migrations', 'alembik', /Input "migrations" .*alembik/],
  ['migrations-dir', '../../etc', /Input "migrations-dir"/],
  ['virtualenv', 'venv\u0007', /Input "virtualenv"/],
  ['schema', 'drop', /Input "schema" .*drop/],
  ['database-url', 'redis://cache/0', /Input "database-url"/],
  ['env-key', 'DATABASE URL', /Input "env-key"/],
  ['backup', 'everything', /Input "backup" .*everything/],
  ['backup-dir', 'backups', /Input "backup-dir"/],
  ['backup-keep', '0', /Input "backup-keep"/],
  ['backup-timeout', 'long', /Input "backup-timeout" .*long/],
  ['max-data-loss-rows', '-1', /Input "max-data-loss-rows" .*-1/],
  ['health-url', 'ftp://green.example/health', /Input "health-url"/],
  ['host-health-url', '127.0.0.1/health', /Input "host-health-url"/],
  ['health-timeout', '1 fortnight', /Input "health-timeout" .*fortnight/],
  ['health-interval', '1ms', /Input "health-interval" .*1ms/],
  ['health-successes', 'three', /Input "health-successes" .*three/],
  ['version-from', 'X-Version', /Input "version-from" must be header:.*json:.*"X-Version"/],
  ['smoke-tests', 'POST', /Input "smoke-tests"/],
  ['timeout', '0', /Input "timeout"/],
  ['parallel', 'two', /Input "parallel" must be a whole number from 1, got "two"/],
  ['batch', '0%', /Input "batch" .*0%/],
  ['on-failure', 'undoo', /Input "on-failure" .*undoo/],
  ['on-cancel', 'ignore', /Input "on-cancel" .*ignore/],
  ['incident-report', '/etc/cron.d/x', /Input "incident-report"/],
];

describe('bad inputs', () => {
  let relay: Relay;
  let good: Readonly<Record<string, string>>;
  beforeAll(async () => {
    relay = await Relay.to('127.0.0.1', 9);
    const key = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } }).privateKey;
    good = {
      method: 'git', hosts: `deploy@127.0.0.1:${relay.port}`, 'ssh-private-key': key, 'app-dir': '/var/www/green-matchers', 'health-url': `http://127.0.0.1:${relay.port}/health`,
      'ssh-known-hosts': `[127.0.0.1]:${relay.port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFH2rGYlHRRKQt7ODCnYgLHyRCzvcC1CkNTLCRkGKeXM`,
    };
  });
  afterAll(() => relay?.[Symbol.asyncDispose]());

  const refused = { result: 'refused', 'reason-code': 'invalid-input' };

  function told({ log, summary }: Ended): string {
    return `${log.split('\n').filter((line) => line.startsWith('::error')).join('\n')}\n${plain(summary)}`;
  }

  test('are what these tests make them: the good ones connect', async () => {
    const { outputs } = await runAction({ ...good, 'ssh-connect-timeout': '1s' });
    expect(outputs).toMatchObject({ result: 'refused', 'reason-code': 'host-unreachable' });
    expect(relay.connections).toBeGreaterThan(0);
  });

  test('are all named at once, before any connection', async () => {
    const before = relay.connections;
    const { code, outputs, summary } = await runAction({ ...good, ...Object.fromEntries(mistakes.map(([name, value]) => [name, value])) });
    expect({ code, ...outputs }).toMatchObject({ code: 1, ...refused });
    expect(summary.split('\n')[0]).toMatch(/^### ⛔ Nothing was touched: .* and \d\d more problems/);
    const missing = mistakes.filter(([, , says]) => !says.test(plain(summary))).map(([name]) => name);
    expect(missing).toEqual([]);
    expect(relay.connections).toBe(before);
  });

  // Four at a time: each starts the bundle.
  test.for(Array.from({ length: Math.ceil(mistakes.length / 4) }, (_, index) => mistakes.slice(index * 4, index * 4 + 4)))('%#: each by itself is refused and named', async (some) => {
    const before = relay.connections;
    await Promise.all(some.map(async ([name, value, says]) => {
      const ended = await runAction({ ...good, [name]: value });
      expect({ name, code: ended.code, ...ended.outputs }).toMatchObject({ name, code: 1, ...refused });
      expect(told(ended)).toMatch(says);
    }));
    expect(relay.connections).toBe(before);
  });

  test('and those that contradict each other', async () => {
    const before = relay.connections;
    const ended = await runAction({ ...good, 'health-url': '', migrations: 'alembic', 'install-when': 'uv.lock', backup: 'database' });
    expect(ended.outputs).toMatchObject(refused);
    for (const says of [/"health-url" or "host-health-url" is required/, /"migrations-dir" is required/, /"install-when" has no effect/, /"backup" must not hold "database"/]) {
      expect(told(ended)).toMatch(says);
    }
    expect(relay.connections).toBe(before);
  });
});
