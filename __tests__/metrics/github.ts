/** GitHub's deployments, in pages, held against its own schema. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { schema } from '@octokit/graphql-schema';
import { buildSchema, graphqlSync, parse, validate } from 'graphql';
import type { Deployment } from '../../src/metrics/history.ts';

type Asked = { readonly first?: number; readonly last: number; readonly before?: string | null; readonly environments: readonly string[] };

export type Pages = { readonly url: string; readonly asked: readonly Asked[]; requests(): number } & AsyncDisposable;

/**
 * @param deployments oldest first; undefined: the token may not read them
 * @param broken how many of the first requests meet GitHub's own timeout
 */
export async function pagesOf(deployments: readonly Deployment[] | undefined, broken = 0): Promise<Pages> {
  const known = buildSchema(schema.idl, { assumeValidSDL: true });
  const asked: Asked[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part))).on('end', () => {
      requests += 1;
      if (requests <= broken) response.writeHead(502).end('{"message":"timed out"}');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(body)));
    });
  });

  function answer(body: string): unknown {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    const errors = validate(known, parse(query));
    if (errors.length > 0) return { errors };
    if (deployments === undefined) return { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] };
    return graphqlSync({ schema: known, source: query, variableValues: variables, rootValue: { repository: ({ name }: { name: string }) => (name === 'matchers' ? { deployments: page } : null) } });
  }

  function page(options: Asked): unknown {
    asked.push({ ...options });
    const end = typeof options.before === 'string' ? Number(options.before) : deployments?.length ?? 0;
    const start = Math.max(0, end - options.last);
    return { pageInfo: { hasPreviousPage: start > 0, hasNextPage: false, startCursor: String(start), endCursor: String(end) }, nodes: deployments?.slice(start, end).map(nodeOf) };
  }

  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function nodeOf({ task, payload, sha, time, creator, statuses }: Deployment): unknown {
  return {
    task, payload, commitOid: sha, createdAt: iso(time), creator: { __typename: 'User', login: creator },
    statuses: { nodes: statuses.toReversed().map(({ state, description, url, time: told }) => ({ state: state === 'other' ? 'IN_PROGRESS' : state.toUpperCase(), description, logUrl: url === '' ? null : url, createdAt: iso(told) })) },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
