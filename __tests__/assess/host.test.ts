import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostQuestion, readHostFacts, type Role } from '../../src/assess/host.ts';
import { runScript } from '../databases/script.ts';
import { read } from '../inputs/good.ts';

const app: Role = { app: true, database: false };
const sha = (digit: number): string => String(digit).repeat(40);
const factsOf = (facts: Readonly<Record<string, readonly string[]>>) => readHostFacts('web-1', app, new Map(Object.entries(facts)), 1000);
const ended = (over: object = {}): string => JSON.stringify({ time: 5, run: '41-1', result: 'rolled-back', from: sha(3), to: sha(2), ...over });
const begun = (over: object = {}): string => JSON.stringify({ run: '42-1', actor: 'octocat', from: sha(3), to: sha(2), startedAt: 7, ...over });

describe('an answer', () => {
  test('as it is sent', () => {
    expect(factsOf({
      time: ['1009'], user: ['deploy'], checkout: ['read-only'], 'checkout-owner': ['root'], head: [sha(3)], 'index-lock': ['12'], 'index-lock-held': ['yes'],
      unit: ['api.service loaded active running x 0 simple success', 'apu.service not-found inactive dead - 0 - success'], disk: ['backups 1024 /var/backups/a b'], 'checkout-bytes': ['77'], 'backup-dir': ['can-be-made'],
    })).toMatchObject({
      clockAhead: 9, user: 'deploy', checkout: 'read-only', checkoutError: 'root', head: sha(3), indexLock: { ageSeconds: 12, held: true },
      units: [{ unit: 'api.service', known: true, active: 'active' }, { unit: 'apu.service', known: false, active: 'inactive' }],
      disks: [{ purpose: 'backups', freeBytes: 1024, path: '/var/backups/a b' }], checkoutBytes: 77, backupDir: 'can-be-made',
    });
  });

  test('that says nothing is no good answer', () => {
    expect(factsOf({})).toMatchObject({ checkout: 'unknown', head: '', backupDir: 'none', releases: [] });
    expect(factsOf({ checkout: ['excellent'], head: ['main'], 'backup-dir': ['sure'] })).toMatchObject({ checkout: 'unknown', head: '', backupDir: 'none' });
  });
});

describe('the journal', () => {
  test.each<readonly [string, string]>([
    ['cut short', ended().slice(0, 60)], ['empty', ''], ['no object', '[]'], ['null', 'null'], ['a key missing', '{"time":5,"run":"1","result":"good","from":"a"}'],
    ['a key of another type', ended({ to: { sha: 2 } })], ['no time', ended({ time: 'soon' })], ['a time that no calendar has', ended({ time: 1e30 })],
    ['a colour for a release', ended({ to: 'blue' })], ['an option of git for a release', ended({ to: '--output=/etc/passwd' })], ['and for the one that was left', ended({ from: '--output=/etc/passwd' })],
  ])('%s: the line is left out, the others count', (_, line) => {
    expect(factsOf({ release: [ended({ run: '40-1' }), line, ended()] }).releases.map(({ run }) => run)).toEqual(['40-1', '41-1']);
  });

  test('whatever stands in it, what is read of it can be used', () => {
    const part = fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.constant(sha(2)), fc.integer());
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.record({ time: part, run: part, result: part, from: part, to: part }, { requiredKeys: [] }).map((record) => JSON.stringify(record)))), (lines) => {
      for (const { time, from, to } of factsOf({ release: lines }).releases) {
        expect(Number.isSafeInteger(time)).toBe(true);
        expect([from, to]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), expect.stringMatching(/^[0-9a-f]{40}$/)]);
      }
    }));
  });
});

describe('a run that was interrupted', () => {
  const recorded = { 'recorded-checkout': ['commit x'], 'recorded-database': ['rows 1'] };
  test.each<readonly [string, string, string, boolean]>([
    ['on the release that it left', begun(), sha(3), true],
    ['on the one that it went to', begun(), sha(2), true],
    ['another one was deployed since', begun(), sha(4), false],
    ['a damaged line', begun().slice(0, -2), sha(3), false],
    ['no start', begun({ startedAt: 'early' }), sha(3), false],
    ['an option of git for its target', begun({ to: '--upload-pack=x' }), sha(3), false],
    ['no head', begun({ from: '', to: '' }), '', false],
  ])('%s', (_, line, head, counts) => {
    const facts = factsOf({ head: [head], unfinished: [line], ...recorded });
    expect([facts.unfinished?.run, facts.recorded]).toEqual(counts ? ['42-1', { checkout: ['commit x'], database: ['rows 1'] }] : [undefined, { checkout: [], database: [] }]);
  });
});

describe('asked of a host', () => {
  let folder: string;
  let checkout: string;
  let tools: string;
  const tool = (name: string, script: string): void => { writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`); chmodSync(join(tools, name), 0o755); };
  const git = (...args: readonly string[]): string => execFileSync('git', ['-C', checkout, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { encoding: 'utf8' }).trim();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'host '));
    checkout = join(folder, "app's");
    tools = join(folder, 'tools');
    mkdirSync(tools);
    mkdirSync(join(folder, 'home'));
    execFileSync('git', ['init', '-q', '-b', 'main', checkout]);
    writeFileSync(join(checkout, 'app.py'), 'one');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    tool('systemctl', `for last; do :; done
case "$last" in api.service) state=loaded;; *) state=not-found;; esac
case "$*" in *LoadState*) echo $state;; *) printf 'Type=simple\\nActiveState=active\\nSubState=running\\nInvocationID=abc\\nNRestarts=0\\nResult=success\\n';; esac`);
    tool('systemd-analyze', "echo '#KillUserProcesses=no'");
    tool('id', 'case $1 in -u) echo 1000;; *) echo deploy;; esac');
    tool('sudo', `echo "$*" >> ${JSON.stringify(join(folder, 'sudo-calls'))}; case "$*" in '-n -l') echo '    (root) NOPASSWD: /usr/bin/systemctl restart api.service';; *'-l systemctl restart api.service') ;; *) exit 1;; esac`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** For root every folder can be written. */
  const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'sh'] : ['sh'];
  const ask = async (over: Readonly<Record<string, string>> = {}, role: Role = app, shell: readonly string[] = ['sh']) => {
    const inputs = read({ 'app-dir': checkout, services: 'api', 'backup-dir': join(folder, 'backups'), ...over });
    const env = { HOME: join(folder, 'home'), PATH: `${tools}:${process.env['PATH'] ?? ''}`, GIT_CONFIG_GLOBAL: '/dev/null' };
    const { code, facts, output } = await runScript(hostQuestion(inputs, role), { env, shell });
    expect([code, output]).toEqual([0, '']);
    return readHostFacts('web-1', role, facts, Math.round(Date.now() / 1000));
  };

  test('that is well', async () => {
    const facts = await ask();
    expect(facts).toMatchObject({
      user: 'deploy', missingTools: [], killsUserProcesses: false, checkout: 'ok', head: git('rev-parse', 'HEAD'), branch: 'refs/heads/main', dirty: [],
      units: [{ unit: 'api.service', known: true, active: 'active' }], missingRights: [], configurationErrors: [], missingFiles: [], backupDir: 'none', releases: [],
    });
    expect(Math.abs(facts.clockAhead)).toBeLessThan(60);
    expect(facts.disks.map(({ purpose, path, freeBytes }) => [purpose, path, freeBytes > 0])).toEqual([['checkout', checkout, true], ['journal', join(folder, 'home/.local/state'), true]]);
  });

  test('that is not', async () => {
    tool('systemd-analyze', 'echo KillUserProcesses=yes');
    writeFileSync(join(checkout, 'app.py'), 'hot fix');
    writeFileSync(join(checkout, '.git/index.lock'), '');
    const facts = await ask({ services: 'api\nworker', reload: 'nginx', 'env-file': '.env', virtualenv: 'venv', 'install-command': 'pip install' });
    expect(facts).toMatchObject({
      killsUserProcesses: true, dirty: [expect.stringMatching(/^1 .* app\.py$/)], indexLock: { held: false },
      units: [{ unit: 'api.service', known: true }, { unit: 'worker.service', known: false }, { unit: 'nginx.service', known: false }],
      missingRights: ['systemctl restart worker.service', 'nginx -t', 'systemctl reload nginx.service'], missingFiles: [join(checkout, '.env'), join(checkout, 'venv')],
    });
  });

  test('where the configuration test may be run, and fails', async () => {
    tool('sudo', 'shift; if [ "$1" = -l ]; then echo "    (ALL : ALL) NOPASSWD: ALL"; exit 0; fi; [ "$1" = -- ] && shift; exec "$@"');
    tool('nginx', "echo 'nginx: [emerg] unknown directive \"servr\"' >&2; echo 'nginx: configuration file /etc/nginx/nginx.conf test failed' >&2; exit 1");
    expect((await ask({ reload: 'nginx' })).configurationErrors).toEqual(['nginx.service: nginx: [emerg] unknown directive "servr"']);
  });

  test('is asked of rights, and nothing is run with them', async () => {
    await ask({ reload: 'nginx', backup: 'app', 'backup-dir': join(folder, 'locked/backups') });
    expect(readFileSync(join(folder, 'sudo-calls'), 'utf8').trim().split('\n').every((call) => call.startsWith('-n -l'))).toBe(true);
  });

  test.each([
    ['that is there', 'there', 'ok'], ['that can be made', 'new/backups', 'can-be-made'], ['that cannot be made', 'locked/backups', 'no-rights'], ['that cannot be written', 'locked', 'no-rights'],
  ] as const)('for a backup folder %s', async (_, name, state) => {
    mkdirSync(join(folder, 'there'));
    chmodSync(join(folder, 'there'), 0o777);
    mkdirSync(join(folder, 'locked'));
    chmodSync(join(folder, 'locked'), 0o555);
    chmodSync(folder, 0o777);
    const facts = await ask({ backup: 'app', 'backup-dir': join(folder, name) }, app, nobody);
    expect([facts.backupDir, facts.disks.map(({ purpose }) => purpose)]).toEqual([state, ['checkout', 'journal', 'backups']]);
  });

  test('that serves no application is asked for no units and no rights', async () => {
    const facts = await ask({ reload: 'nginx', migrations: 'alembic', 'migrations-dir': 'migrations' }, { app: false, database: true });
    expect([facts.units, facts.missingRights, facts.missingFiles]).toEqual([[], [], [join(checkout, 'migrations')]]);
  });

  test('with a journal, some lines of it damaged', async () => {
    const state = join(folder, 'home/.local/state/rollback-action/production');
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'releases'), `${ended({ run: 'first' })}\n{"half\n\n${ended({ run: 'last' })}`);
    expect((await ask()).releases.map(({ run }) => run)).toEqual(['first', 'last']);
    expect((await ask({ environment: 'staging' })).releases).toEqual([]);
  });

  test('changes nothing', async () => {
    const files = () => execFileSync('find', [folder, '-path', tools, '-prune', '-o', '-not', '-name', 'sudo-calls', '-not', '-path', folder, '-printf', '%p %T@ %s %m\n'], { encoding: 'utf8' });
    writeFileSync(join(checkout, 'app.py'), 'two');
    const before = files();
    await ask({ reload: 'nginx', backup: 'app' });
    expect(files()).toBe(before);
  });
});
