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

const node = (commitOid: string, createdAt: string, ...states: readonly string[]): unknown => ({ commitOid, createdAt, statuses: { nodes: states.map((state) => ({ state })) } });

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

it.each([
  ['no token', { token: undefined }],
  ['no repository', { repository: '' }],
  ['nobody answers', { apiUrl: 'http://127.0.0.1:9' }],
])('does not know them: %s', async (_, options) => {
  expect(await deploymentRecords({ token: 't', repository: 'green/matchers', environment: 'production', apiUrl: 'http://127.0.0.1:9', ...options })).toBeUndefined();
});
