/** The bundle as the runner starts it, with GitHub as a server on the loopback. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pagesOf } from '../metrics/github.ts';
import { deployed, rollback } from '../metrics/records.ts';
import { wellFormed } from '../metrics/xml.ts';
import { plain, runAction } from '../rollback/runner.ts';

/** Two days ago: the bundle has the clock of this machine. */
const recently = new Date(Date.now() - 2 * 86_400_000).toISOString();
const before = new Date(Date.now() - 2 * 86_400_000 - 600_000).toISOString();
const records = [deployed(before, 1), rollback(recently, 1, { state: 'success', words: 'rolled-back in 42.0 s; down 3.1 s (2.0 s caused); 0 rows lost' })];

test('the metrics of an environment, with a badge and a JSON file', async () => {
  await using there = await pagesOf(records);
  const { code, outputs, summary, log, workspace } = await runAction(
    { 'github-token': 'ghs_secret', environment: 'staging', period: '4w', badge: 'out/badge.svg', json: 'out/metrics.json' }, { GITHUB_API_URL: there.url }, 'report');
  expect(outputs, log).toEqual({
    rollbacks: '1', 'success-rate': '100', 'median-recovery-seconds': '42', 'downtime-seconds': '3.1', 'data-loss-rows': '0', 'change-failure-rate': '100',
    'failed-deployment-recovery-seconds': '642', 'drill-age-days': '', 'targets-missed': 'rollbacks',
  });
  expect(code).toBe(0);
  expect(there.asked[0]?.environments).toEqual(['staging']);
  expect(plain(summary)).toContain('1 rollback of staging in 28 days, back in 42 s at the median; 1 target missed: rollbacks.');
  expect(wellFormed(readFileSync(join(workspace, 'out/badge.svg'), 'utf8'))).toBe(true);
  expect(JSON.parse(readFileSync(join(workspace, 'out/metrics.json'), 'utf8'))).toMatchObject({ repository: 'green/matchers', environment: 'staging', rollbacks: { count: 1 } });
  expect(log.replace('::add-mask::ghs_secret', '')).not.toContain('ghs_secret');
});

test('records that cannot be read: told, nothing made up, and the job goes on', async () => {
  await using there = await pagesOf(undefined);
  const { code, outputs, summary, log, workspace } = await runAction({ 'github-token': 't', badge: 'badge.svg', json: 'metrics.json' }, { GITHUB_API_URL: there.url }, 'report');
  expect(code, log).toBe(0);
  expect(new Set(Object.values(outputs))).toEqual(new Set(['']));
  expect(Object.keys(outputs)).toContain('rollbacks');
  expect(log).toMatch(/::warning .*GitHub's deployment records could not be read: .*Resource not accessible by integration/);
  expect(plain(summary)).toContain('is not known');
  expect(readFileSync(join(workspace, 'badge.svg'), 'utf8')).toContain('rollbacks: unknown');
  expect(existsSync(join(workspace, 'metrics.json'))).toBe(false);
});

test('a file that cannot be written is told, and costs nothing else', async () => {
  await using there = await pagesOf(records);
  const { code, outputs, log } = await runAction({ 'github-token': 't', badge: 'x'.repeat(300) }, { GITHUB_API_URL: there.url }, 'report');
  expect([code, outputs['rollbacks']], log).toEqual([0, '1']);
  expect(log).toContain('::warning::The badge could not be written to xxx');
});

test('bad inputs are all named at once, and the job goes on', async () => {
  const { code, outputs, log } = await runAction({ period: '60s', badge: '../b.svg', json: '/etc/x.json', environments: 'x' }, {}, 'report');
  for (const part of ['"period" must be a period of days or weeks, such as 30d or 4w, of at most 366d, got "60s"', '"badge" must be a path without', '"json" must be a relative path', '"environments" is not known']) expect(log).toContain(`Input ${part}`);
  expect(code).toBe(0);
  expect(new Set(Object.values(outputs))).toEqual(new Set(['']));
  const same = await runAction({ badge: 'a.svg', json: 'a.svg' }, {}, 'report');
  expect(same.log).toContain('Inputs "badge" and "json" name the same file');
});
