/** Which commits may be deployed, by a table; the history is told as a line of commits. */
import { describe, expect, test } from 'vitest';
import { type Compare, judgeCommit } from '../../src/guards/judge.ts';
import { badReleases, lockedBy, recordsOf, type RollbackRecord } from '../../src/guards/memory.ts';
import { type CommitMessage, isReverted } from '../../src/guards/revert.ts';

const sha = (letter: string): string => letter.repeat(40);
const noon = Date.parse('2025-11-23T12:00:00Z');

/** One line of history, oldest first. */
const line: readonly CommitMessage[] = [
  { sha: sha('1'), message: 'Release 1' },
  { sha: sha('2'), message: 'Release 2' },
  { sha: sha('a'), message: 'A change (#12)' },
  { sha: sha('b'), message: 'Release 3, which is bad' },
  { sha: sha('c'), message: 'More on top of it' },
  { sha: sha('d'), message: `Revert "Release 3, which is bad"\n\nThis reverts commit ${sha('b')}.` },
  { sha: sha('e'), message: 'More after the revert' },
  { sha: sha('f'), message: `Revert "Revert"\n\nThis reverts commit ${sha('d')}.` },
];
const ofLine: Compare = (base, head) => {
  const [from, to] = [base, head].map((wanted) => line.findIndex((each) => each.sha === wanted));
  if (from === undefined || to === undefined || from < 0 || to < 0) return Promise.resolve(undefined);
  return Promise.resolve({ contains: from <= to, commits: line.slice(from + 1, to + 1) });
};
const never: Compare = () => Promise.resolve(undefined);

const back: RollbackRecord = { from: sha('b'), to: sha('2'), time: noon, outcome: 'rolled-back', actor: 'octocat', reason: 'error rate 23 %', url: 'https://github.com/green/matchers/actions/runs/42', by: 'GitHub' };
const good: RollbackRecord = { from: sha('b'), to: sha('b'), time: noon + 3_600_000, outcome: 'good', actor: '', reason: '', url: '', by: 'web-1' };
const failed: RollbackRecord = { ...back, outcome: 'failed', time: noon + 60_000 };

describe('a commit', () => {
  test.each<[what: string, commit: string, records: readonly RollbackRecord[] | undefined, compare: Compare, allowed: boolean, code: string]>([
    ['of an environment that was never rolled back', 'b', [], ofLine, true, ''],
    ['that was rolled back', 'b', [back], never, false, 'rolled-back-before'],
    ['that contains it', 'c', [back], ofLine, false, 'rolled-back-before'],
    ['that reverts it', 'd', [back], ofLine, true, ''],
    ['on top of the revert', 'e', [back], ofLine, true, ''],
    ['that reverts the revert', 'f', [back], ofLine, false, 'rolled-back-before'],
    ['from before it', '2', [back], ofLine, true, ''],
    ['of which nobody knows what it contains', 'c', [back], never, false, 'unknown'],
    ['that was found well since', 'b', [back, good], never, true, ''],
    ['that was found well before', 'b', [back, { ...good, time: noon - 1 }], never, false, 'rolled-back-before'],
    ['while nobody can be asked', 'b', undefined, ofLine, false, 'unknown'],
    ['after a rollback that failed', 'd', [failed], ofLine, false, 'environment-locked'],
    ['while a rollback runs', 'd', [back, { ...back, outcome: 'under-way', time: noon + 60_000 }], ofLine, false, 'environment-locked'],
    ['after a rollback that failed, and one that did not', 'd', [failed, { ...back, time: noon + 120_000 }], ofLine, true, ''],
    ['after a rollback that failed, and one that was refused', 'd', [failed, { ...back, outcome: 'unsettled', time: noon + 120_000 }], ofLine, false, 'environment-locked'],
    ['after a rollback that did not end, and one that was refused', 'd', [{ ...back, outcome: 'under-way' }, { ...back, outcome: 'unsettled', time: noon + 120_000 }], ofLine, true, ''],
    ['after one that failed and one that was refused, as a host remembers', 'd', recordsOf('web-1', '/app', [{ time: noon, run: '1', result: 'failed', from: sha('b'), to: sha('2') }, { time: noon + 1, run: '2', result: 'refused', from: sha('b'), to: sha('2') }], undefined), ofLine, false, 'environment-locked'],
    ['after a restore of data alone', 'b', recordsOf('web-1', '/app', [{ time: noon, run: '1', result: 'rolled-back', from: sha('b'), to: sha('b'), backup: '/x' }], undefined), ofLine, true, ''],
    ['after another application was rolled back', 'b', recordsOf('web-1', '/app', [{ time: noon, run: '1', result: 'rolled-back', from: sha('b'), to: sha('2'), app: '/other' }], undefined), ofLine, true, ''],
    ['after a rollback that was undone', 'b', recordsOf('web-1', '/app', [{ time: noon, run: '1', result: 'undone', from: sha('b'), to: sha('2') }], undefined), ofLine, true, ''],
    ['after a rollback that a host alone remembers', 'b', recordsOf('web-1', '/app', [{ time: noon, run: '1', result: 'rolled-back', from: sha('b'), to: sha('2'), app: '/app' }], undefined), ofLine, false, 'rolled-back-before'],
    ['while a host has a run that has not ended', 'd', recordsOf('web-1', '/app', [], { run: '1', actor: 'octocat', startedAt: noon, from: sha('b'), to: sha('2') }), ofLine, false, 'environment-locked'],
  ])('%s', async (_what, commit, records, compare, allowed, code) => {
    const verdict = await judgeCommit(sha(commit), records, compare);
    expect([verdict.allowed, verdict.code], verdict.reason).toEqual([allowed, code]);
    if (!allowed) expect(verdict.fix).toContain('set "unlock: true" with a "reason"');
  });

  test('is refused with who, why, when, and where to read on', async () => {
    expect((await judgeCommit(sha('c'), [back], ofLine)).reason)
      .toBe('bbbbbbb, which this commit contains, was rolled back: by octocat at 2025-11-23T12:00:00.000Z, because "error rate 23 %" (https://github.com/green/matchers/actions/runs/42)');
  });
});

describe('a revert', () => {
  const taken: readonly CommitMessage[] = [{ sha: sha('a'), message: 'A change (#12)' }, { sha: sha('b'), message: 'Merge pull request #13 from green/branch' }];
  test.each<[what: string, messages: readonly string[], reverted: boolean]>([
    ['of the release', [`This reverts commit ${sha('b')}.`], true],
    ['by a short SHA', ['This reverts commit bbbbbbb.'], true],
    ['of a merge', [`This reverts commit ${sha('b')}, reversing\nchanges made to ${sha('2')}.`], true],
    ['of one of the commits that were taken away', [`This reverts commit ${sha('a')}.`], true],
    ['by GitHub\'s button, of a squash', ['Revert "A change" (#14)\n\nReverts green/matchers#12'], true],
    ['by GitHub\'s button, of a merge', ['Revert "branch"\n\nReverts #13'], true],
    ['of something else', [`This reverts commit ${sha('9')}.`], false],
    ['of a pull request that only begins alike', ['Reverts green/matchers#123'], false],
    ['that is only spoken of', ['Do not revert Release 3'], false],
    ['that was reverted', [`This reverts commit ${sha('b')}.`, `This reverts commit ${sha('0')}.`], false],
    ['that was reverted twice', [`This reverts commit ${sha('b')}.`, `This reverts commit ${sha('0')}.`, `This reverts commit ${sha('0')}.`], true],
    ['none', [], false],
  ])('%s', (_what, messages, reverted) => {
    expect(isReverted(taken, messages.map((message, index) => ({ sha: sha(String(index)), message })))).toBe(reverted);
  });
});

test('who and why come from GitHub where both remember', () => {
  const byHost = { ...back, by: 'web-1', actor: '', time: noon + 1 };
  expect(badReleases([byHost, back])).toEqual([back]);
});

test('an environment without records is not locked', () => expect(lockedBy([])).toBeUndefined());
