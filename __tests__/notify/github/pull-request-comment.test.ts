import { expect, test } from 'vitest';
import { pullRequestComment } from '../../../src/notify/github/pull-request-comment.ts';
import type { Commit, Report } from '../../../src/outcome.ts';
import { githubServer } from '../../adapters/github-server.ts';
import { exampleOf, exampleReport, v3 } from '../../report/example.ts';
import { withWords } from '../../report/hostile.ts';
import { tells } from './mentions.ts';
import { begun, ended, faults, tell } from './telling.ts';

const inputs = { 'comment-on-pull-request': 'true' };
const older = 'b7e6d5c4b3a29180f7e6d5c4b3a29180f7e6d5c4';
const commit = (at: number): Commit => ({ sha: String(at).padStart(40, '0'), subject: `Change ${at}`, author: 'Ada', time: '2025-11-22T10:00:00Z' });

test('each merged pull request of what went back is told once', async () => {
  const server = await githubServer({ pullRequests: { [v3]: [{ number: 413 }, { number: 412 }], [older]: [{ number: 412 }, { number: 400, merged: false }] } });
  expect(await tell(pullRequestComment, server.apiUrl, [begun(exampleReport()), ended(exampleReport())], { inputs })).toEqual([]);
  expect(server.comments.map(({ number }) => number)).toEqual([412, 413]);
  expect(server.comments[0]?.body).toMatchInlineSnapshot(`
    "<!-- rollback 11934567890-1 -->

    **production was rolled back, and commits of this pull request went back with it:** [\`c3d4e5f\`](https://github.com/green-matchers/app/commit/c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6) and [\`b7e6d5c\`](https://github.com/green-matchers/app/commit/b7e6d5c4b3a29180f7e6d5c4b3a29180f7e6d5c4).

    Production is back on v2 (a1b2c3d "Stable release 2") in 38 s; the service did not answer for 6.3 s; nothing was lost. Why: Critical bug found in production ([the run](https://github.com/green-matchers/app/actions/runs/11934567890))

    To go on: take the change back on the branch that is deployed (\`git revert --no-commit a1b2c3d4e5f6..c3d4e5f60718\`, then \`git commit\`), mend it in a pull request of its own, and deploy that. The guard refuses to deploy [\`c3d4e5f\`](https://github.com/green-matchers/app/commit/c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6) again, and whatever contains it without reverting it."
  `);
  expect(server.comments[1]?.body).not.toContain(older.slice(0, 7));
});

test('at most ten commits are asked for, the newest, and the comment says so', async () => {
  const commits = Array.from({ length: 12 }, (_none, at) => commit(at));
  const server = await githubServer({ pullRequests: { [commit(9).sha]: [{ number: 9 }], [commit(10).sha]: [{ number: 10 }] } });
  await tell(pullRequestComment, server.apiUrl, [ended(exampleReport({ commits, commitCount: 1200 }))], { inputs });
  expect(server.comments.map(({ number }) => number)).toEqual([9]);
  expect(server.comments[0]?.body).toContain('1,200 commits went back; the pull requests of the newest 10 were told.');
});

test.each<[what: string, report: Report]>([
  ['undone', exampleOf('undone')], ['failed', exampleOf('failed')], ['cancelled', exampleOf('cancelled')], ['refused', exampleOf('refused')], ['unchanged', exampleOf('unchanged')],
  ['of data alone', exampleReport({ restored: { backup: '/var/backups/one', used: 'green', kept: 'green_old', dataOnly: true } })],
  ['a drill', { ...exampleReport(), run: { ...exampleReport().run, drill: true } }],
])('nobody is told of a run that was %s', async (_what, report) => {
  const server = await githubServer({ pullRequests: { [v3]: [{ number: 413 }] } });
  expect(await tell(pullRequestComment, server.apiUrl, [ended(report)], { inputs })).toEqual([]);
  expect(server.asked).toEqual([]);
});

test.each([['not asked for', {}], ['a drill', { ...inputs, drill: 'true' }], ['a dry run', { ...inputs, 'dry-run': 'true' }]])('there is none when it is %s', async (_what, given) => {
  expect(await tell(pullRequestComment, 'http://127.0.0.1:9', [], { inputs: given })).toBeUndefined();
});

test('what one pull request does not take, the others get', async () => {
  const server = await githubServer({ pullRequests: { [v3]: [{ number: 413 }] }, over: { 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': { status: 403, body: { message: 'Unable to create comment because issue is locked.' } } } });
  expect(await tell(pullRequestComment, server.apiUrl, [ended(exampleReport())], { inputs })).toEqual(['GitHub answered 403 "Unable to create comment because issue is locked."']);
});

test('others\' words tell nobody', async () => {
  const server = await githubServer({ pullRequests: { [v3]: [{ number: 413 }] } });
  await tell(pullRequestComment, server.apiUrl, [ended(withWords(exampleReport(), () => '--> @octocat _@octocat (@org/team) green/other#7'))], { inputs });
  expect(tells(server.comments[0]?.body ?? '')).toEqual([]);
  expect(server.comments[0]?.body.split('\n')[0]).toMatch(/^<!-- rollback [A-Za-z0-9.-]+ -->$/);
});

test.each(faults)('GitHub answers %s: it is told in words, once, and nothing else', async (what, over, words) => {
  const server = await githubServer({ over: { '*': over } });
  const options = { inputs, ...(what.startsWith('nothing') ? { signal: AbortSignal.timeout(100) } : {}) };
  expect(await tell(pullRequestComment, server.apiUrl, [ended(exampleReport())], options)).toEqual([expect.stringMatching(words)]);
});

test('asked for without a token, it is said once', async () => {
  expect(await tell(pullRequestComment, 'http://127.0.0.1:9', [begun(exampleReport()), ended(exampleReport())], { inputs, token: '' })).toEqual(['the input "github-token" is empty, or the run belongs to no repository']);
});
