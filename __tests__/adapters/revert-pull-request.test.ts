import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openRevert } from '../../src/adapters/revert-pull-request.ts';
import { readDescription } from './openapi.ts';

const [from, to] = ['b'.repeat(40), '2'.repeat(40)];
const revert = { from, to, branch: 'revert-bbbbbbbbbbbb', title: 'Revert "Release 3"', body: 'why', message: `Revert "Release 3"\n\nThis reverts commit ${from}.\n` };

type Asked = { readonly what: string; readonly body: unknown };
type Answer = { readonly status?: number; readonly body: unknown };

const describe = readDescription();

/** What matters of an answer, within GitHub's own example of it. */
function within(example: unknown, answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map((each) => within(Array.isArray(example) ? example[0] : undefined, each));
  return typeof example === 'object' && typeof answer === 'object' ? { ...example, ...answer } : answer;
}

/** GitHub's REST API as far as it is asked, each request and answer held against its description; `over` says otherwise for one question. */
async function withGitHub<T>(over: Readonly<Record<string, Answer>>, act: (apiUrl: string, asked: readonly Asked[]) => Promise<T>): Promise<T> {
  const answers: Readonly<Record<string, Answer>> = {
    'GET /pulls': { body: [] },
    [`GET /compare/${to}...${from}`]: { body: { status: 'ahead', total_commits: 3, commits: [] } },
    [`GET /git/commits/${to}`]: { body: { sha: to, tree: { sha: 'tree-of-2', url: 'https://api.github.com/trees/2' } } },
    'GET ': { body: { default_branch: 'trunk' } },
    'POST /git/commits': { status: 201, body: { sha: 'c'.repeat(40) } },
    'POST /git/refs': { status: 201, body: {} },
    'PATCH /git/refs/heads/revert-bbbbbbbbbbbb': { body: {} },
    'POST /pulls': { status: 201, body: { html_url: 'https://github.com/green/matchers/pull/7' } },
    ...over,
  };
  const asked: Asked[] = [];
  const wrong: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part))).on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const what = `${request.method} ${decodeURIComponent(url.pathname).replace('/repos/green/matchers', '')}`;
      const given: unknown = text === '' ? undefined : JSON.parse(text);
      asked.push({ what, body: given });
      const described = describe(request.method ?? '', url.pathname);
      const { status = 200, body } = answers[what] ?? { status: 404, body: { message: 'Not Found' } };
      const answer = within(described?.example(status), body);
      wrong.push(...(described === undefined ? ['GitHub has no such thing'] : [...described.request(url.searchParams, given), ...described.answer(status, answer)]).map((each) => `${what}: ${each}`));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  try {
    const result = await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
    expect(wrong).toEqual([]);
    return result;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const open = (apiUrl: string, token: string | undefined = 't') => openRevert({ token, repository: 'green/matchers', apiUrl }, revert);

test('the commit has the tree of the release that was returned to, on top of the bad one', async () => {
  await withGitHub({}, async (apiUrl, asked) => {
    expect(await open(apiUrl)).toEqual({ kind: 'opened', url: 'https://github.com/green/matchers/pull/7' });
    expect(asked.filter(({ what }) => what.startsWith('POST'))).toEqual([
      { what: 'POST /git/commits', body: { message: revert.message, tree: 'tree-of-2', parents: [from] } },
      { what: 'POST /git/refs', body: { ref: 'refs/heads/revert-bbbbbbbbbbbb', sha: 'c'.repeat(40) } },
      { what: 'POST /pulls', body: { title: revert.title, body: 'why', head: 'revert-bbbbbbbbbbbb', base: 'trunk' } },
    ]);
  });
});

test('one that is open already is not opened again', async () => {
  await withGitHub({ 'GET /pulls': { body: [{ html_url: 'https://github.com/green/matchers/pull/6' }] } }, async (apiUrl, asked) => {
    expect(await open(apiUrl)).toEqual({ kind: 'there-already', url: 'https://github.com/green/matchers/pull/6' });
    expect(asked.filter(({ what }) => !what.startsWith('GET'))).toEqual([]);
  });
});

test('a branch that an earlier attempt left is used', async () => {
  await withGitHub({ 'POST /git/refs': { status: 422, body: { message: 'Reference already exists', documentation_url: 'https://docs.github.com/rest' } } }, async (apiUrl, asked) => {
    expect((await open(apiUrl)).kind).toBe('opened');
    expect(asked.map(({ what }) => what)).toContain('PATCH /git/refs/heads/revert-bbbbbbbbbbbb');
  });
});

test.each<[what: string, over: Readonly<Record<string, Answer>>, why: string]>([
  ['releases on different lines', { [`GET /compare/${to}...${from}`]: { body: { status: 'diverged', total_commits: 3, commits: [] } } }, '2222222 is not an ancestor of bbbbbbb'],
  ['no right to write', { 'POST /git/commits': { status: 403, body: { message: 'Resource not accessible by integration' } } }, 'Resource not accessible by integration'],
  ['a repository where Actions may not open pull requests', { 'POST /pulls': { status: 403, body: { message: 'GitHub Actions is not permitted to create or approve pull requests.' } } }, 'not permitted'],
])('%s: it says why not', async (_what, over, why) => {
  await withGitHub(over, async (apiUrl) => {
    const opened = await open(apiUrl);
    expect(opened).toMatchObject({ kind: 'not-opened' });
    expect(JSON.stringify(opened)).toContain(why);
  });
});

test('without a token, or without GitHub', async () => {
  expect((await openRevert({ token: undefined, repository: 'green/matchers', apiUrl: undefined }, revert)).kind).toBe('not-opened');
  expect((await open('http://127.0.0.1:9')).kind).toBe('not-opened');
});
