import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { githubTelling } from '../../src/adapters/github-telling.ts';
import type { GitHub } from '../../src/notify/github/port.ts';
import { againAfter } from '../../src/notify/sending.ts';
import { githubServer, repository } from './github-server.ts';
import { speaking } from './server.ts';

/** Waits for nothing between tries. */
const again = againAfter({ ...systemClock, sleep: async () => undefined });
const sha = 'a'.repeat(40);
const wait = (): AbortSignal => AbortSignal.timeout(15_000);

function telling(apiUrl: string): GitHub {
  const github = githubTelling({ token: 'ghs_secret', repository, apiUrl }, again);
  if (github === undefined) throw new Error('token and repository are known');
  return github;
}

const deploy = (github: GitHub, signal = wait()) => github.createDeployment({ sha, environment: 'production', task: 'rollback', description: 'Rollback from v3 to v2', payload: { from: 'b'.repeat(40), to: sha } }, signal);

test('a deployment is made as it is, without merging or waiting for checks, and its states are set', async () => {
  const server = await githubServer();
  const github = telling(server.apiUrl);
  const id = await deploy(github);
  await github.setDeploymentState(id, { state: 'in_progress', description: 'Rolling back', logUrl: 'https://github.com/green/matchers/actions/runs/42' }, wait());
  await github.setDeploymentState(id, { state: 'success', description: 'x'.repeat(140), logUrl: '', supersedes: true }, wait());
  expect(server.deployments[0]?.asked).toEqual({
    ref: sha, task: 'rollback', environment: 'production', description: 'Rollback from v3 to v2', auto_merge: false, required_contexts: [], payload: { from: 'b'.repeat(40), to: sha },
  });
  expect(server.deployments[0]?.statuses).toEqual([
    { state: 'in_progress', description: 'Rolling back', log_url: 'https://github.com/green/matchers/actions/runs/42', auto_inactive: false },
    { state: 'success', description: 'x'.repeat(140), auto_inactive: true },
  ]);
});

test('deployments of a release come newest first, with their payload', async () => {
  const server = await githubServer({ deployments: [{ sha, payload: { deploy: 'migrate' } }, { sha, environment: 'staging' }, { sha: 'b'.repeat(40) }, { sha, task: 'rollback', payload: '{"from":"x"}' }] });
  expect(await telling(server.apiUrl).deploymentsOf(sha, 'production', wait())).toEqual([
    { id: '104', task: 'rollback', payload: '{"from":"x"}' }, { id: '101', task: 'deploy', payload: { deploy: 'migrate' } },
  ]);
});

test('an issue is opened with its labels, and written anew', async () => {
  const server = await githubServer();
  const github = telling(server.apiUrl);
  const issue = await github.createIssue({ title: 'Rollback', body: 'under way', labels: ['incident', 'rollback'] }, wait());
  expect(issue).toEqual({ number: 31, url: 'https://github.com/green/matchers/issues/31' });
  await github.updateIssue(issue.number, { title: 'Rollback: done', body: 'the report' }, wait());
  expect(server.issues).toEqual([{ number: 31, title: 'Rollback: done', body: 'the report', labels: ['incident', 'rollback'] }]);
});

test('only merged pull requests brought a commit', async () => {
  const server = await githubServer({ pullRequests: { [sha]: [{ number: 7 }, { number: 8, merged: false }] } });
  const github = telling(server.apiUrl);
  expect((await github.pullRequestsOf(sha, wait())).map(({ number }) => number)).toEqual([7]);
  await github.comment(7, 'went back', wait());
  expect(server.comments).toEqual([{ number: 7, body: 'went back' }]);
});

const unlike = { resource: 'Deployment', field: 'ref', code: 'invalid' };

test.each<[what: string, answer: { readonly status: number; readonly body: unknown }, words: string]>([
  ['a token without the right', { status: 403, body: { message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest' } }, 'GitHub answered 403 "Resource not accessible by integration": the token needs "deployments: write"'],
  ['a token without the right, of a person', { status: 403, body: { message: 'Resource not accessible by personal access token' } }, 'GitHub answered 403 "Resource not accessible by personal access token": the token needs "deployments: write"'],
  ['too many requests', { status: 403, body: { message: 'You have exceeded a secondary rate limit.\nWait a few minutes.' } }, 'GitHub answered 403 "You have exceeded a secondary rate limit."'],
  ['a bad token', { status: 401, body: { message: 'Bad credentials' } }, 'GitHub answered 401 "Bad credentials": look at the input "github-token"'],
  ['a repository that is hidden from it', { status: 404, body: { message: 'Not Found' } }, 'GitHub answered 404 "Not Found": is it there, and has the token "deployments: write"?'],
  ['checks that failed', { status: 409, body: { message: 'Conflict: Commit status checks failed for main.' } }, 'GitHub answered 409 "Conflict: Commit status checks failed for main."'],
  ['a merge instead of a deployment', { status: 202, body: { message: 'Auto-merged main into topic-branch on deployment.' } }, 'GitHub answered 202 "Auto-merged main into topic-branch on deployment." and made no deployment'],
  ['a commit that it does not have', { status: 422, body: { message: 'No ref found for: aaaaaaa', documentation_url: 'https://docs.github.com/rest', errors: [unlike] } }, `GitHub answered 422 "No ref found for: aaaaaaa: ${JSON.stringify(unlike)}"`],
  ['a server that fails', { status: 500, body: { message: 'Server Error' } }, 'GitHub answered 500 "Server Error"'],
  ['a proxy that fails', { status: 502, body: '<html>\n<h1>Bad Gateway ghs_secret</h1>' }, 'GitHub answered 502 "<html>"'],
  ['an answer that holds the token', { status: 500, body: { message: 'no ghs_secret here' } }, 'GitHub answered 500 "no *** here"'],
])('%s is told in words', async (_what, answer, words) => {
  const server = await githubServer({ over: { '*': answer } });
  await expect(deploy(telling(server.apiUrl))).rejects.toThrow(new Error(words));
});

test('each call names the right that it takes', async () => {
  const server = await githubServer({ over: { '*': { status: 403, body: { message: 'Resource not accessible by integration' } } } });
  const github = telling(server.apiUrl);
  const needs = async (call: Promise<unknown>): Promise<string | undefined> => /needs "(.*)"$/.exec(await call.then(() => '', (thrown: Error) => thrown.message))?.[1];
  expect(await needs(github.setDeploymentState('1', { state: 'failure', description: '', logUrl: '' }, wait()))).toBe('deployments: write');
  expect(await needs(github.deploymentsOf(sha, 'production', wait()))).toBe('deployments: write');
  expect(await needs(github.createIssue({ title: 't', body: 'b', labels: [] }, wait()))).toBe('issues: write');
  expect(await needs(github.updateIssue(1, { title: 't', body: 'b' }, wait()))).toBe('issues: write');
  expect(await needs(github.pullRequestsOf(sha, wait()))).toBe('pull-requests: write');
  expect(await needs(github.comment(1, 'b', wait()))).toBe('pull-requests: write');
});

test('nobody there, and somebody who speaks no HTTP', async () => {
  await expect(deploy(telling('http://127.0.0.1:9'))).rejects.toThrow(/^GitHub was not reached: .*(ECONNREFUSED|bad port|fetch failed)/);
  const { port } = await speaking((socket) => { socket.end('SSH-2.0-OpenSSH_9.6\r\n'); });
  await expect(deploy(telling(`http://127.0.0.1:${port}`))).rejects.toThrow(/^GitHub was not reached: /);
});

const head = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n';
const open = (port: number, signal = wait()) => telling(`http://127.0.0.1:${port}`).createIssue({ title: 't', body: 'b', labels: [] }, signal);

test('answers that are none: cut short, no JSON, a drop at a time, without end', async () => {
  const short = await speaking((socket) => { socket.end(`${head}content-length: 500\r\n\r\n{"number": 31,`); });
  await expect(open(short.port)).rejects.toThrow(new Error('GitHub answered 201 with what is no JSON, or too long'));

  const page = await speaking((socket) => { socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\nHello!'); });
  await expect(open(page.port)).rejects.toThrow(new Error('GitHub answered 200 with what is no JSON, or too long'));

  const drops = await speaking((socket) => { socket.write(`${head}content-length: 500\r\n\r\n{`); });
  await expect(open(drops.port, AbortSignal.timeout(300))).rejects.toThrow(new Error('GitHub was not waited for any longer'));

  let sent = 0;
  const endless = await speaking((socket) => {
    socket.write(`${head}content-length: 1000000000\r\n\r\n`);
    const part = Buffer.alloc(1024 * 1024, ' ');
    const more = (): void => { while (!socket.destroyed && sent < 1_000 && (sent += 1, socket.write(part))); };
    socket.on('drain', more);
    more();
  });
  await expect(open(endless.port)).rejects.toThrow(new Error('GitHub answered 201 with what is no JSON, or too long'));
  expect(sent).toBeLessThan(200);
});

test('GitHub that never answers is not waited for', async () => {
  const server = await githubServer({ over: { '*': 'hang' } });
  await expect(deploy(telling(server.apiUrl))).rejects.toThrow(new Error('GitHub gave no answer within 5 s'));
  await expect(deploy(telling(server.apiUrl), AbortSignal.timeout(50))).rejects.toThrow(new Error('GitHub was not waited for any longer'));
});

test('without a token or a repository there is no GitHub', () => {
  expect(githubTelling({ token: undefined, repository, apiUrl: undefined }, again)).toBeUndefined();
  expect(githubTelling({ token: '', repository, apiUrl: undefined }, again)).toBeUndefined();
  expect(githubTelling({ token: 't', repository: '', apiUrl: undefined }, again)).toBeUndefined();
});

test('what only reads or sets is tried three times; what makes something once, unless GitHub says that it was not made', async () => {
  for (const [status, tries] of [[502, [1, 3]], [429, [3, 3]], [403, [1, 1]]] as const) {
    const server = await githubServer({ over: { '*': { status, body: '<html>' } } });
    const github = telling(server.apiUrl);
    await expect(deploy(github)).rejects.toThrow(`GitHub answered ${status}`);
    expect(server.asked).toHaveLength(tries[0]);
    await expect(github.setDeploymentState('1', { state: 'success', description: '', logUrl: '' }, wait())).rejects.toThrow(`GitHub answered ${status}`);
    expect(server.asked).toHaveLength(tries[0] + tries[1]);
  }
});
