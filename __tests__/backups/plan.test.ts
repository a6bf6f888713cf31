import { describe, expect, test } from 'vitest';
import type { BackupFacts } from '../../src/backups/assess.ts';
import { planKeeping, planRemoval, planSaving, planTrial } from '../../src/backups/plan.ts';
import { placeOn } from '../../src/backups/steps.ts';
import { engineNamed } from '../../src/databases/registry.ts';
import type { Manifest } from '../../src/databases/manifest.ts';
import { readBackupInputs } from '../../src/inputs/backup.ts';
import type { RunStart } from '../../src/recording.ts';
import { well } from '../assess/facts.ts';
import { minimal } from '../inputs/good.ts';

const { method: _method, 'health-url': _health, ...rest } = minimal;
const inputs = readBackupInputs({ ...rest, 'env-file': '.env', backup: 'database\napp', verify: 'full', 'backup-keep': '3' }, undefined);
const run: RunStart = { id: '42-1', url: '', actor: 'octocat', trigger: 'push', repository: 'green/matchers', serverUrl: 'https://github.com', environment: 'production', method: 'backup', reason: '', dryRun: false, startedAt: Date.UTC(2026, 10, 25) };
const dump = '/var/backups/green-matchers/database-1.sql.gz';
const manifest: Manifest = { kind: 'database', environment: 'production', app: '/var/www/green-matchers', run: '42-1', by: 'backup', release: '3'.repeat(40), time: '2026-11-25T00:00:00Z', bytes: 7, sha256: 'b'.repeat(64), tables: 1, rows: { jobs: 60 }, schema: 'c'.repeat(64), revision: 'd4' };

const engine = engineNamed('mysql');
if (engine === undefined) throw new Error('No engine');
const facts: BackupFacts = {
  hosts: [{ ...well, role: { app: true, database: true } }, { ...well, host: 'web-2' }],
  database: { host: 'web-1', engine, source: { kind: 'env-file', file: '/var/www/green-matchers/.env', key: 'DATABASE_URL' }, facts: new Map([['database-name', ['green']]]), admin: 'socket', durations: { dump: 5_000, restore: 20_000, compare: 1_000 } },
  release: '3'.repeat(40), good: ['1'.repeat(40)], notes: [], asFound: [],
};

const steps = ({ stages }: ReturnType<typeof planSaving>) => stages.flatMap((stage) => stage.steps);

test('the dump is made on the database host, the checkout is saved on every one; nothing older goes before that is verified', () => {
  const plan = planSaving(inputs, facts, run);
  expect(steps(plan).map(({ host, id, estimate, needsDatabase }) => [host, id, estimate, needsDatabase])).toEqual([
    ['web-1', 'back-up-database', 5_000, true], ['web-1', 'back-up-app', undefined, undefined], ['web-2', 'back-up-app', undefined, undefined],
  ]);
  expect(plan.stages.every(({ touches, untimed }) => !touches && untimed)).toBe(true);
  for (const { script } of steps(plan)) expect(script).not.toContain('last_good');
});

test('the dump is proved, restored under a name of this run’s own, compared with its manifest and with what is live; then it goes', () => {
  const trial = steps(planTrial(inputs, facts, run, { path: dump, manifest }));
  expect(trial.map(({ id, host, needsDatabase, estimate }) => [id, host, needsDatabase, estimate])).toEqual([['try-restore', 'web-1', true, 20_000], ['compare', 'web-1', true, 1_000]]);
  expect(trial[0]?.title).toMatch(/^Restore the dump into green_rb_[0-9a-f]{8}$/);
  expect(trial[0]?.script).toContain(manifest.sha256);
  expect(trial[1]?.script).toContain("'60 jobs'");
  expect(trial[1]?.script).toContain("fingerprint_in 'green' ''");
  expect(steps(planRemoval(inputs, facts, run)).map(({ id, title }) => [id, title])).toEqual([['remove-scratch', trial[0]?.title.replace('Restore the dump into', 'Remove')]]);
});

describe('afterwards', () => {
  const keep = (ended: Parameters<typeof planKeeping>[3]) => steps(planKeeping(inputs, facts, run, ended));

  test('older ones go on every host, of each kind that was saved there', () => {
    const [first, second] = keep({ verified: { kind: 'full', dump, seconds: 12 }, whole: true });
    expect(first?.script).toMatch(/"verified":"full","restore-seconds":12[\s\S]*ls -1r database-[\s\S]*ls -1r app-/);
    expect(second?.script).not.toMatch(/verified|ls -1r database-/);
    expect(second?.script).toMatch(/ls -1r app-/);
  });

  test('none goes where something could not be saved; a dump that failed is put aside', () => {
    const [first, second] = keep({ verified: { kind: 'failed', dump }, whole: false });
    expect(first?.script).toContain('unverified-');
    for (const each of [first, second]) expect(each?.script).not.toContain('ls -1r');
  });
});

test('what an unfinished run restores, and what the last restore came from, is in use', () => {
  const ended = (time: number, backup: string) => ({ time, run: `r${time}`, result: 'rolled-back', from: '2'.repeat(40), to: '1'.repeat(40), backup });
  const on = { ...well, releases: [ended(5, '/b/last'), ended(1, '/b/first')], unfinished: { run: 'r-9', actor: 'mona', startedAt: 1, from: '2'.repeat(40), to: '1'.repeat(40), backup: '/b/unfinished' } };
  expect(placeOn(inputs, on, { by: 'rollback', run: '42-1', startedAt: 0, good: [], used: ['/b/restored'] }).used).toEqual(['/b/restored', '/b/unfinished', '/b/last']);
});
