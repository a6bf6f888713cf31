/** The bundle as the runner starts it, with GitHub as a server on the loopback. */
import { describe, expect, test } from 'vitest';
import { plain, runAction } from '../rollback/runner.ts';
import { github, rollbackNode, type GitHub } from './github.ts';

const sha = (letter: string): string => letter.repeat(40);
const history = [
  { sha: sha('2'), message: 'Release 2' }, { sha: sha('b'), message: 'Release 3' }, { sha: sha('c'), message: 'More' },
  { sha: sha('d'), message: `Revert "Release 3"\n\nThis reverts commit ${sha('b')}.` },
];
const rolledBack = [rollbackNode({ from: sha('b'), to: sha('2'), reason: 'error rate 23 %' }, 'IN_PROGRESS', 'SUCCESS')];

async function guarded(commit: string, world: GitHub, inputs: Readonly<Record<string, string>> = {}) {
  await using there = await github(world);
  return await runAction({ 'github-token': 'ghs_secret', ...inputs }, { GITHUB_API_URL: there.url, GITHUB_SHA: sha(commit) }, 'guard');
}

describe('a commit', () => {
  test.each<[what: string, commit: string, world: GitHub, outputs: Readonly<Record<string, string>>]>([
    ['that was rolled back', 'b', { deployments: rolledBack, history }, { allowed: 'false', 'reason-code': 'rolled-back-before' }],
    ['that contains it', 'c', { deployments: rolledBack, history }, { allowed: 'false', 'reason-code': 'rolled-back-before' }],
    ['that reverts it', 'd', { deployments: rolledBack, history }, { allowed: 'true', 'reason-code': '' }],
    ['that is older', '2', { deployments: rolledBack, history }, { allowed: 'true', 'reason-code': '' }],
    ['while nothing is on record', 'b', { deployments: [], history }, { allowed: 'true', 'reason-code': '' }],
    ['while a rollback runs', 'd', { deployments: [rollbackNode({ from: sha('b'), to: sha('2') }, 'IN_PROGRESS')], history }, { allowed: 'false', 'reason-code': 'environment-locked' }],
    ['while GitHub does not tell', 'd', { history }, { allowed: 'false', 'reason-code': 'unknown' }],
  ])('%s', async (_what, commit, world, outputs) => {
    const ended = await guarded(commit, world);
    expect(ended.outputs, ended.log).toMatchObject(outputs);
    expect(ended.code).toBe(outputs['allowed'] === 'true' ? 0 : 1);
    expect(ended.log.replace('::add-mask::ghs_secret', '')).not.toContain('ghs_secret');
  });
});

test('who, why, when and how to lift it stand in the summary', async () => {
  const { summary } = await guarded('b', { deployments: rolledBack, history });
  expect(plain(summary)).toContain('Commit bbbbbbb must not be deployed to production: this commit was rolled back: by octocat at 2025-11-23T12:02:00.000Z, because "error rate 23 %"');
  expect(plain(summary)).toContain('set "unlock: true" with a "reason"');
});

test('a person may lift it, with a reason', async () => {
  const { code, outputs, summary } = await guarded('b', { deployments: rolledBack, history }, { unlock: 'true', reason: 'it was the database' });
  expect([code, outputs['allowed'], outputs['reason-code']]).toEqual([0, 'true', 'rolled-back-before']);
  expect(plain(summary)).toContain('unlocked by octocat, because "it was the database"');
  const without = await guarded('b', { deployments: rolledBack, history }, { unlock: 'true' });
  expect(without.code).toBe(1);
  expect(without.log).toContain('Input "reason" is required with "unlock: true"');
});

test('what nobody knows may pass where that is wanted', async () => {
  const { code, outputs } = await guarded('d', { history }, { 'on-unknown': 'pass' });
  expect([code, outputs['allowed'], outputs['reason-code']]).toEqual([0, 'true', 'unknown']);
  // A refusal is no lack of knowledge.
  expect((await guarded('b', { deployments: rolledBack, history }, { 'on-unknown': 'pass' })).code).toBe(1);
});

test('bad inputs are all named at once', async () => {
  const { code, log } = await guarded('d', { deployments: [] }, { unlock: 'perhaps', 'on-unknown': 'yes', hosts: 'web-1' });
  for (const part of ['"unlock" must be true or false', '"on-unknown" must be "refuse" or "pass"', '"ssh-private-key" is required with "hosts"', '"hosts" names web-1 without a user', '"app-dir" is required with "hosts"']) expect(log).toContain(`Input ${part}`);
  expect(code).toBe(1);
  expect((await guarded('d', { deployments: [] }, { commit: 'main' })).log).toContain('Input "commit" must be a full SHA');
});
