import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/assess/host.ts';
import { judgeHost, noteHost, pathOf } from '../../src/assess/judge.ts';
import { read } from '../inputs/good.ts';
import { well } from './facts.ts';

const inputs = read({ 'app-dir': '/var/www/app' });
const MiB = 1024 * 1024;

describe('a host that must not be touched', () => {
  const refusing = read({ 'app-dir': '/var/www/app', dirty: 'refuse' });
  const cases: readonly (readonly [string, Partial<HostFacts>, string, string, string])[] = [
    ['a program is missing', { missingTools: ['flock'] }, 'missing-tool', 'the program flock is not there', 'Install it on web-1.'],
    ['no folder', { checkout: 'missing', head: '' }, 'not-a-checkout', 'there is no folder /var/www/app', 'Correct the input "app-dir", or take web-1 out of the input "hosts".'],
    ['no repository', { checkout: 'no-repository', head: '' }, 'not-a-checkout', '/var/www/app is no git checkout', 'Correct the input "app-dir": the git method takes a checkout back.'],
    ['a folder in a checkout', { checkout: 'not-the-top' }, 'not-a-checkout', '/var/www/app lies inside a checkout but is not its top', 'Give the top of the checkout as "app-dir".'],
    ['a checkout that cannot be written', { checkout: 'read-only', checkoutError: 'root' }, 'no-rights', 'deploy may not write to the checkout /var/www/app, which belongs to root', 'Let the SSH user be its owner, or give it write access: sudo chown -R deploy /var/www/app'],
    ['an answer that says nothing of the checkout', { checkout: 'unknown', head: '' }, 'not-a-checkout', '/var/www/app could not be looked at', 'Look at it on web-1: git -C /var/www/app status'],
    ['a checkout without a commit', { head: '' }, 'not-a-checkout', '/var/www/app has no commit checked out', 'Look at it on web-1: git -C /var/www/app log -1'],
    ['a git at work', { indexLock: { ageSeconds: 600, held: false } }, 'locked', 'another git works in /var/www/app (its index.lock is 600 s old)', 'Wait for it to end; if none runs, remove /var/www/app/.git/index.lock on web-1 (one older than 10 minutes is removed by itself).'],
    ['an old lock that a git holds', { indexLock: { ageSeconds: 99_999, held: true } }, 'locked', 'another git works in /var/www/app (its index.lock is 99999 s old)', 'Wait for it to end; if none runs, remove /var/www/app/.git/index.lock on web-1 (one older than 10 minutes is removed by itself).'],
    ['an unknown unit', { units: [...well.units, { unit: 'apu.service', known: false, active: 'inactive' }] }, 'unknown-unit', 'systemd does not know the unit apu.service', 'Correct the input "services" or "reload"; `systemctl list-unit-files` on web-1 lists the units that exist.'],
    ['a command that sudo refuses', { missingRights: ['systemctl restart api.service'] }, 'no-rights', 'deploy may not run `sudo -n systemctl restart api.service`', 'Add to sudoers on web-1: deploy ALL=(root:root) NOPASSWD: /usr/bin/systemctl restart api.service'],
    ['a test that sudo refuses', { missingRights: ['nginx -t'] }, 'no-rights', 'deploy may not run `sudo -n nginx -t`', 'Add to sudoers on web-1: deploy ALL=(root:root) NOPASSWD: /usr/sbin/nginx -t'],
    ['a configuration that is not right', { configurationErrors: ['nginx.service: [emerg] unknown directive'] }, 'nginx-config-invalid', 'the configuration test fails, so a reload would not come into force', 'Mend the configuration on web-1 first, or leave the unit out of the input "reload".'],
    ['a file that is not there', { missingFiles: ['/var/www/app/.env'] }, 'invalid-input', '/var/www/app/.env is not there or cannot be read by deploy', 'Correct "env-file", "virtualenv" or "migrations-dir", or let the SSH user read it.'],
    ['no right to back up', { backupDir: 'no-rights' }, 'no-rights', 'deploy can neither write nor make the backup folder /var/backups/app', 'On web-1: sudo install -d -o deploy -m 0700 /var/backups/app'],
  ];
  test.each(cases)('%s', (_, facts, code, what, fix) => {
    expect(judgeHost(inputs, { ...well, ...facts }).map(({ why: _why, ...told }) => told)).toEqual([{ code, host: 'web-1', what, fix }]);
  });

  test('has local changes that are not to be saved', () => {
    expect(judgeHost(refusing, { ...well, dirty: ['1 .M N... 100644 100644 100644 a b src/a b.py'] })).toEqual([{
      code: 'dirty-checkout', host: 'web-1', what: 'the checkout has local changes (1 file), and "dirty" is `refuse`', why: 'src/a b.py',
      fix: 'Commit or remove them, or set "dirty" to `save`: they are then kept in a ref and a patch.',
    }]);
  });

  test('has local changes in a submodule: neither a ref nor a patch would hold them', () => {
    const dirty = ['1 .M SC.. 160000 160000 160000 a b other', '1 .M S.M. 160000 160000 160000 a b vendor/lib', '1 .M S..U 160000 160000 160000 a b third'];
    expect(judgeHost(inputs, { ...well, dirty })).toEqual([{
      code: 'dirty-checkout', host: 'web-1', what: 'the submodule vendor/lib has local changes, which would be lost', fix: 'Commit or remove them: git -C /var/www/app/vendor/lib status',
    }]);
  });

  test('tells the reason of others, too', () => {
    const why = (facts: Partial<HostFacts>, over = inputs) => judgeHost(over, { ...well, ...facts })[0]?.why;
    expect(why({ checkout: 'no-repository', head: '', checkoutError: 'fatal: bad config' })).toBe('fatal: bad config');
    expect(why({ configurationErrors: ['nginx.service: [emerg] unknown directive'] })).toBe('nginx.service: [emerg] unknown directive');
    const dirty = Array.from({ length: 7 }, (_, index) => `1 .M N... 100644 100644 100644 a b f${index}`);
    expect(why({ dirty }, refusing)).toBe('f0, f1, f2, f3, f4');
  });

  test('is told everything at once', () => {
    expect(judgeHost(inputs, { ...well, missingTools: ['git', 'tar'], checkout: 'missing', backupDir: 'no-rights' }).map(({ code }) => code)).toEqual(['missing-tool', 'missing-tool', 'not-a-checkout', 'no-rights']);
  });
});

test.each<readonly [string, number, number, boolean]>([
  // 16 MiB are kept free; a fifth of the checkout is needed beside it, 1.2 of it for a backup.
  ['checkout', 100, 36.1, true], ['checkout', 100, 35.9, false],
  ['backups', 100, 136.1, true], ['backups', 100, 135.9, false],
  ['journal', 100, 16.1, true], ['journal', 100, 15.9, false],
])('%s with a checkout of %s MiB and %s MiB free: %s', (purpose, checkout, free, enough) => {
  const failures = judgeHost(inputs, { ...well, checkoutBytes: checkout * MiB, disks: [{ purpose, path: '/x y', freeBytes: free * MiB }] });
  expect(failures.map(({ code }) => code)).toEqual(enough ? [] : ['disk-full']);
  if (!enough) expect(failures[0]).toMatchObject({ what: expect.stringContaining(`the file system of /x y (${purpose}) has ${free.toFixed(0)} MiB free`), fix: expect.stringContaining('df -h') });
});

test.each<readonly [string, Partial<HostFacts>]>([
  ['all well', {}],
  ['local changes, which are saved', { dirty: ['1 .M N... 100644 100644 100644 a b f'] }],
  ['a lock that a crash left', { indexLock: { ageSeconds: 601, held: false } }],
  ['a unit that is down', { units: [{ unit: 'api.service', known: true, active: 'failed' }] }],
  ['a detached head', { branch: '' }],
  ['no backups asked for', { backupDir: 'none' }],
  ['a clock that is off', { clockAhead: -4000 }],
])('%s stops no rollback', (_, facts) => expect(judgeHost(inputs, { ...well, ...facts })).toEqual([]));

test.each<readonly [string, Partial<HostFacts>, readonly string[]]>([
  ['nothing', {}, []],
  ['a clock off by little', { clockAhead: 5 }, []],
  ['a clock ahead', { clockAhead: 6 }, ["the clock is 6 s ahead of the runner's."]],
  ['a clock behind', { clockAhead: -6 }, ["the clock is 6 s behind the runner's."]],
  ['logind', { killsUserProcesses: true }, [expect.stringContaining('loginctl enable-linger deploy')]],
  ['a stale lock', { indexLock: { ageSeconds: 700, held: false } }, ['an index.lock of 700 s that no git holds is removed.']],
  ['an unfinished run', { unfinished: { run: '41-1', actor: 'octocat', startedAt: 0, from: 'a', to: 'b' } }, ['the rollback 41-1 of octocat was interrupted before it ended; this run takes up from there.']],
])('worth knowing: %s', (_, facts, notes) => expect(noteHost({ ...well, ...facts })).toEqual(notes));

test.each([
  ['1 .M N... 100644 100644 100644 aa bb src/a b.py', 'src/a b.py'],
  ['2 R. N... 100644 100644 100644 aa bb R100 new name\told name', 'new name'],
  ['u UU N... 100644 100644 100644 100644 aa bb cc in conflict', 'in conflict'],
  ['? new', 'new'],
])('%j is of %j', (line, path) => expect(pathOf(line)).toBe(path));
