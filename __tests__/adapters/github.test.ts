import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { schema } from '@octokit/graphql-schema';
import { buildSchema, graphqlSync, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { deploymentRecords } from '../../src/adapters/github.ts';

type Request = { readonly authorization: string | undefined; readonly query: string; readonly variables: Readonly<Record<string, unknown>> };

/** GitHub as far as its own schema goes: a query that the schema does not allow is answered with its errors. */
async function withGitHub<T>(deployments: unknown, act: (url: string, requests: readonly Request[]) => Promise<T>): Promise<T> {
  const github = buildSchema(schema.idl, { assumeValidSDL: true });
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part))).on('end', () => {
      const { query, variables } = JSON.parse(body) as Request;
      requests.push({ authorization: request.headers.authorization, query, variables });
      const errors = validate(github, parse(query));
      const answer = errors.length > 0 ? { errors } : graphqlSync({ schema: github, source: query, variableValues: variables, rootValue: { repository: { deployments: () => ({ nodes: deployments }) } } });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const node = (commitOid: string, createdAt: string, ...states: readonly string[]): Record<string, unknown> => ({
  commitOid, createdAt, task: 'deploy', payload: '""', statuses: { nodes: states.map((state, index) => ({ state, createdAt: new Date(Date.parse(createdAt) + index * 60_000).toISOString() })) },
});
const rollback = (payload: unknown, ...told: Parameters<typeof node>): unknown => ({ ...node(...told), task: 'rollback', payload: JSON.stringify(payload) });

it('reads the deployments of an environment; one that ever succeeded counts as such', async () => {
  const nodes = [node('a', '2026-11-01T10:00:00Z', 'IN_PROGRESS', 'SUCCESS', 'INACTIVE'), node('b', '2026-11-02T10:00:00Z', 'FAILURE')];
  await withGitHub(nodes, async (apiUrl, requests) => {
    expect(await deploymentRecords({ token: 'ghs_secret', repository: 'green/matchers', environment: 'production', apiUrl })).toEqual([
      { sha: 'a', time: Date.UTC(2026, 10, 1, 10), state: 'success' },
      { sha: 'b', time: Date.UTC(2026, 10, 2, 10), state: 'other' },
    ]);
    expect(requests.map(({ authorization, variables }) => ({ authorization, variables }))).toEqual([
      { authorization: 'token ghs_secret', variables: { owner: 'green', name: 'matchers', environment: ['production'] } },
    ]);
  });
});

const marked = { ...node('bad', '2026-11-02T10:00:00Z'), statuses: { nodes: [
  { state: 'FAILURE', createdAt: '2026-11-03T10:00:00Z' }, { state: 'SUCCESS', createdAt: '2026-11-02T10:01:00Z' }, { state: 'IN_PROGRESS', createdAt: '2026-11-02T10:00:00Z' },
] } };

it.each<[what: string, nodes: readonly unknown[], states: readonly (readonly [sha: string, state: string])[]]>([
  ['marked as rolled back, whatever the order of its statuses', [marked], [['bad', 'other']]],
  ['deployed before it was marked', [node('bad', '2026-11-01T10:00:00Z', 'SUCCESS'), marked], [['bad', 'other'], ['bad', 'other']]],
  ['deployed again since it was marked', [marked, node('bad', '2026-11-04T10:00:00Z', 'SUCCESS')], [['bad', 'other'], ['bad', 'success']]],
  ['deployed with success after a try that failed', [node('new', '2026-11-01T10:00:00Z', 'FAILURE', 'SUCCESS')], [['new', 'success']]],
  ['taken back, as the rollback alone tells', [node('bad', '2026-11-02T10:00:00Z', 'SUCCESS'), rollback({ from: 'bad', to: 'good' }, 'good', '2026-11-03T10:00:00Z', 'IN_PROGRESS', 'SUCCESS')], [['bad', 'other'], ['good', 'success']]],
  ['not taken back after all', [node('new', '2026-11-02T10:00:00Z', 'SUCCESS'), rollback({ from: 'new', to: 'old' }, 'old', '2026-11-03T10:00:00Z', 'IN_PROGRESS', 'INACTIVE')], [['new', 'success']]],
  ['restored in its data alone', [node('new', '2026-11-02T10:00:00Z', 'SUCCESS'), rollback({ from: 'new', to: 'new' }, 'new', '2026-11-03T10:00:00Z', 'SUCCESS')], [['new', 'success'], ['new', 'success']]],
  ['taken back in a drill', [node('new', '2026-11-02T10:00:00Z', 'SUCCESS'), rollback({ from: 'new', to: 'old', drill: true }, 'old', '2026-11-03T10:00:00Z', 'SUCCESS', 'INACTIVE')], [['new', 'success']]],
])('of a release that was %s', async (_what, nodes, states) => {
  await withGitHub(nodes, async (apiUrl) => {
    const records = await deploymentRecords({ token: 't', repository: 'green/matchers', environment: 'production', apiUrl });
    expect(records?.map(({ sha, state }) => [sha, state])).toEqual(states);
  });
});

it.each([
  ['no token', { token: undefined }],
  ['no repository', { repository: '' }],
  ['nobody answers', { apiUrl: 'http://127.0.0.1:9' }],
])('does not know them: %s', async (_, options) => {
  expect(await deploymentRecords({ token: 't', repository: 'green/matchers', environment: 'production', apiUrl: 'http://127.0.0.1:9', ...options })).toBeUndefined();
});
