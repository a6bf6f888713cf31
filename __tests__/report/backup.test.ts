import { describe, expect, test } from 'vitest';
import { backupReportOf, type BackupRecording } from '../../src/backups/outcome.ts';
import type { Failure } from '../../src/errors.ts';
import { backupHeadline, backupOutputs, backupSummary } from '../../src/report/backup.ts';

const release = 'a'.repeat(40);
const start = Date.UTC(2026, 10, 25, 4, 0, 0);
const dump = { kind: 'database', host: 'web-1', location: '/var/backups/app/database-1.sql.gz', bytes: 48_200_000, sha256: 'b'.repeat(64) } as const;

function recording(over: Partial<BackupRecording> = {}): BackupRecording {
  return {
    run: { id: '42-1', url: 'https://github.com/green/matchers/actions/runs/42', actor: 'octocat', trigger: 'push', repository: 'green/matchers', serverUrl: 'https://github.com', environment: 'production', method: 'backup', reason: 'Before the deployment', dryRun: false, startedAt: start },
    release, backups: [dump, ...['web-1', 'web-2'].map((host) => ({ ...dump, kind: 'app' as const, host, bytes: 1_550_000 }))], verified: 'quick', timeline: [], notes: [],
    manifest: { kind: 'database', environment: 'production', app: '/var/www/app', run: '42-1', by: 'backup', release, time: '2026-11-25T04:00:02Z', bytes: dump.bytes, sha256: dump.sha256, engine: 'mysql', server: '11.8.3-MariaDB', revision: 'd4', tables: 2, rows: { jobs: 60, matches: 12_348 }, position: 'bin.000003:1234', verified: 'quick' },
    ...over,
  };
}

const failure: Failure = { code: 'backup-failed', what: '“Dump the database” failed with exit status 1', host: 'web-1', why: 'the dump is not complete: its last line is missing', fix: 'Look at /var/backups/app on web-1.' };

describe('a backup', () => {
  test.each<[over: Partial<BackupRecording>, says: string]>([
    [{}, 'Production is backed up: database (48.2 MB) and app (3.1 MB, 2 hosts) of release aaaaaaa, verified, in 6.2 s.'],
    [{ verified: 'full', restoreSeconds: 12 }, 'Production is backed up: database (48.2 MB) and app (3.1 MB, 2 hosts) of release aaaaaaa, restored in 12 s and compared, in 6.2 s.'],
    [{ backups: [{ ...dump, kind: 'rds', bytes: 20e9 }] }, 'Production is backed up: rds (20.0 GB) of release aaaaaaa, verified, in 6.2 s.'],
  ])('%#', (over, says) => {
    expect(backupHeadline(backupReportOf(recording(over), [], start + 6_200))).toBe(says);
  });

  test('that failed says first that nothing should be deployed, and why', () => {
    const report = backupReportOf(recording({ backups: [] }), [failure], start + 6_200);
    expect(backupHeadline(report)).toBe('Production has no verified backup of this moment, so nothing should be deployed: “Dump the database” failed with exit status 1 (on web-1).');
    expect(backupSummary(report)).toMatch(/^### ⛔ [\s\S]*#### What to do now[\s\S]*the dump is not complete: its last line is missing/);
  });

  test('tells what is in its dump', () => {
    const page = backupSummary(backupReportOf(recording({ notes: ['web-1: <b>careful</b> ::error::'] }), [], start + 6_200));
    expect(page).toContain('| Rows | 12,408 |');
    expect(page).toContain('| Migration revision | `d4` |');
    expect(page).toContain('| Position in its log | `bin.000003:1234` |');
    expect(page).not.toContain('<b>');
  });

  test('has the outputs of its contract', () => {
    expect(backupOutputs(backupReportOf(recording(), [], start))).toEqual({ backup: expect.stringContaining('"kind":"database","host":"web-1"'), release, revision: 'd4', 'reason-code': '' });
    const { manifest: _none, ...without } = recording({ release: '', backups: [] });
    expect(backupOutputs(backupReportOf(without, [failure], start))).toEqual({ backup: '[]', release: '', revision: '', 'reason-code': 'backup-failed' });
  });
});
