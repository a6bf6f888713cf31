import { describe, expect, test } from 'vitest';
import { readBackupInputs } from '../../src/inputs/backup.ts';
import { minimal as rollbackMinimal, mistakes as rollbackMistakes, mistakesOf } from './good.ts';

const { method: _method, 'health-url': _health, ...rest } = rollbackMinimal;
const minimal = { ...rest, 'env-file': '.env' };

function read(over: Readonly<Record<string, string>>, config?: string) {
  return readBackupInputs({ ...minimal, ...over }, config === undefined ? undefined : { path: 'rollback.yml', text: config });
}

function mistakes(over: Readonly<Record<string, string>>, config?: string): readonly string[] {
  return mistakesOf(() => read(over, config));
}

test('what is not set is read as its description says', () => {
  expect(read({})).toMatchObject({
    environment: 'production', appDir: '/var/www/green-matchers', envFile: '/var/www/green-matchers/.env', backup: ['database'], backupDir: '/var/backups/green-matchers', backupKeep: 5,
    backupTimeout: 7_200_000, verify: 'quick', parallel: 32, lockWait: 0, hosts: [{ name: 'web-1', user: 'deploy' }], databaseHost: { name: 'web-1' },
  });
});

test.each<[over: Readonly<Record<string, string>>, backup: readonly string[]]>([
  [{ backup: 'app' }, ['app']],
  [{ backup: 'database\napp' }, ['database', 'app']],
  [{ 'rds-instance': 'green' }, ['rds']],
  [{ 'rds-instance': 'green', backup: 'rds\ndatabase' }, ['rds', 'database']],
])('%j saves %j', (over, backup) => {
  expect(read(over).backup).toEqual(backup);
});

describe('is refused', () => {
  test.each<[over: Readonly<Record<string, string>>, ...says: string[]]>([
    [{ method: 'git' }, 'Input "method" is not known'],
    [{ backup: 'none' }, 'Input "backup" must not be "none": this action makes a backup'],
    [{ 'env-file': '' }, 'Input "env-file", "database-url", "rds-instance" or "backup" is required: nothing to save is known'],
    [{ 'env-file': '', backup: 'database' }, 'Input "backup" must not hold "database" where no database is known'],
    [{ 'database-url': 'mysql://u:p@h/d' }, 'Inputs "database-url" and "env-file" both name the database'],
    [{ backup: 'rds' }, 'Input "backup" must not hold "rds" without "rds-instance"'],
    [{ verify: 'full', backup: 'app' }, 'Input "verify" must not be "full" where no dump is made'],
    [{ verify: 'full', 'rds-instance': 'green' }, 'Input "verify" must not be "full" where no dump is made'],
    [{ verify: 'ful' }, 'Input "verify" must be "quick" or "full", got "ful"'],
    [{ 'backup-dir': '/var/www/green-matchers/backups' }, 'Input "backup-dir" must not be inside "app-dir"'],
    [{ hosts: '', 'ssh-known-hosts': '', 'backup-keep': '0' }, 'Input "hosts" is required', 'Input "ssh-known-hosts" is required', 'Input "backup-keep" must be a whole number from 1 to 1000, got "0"'],
  ])('%j', (over, ...says) => {
    const told = mistakes(over);
    expect(told).toHaveLength(says.length);
    for (const [index, each] of says.entries()) expect(told[index]).toContain(each);
  });
});

describe('one file for several actions', () => {
  const file = 'method: git\nservices: api\nhealth-url: https://green.example/health\nbackup: [database, app]\nverify: full\n';

  test('what only the rollback reads is passed over', () => {
    expect(read({}, file)).toMatchObject({ backup: ['database', 'app'], verify: 'full' });
  });

  test('and what only the backup reads by the rollback', () => {
    expect(rollbackMistakes({ 'env-file': '.env' }, 'verify: full')).toEqual([]);
  });

  test('what no action reads is a mistake, and so is a secret', () => {
    expect(mistakes({}, 'verfiy: full\ndatabase-url: mysql://u:p@h/d')).toEqual([
      '"verfiy" in rollback.yml is not known. Did you mean "verify"?',
      expect.stringContaining('"database-url" in rollback.yml is a secret'),
    ]);
  });
});
