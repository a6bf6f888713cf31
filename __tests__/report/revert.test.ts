import { expect, test } from 'vitest';
import { isReverted } from '../../src/guards/revert.ts';
import { revertOf } from '../../src/report/revert.ts';
import { exampleReport, v2, v3 } from './example.ts';

test('the pull request says what is taken back, why, and what becomes of the rest', () => {
  expect(revertOf(exampleReport())).toMatchInlineSnapshot(`
    {
      "body": "Production is back on v2 (a1b2c3d "Stable release 2") in 38 s; the service did not answer for 6.3 s; nothing was lost.

    **Why:** Critical bug found in production

    This takes back everything from [\`a1b2c3d\`](https://github.com/green-matchers/app/commit/a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4) (not included) to [\`c3d4e5f\`](https://github.com/green-matchers/app/commit/c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6). Until it is merged, the guard refuses every commit that contains that release; what has come after it stays, and GitHub shows where it conflicts.

    [The rollback](https://github.com/green-matchers/app/actions/runs/11934567890)",
      "branch": "revert-c3d4e5f60718",
      "from": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
      "message": "Revert "Deploy 3: matching by salary"

    This reverts commit c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6.
    The tree is that of a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4, to which production was rolled back.
    ",
      "title": "Revert "Deploy 3: matching by salary"",
      "to": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
    }
  `);
});

test('the guard knows the commit that it is made of', () => {
  const { message = '' } = revertOf(exampleReport()) ?? {};
  expect(isReverted([{ sha: v3, message: '' }], [{ sha: v2, message }])).toBe(true);
});

test.each<[what: string, over: Parameters<typeof exampleReport>[0]]>([
  ['was undone', { result: 'undone' }],
  ['was planned', { result: 'planned' }],
  ['was a drill', { run: { ...exampleReport().run, drill: true } }],
  ['changed nothing', { result: 'unchanged' }],
  ['restored data alone', { restored: { backup: '/x', used: 'a', kept: 'b', dataOnly: true } }],
  ['does not know what it came from', { from: { sha: v2, names: [], subject: '' }, to: { sha: v2, names: [], subject: '', rule: 'current' } }],
])('none for a rollback that %s', (_what, over) => {
  expect(revertOf(exampleReport(over))).toBeUndefined();
});
