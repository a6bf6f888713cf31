import { describe, expect, it } from 'vitest';
import { chooseTarget, currentRelease, knownGood, type Known } from '../../src/assess/target.ts';
import type { EndedRun } from '../../src/hosts/history.ts';
import type { HostFacts } from '../../src/assess/host.ts';

const nothing: Known = { current: 'v3', releases: [], deployments: [], matching: [], parents: [] };
const back = (time: number, from: string, to: string): EndedRun => ({ time, run: `r${time}`, result: 'rolled-back', from, to });

describe('the target that nobody named', () => {
  const cases: readonly (readonly [string, Partial<Known>, string | undefined, string?])[] = [
    ['nothing is known', {}, undefined],
    ['only parents', { parents: ['v2', 'v1'] }, 'v2', 'parent'],
    ['a message before parents', { matching: ['v1'], parents: ['v2'] }, 'v1', 'message'],
    ['a deployment before a message', { deployments: [{ sha: 'v2', time: 5, state: 'success' }], matching: ['v1'] }, 'v2', 'deployment'],
    ['never a failed deployment', { deployments: [{ sha: 'v2', time: 5, state: 'other' }], matching: ['v1'] }, 'v1', 'message'],
    ['never the current one, even when its deployment succeeded', { deployments: [{ sha: 'v3', time: 9, state: 'success' }, { sha: 'v2', time: 5, state: 'success' }] }, 'v2', 'deployment'],
    ['only deployments from before the current one', { deployments: [{ sha: 'v4', time: 10, state: 'success' }, { sha: 'v3', time: 9, state: 'other' }, { sha: 'v1', time: 5, state: 'success' }] }, 'v1', 'deployment'],
    ['GitHub did not answer', { deployments: undefined, matching: ['v2'] }, 'v2', 'message'],
    ['what a rollback returned to, after another deployment', { releases: [back(1, 'v2bad', 'v1')], matching: ['v2bad'] }, 'v1', 'journal'],
    ['the newest of the records', { releases: [back(1, 'x', 'v1')], deployments: [{ sha: 'v2', time: 2, state: 'success' }] }, 'v2', 'deployment'],
    ['a release that was rolled back is skipped', { releases: [back(1, 'v2', 'v1'), back(3, 'v2', 'v1')], current: 'v3', matching: ['v2', 'v1'] }, 'v1', 'journal'],
    ['a bad release is skipped by message and by parent', { releases: [{ ...back(1, 'v2', 'v0'), result: 'rolled-back' }, back(2, 'v0', 'v9'), back(4, 'v9', 'v8'), back(5, 'v8', 'v3')], current: 'v4', matching: ['v2', 'v1'] }, 'v3', 'journal'],
    ['a failed rollback says nothing of releases', { releases: [{ ...back(1, 'v3', 'v1'), result: 'undone' }], parents: ['v2'] }, 'v2', 'parent'],
    ['asked a second time it stays', { releases: [back(1, 'v4', 'v3')], matching: ['v2'], parents: ['v2'] }, 'v3', 'current'],
    ['watched and found good', { releases: [{ time: 4, run: 'w', result: 'good', from: '', to: 'v2' }], matching: ['v1'] }, 'v2', 'journal'],
  ];
  for (const [name, known, sha, rule] of cases) {
    it(name, () => expect(chooseTarget({ ...nothing, ...known })).toEqual(sha === undefined ? undefined : { sha, rule }));
  }
});

it.each<readonly [string, readonly string[], readonly string[], string | undefined]>([
  ['all alike', ['a', 'a'], [], 'a'],
  ['one contains the others', ['a', 'b'], ['b'], 'b'],
  ['none contains the others', ['a', 'b'], ['a', 'b'], undefined],
])('the current release: %s', (_, heads, newest, expected) => {
  expect(currentRelease(heads.map((head) => ({ head }) as HostFacts), newest)).toBe(expected);
});

describe('releases that were good', () => {
  const deployed = (sha: string, time: number, state: 'success' | 'other' = 'success') => ({ sha, time, state });

  it.each<[string, readonly EndedRun[], Parameters<typeof knownGood>[1], readonly string[]]>([
    ['nothing is known', [], undefined, []],
    ['deployments that succeeded, newest first, the current one among them', [], [deployed('v1', 1), deployed('v3', 3), deployed('v2', 2, 'other')], ['v3', 'v1']],
    ['what a rollback returned to, and what was watched', [back(1, 'v3', 'v2'), { ...back(2, 'v2', 'v4'), result: 'good' }], [], ['v4', 'v2']],
    ['not what was rolled back since', [back(4, 'v3', 'v2')], [deployed('v3', 3), deployed('v1', 1)], ['v2', 'v1']],
    ['what was deployed with success again after its rollback', [back(4, 'v3', 'v2')], [deployed('v3', 5)], ['v3', 'v2']],
    ['not what a failed rollback was to return to', [{ ...back(1, 'v3', 'v2'), result: 'undone' }], [], []],
    ['a restore of the data alone neither way', [{ ...back(4, 'v3', 'v3'), backup: '/b' }], [deployed('v3', 3)], ['v3']],
  ])('%s', (_what, releases, deployments, good) => {
    expect(knownGood(releases, deployments)).toEqual(good);
  });
});
