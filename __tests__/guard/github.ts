/** GitHub as far as the guard asks it: deployments and comparisons of commits, each held against its own schema or description. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { schema } from '@octokit/graphql-schema';
import { buildSchema, graphqlSync, parse, validate } from 'graphql';
import { readDescription } from '../adapters/openapi.ts';

export type Commit = { readonly sha: string; readonly message: string };
export type GitHub = {
  /** Nodes as the query asks for them; undefined: the token may not read them. */
  readonly deployments?: readonly unknown[];
  /** One line of history, oldest first. */
  readonly history?: readonly Commit[];
};

let description: ReturnType<typeof readDescription> | undefined;

export async function github({ deployments, history = [] }: GitHub): Promise<{ readonly url: string; readonly paths: readonly string[] } & AsyncDisposable> {
  const known = buildSchema(schema.idl, { assumeValidSDL: true });
  const paths: string[] = [];
  const wrong: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part))).on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      paths.push(url.pathname);
      const answer = url.pathname === '/graphql' ? graphql(body) : compare(url);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? { message: 'Not Found' }));
    });
  });

  function graphql(body: string): unknown {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    const errors = validate(known, parse(query));
    if (errors.length > 0) return { errors };
    if (deployments === undefined) return { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] };
    return graphqlSync({ schema: known, source: query, variableValues: variables, rootValue: { repository: { deployments: () => ({ nodes: deployments }) } } });
  }

  function compare(url: URL): unknown {
    const [, base, head] = /^\/repos\/green\/matchers\/compare\/(\w+)\.\.\.(\w+)$/.exec(url.pathname) ?? [];
    const [from, to] = [base, head].map((sha) => history.findIndex((each) => each.sha === sha));
    if (from === undefined || to === undefined || from < 0 || to < 0) return undefined;
    const described = (description ??= readDescription())('GET', url.pathname);
    const example = described?.example(200) as { readonly commits: readonly [{ readonly commit: object }] };
    const all = history.slice(from + 1, to + 1).map(({ sha, message }) => ({ ...example.commits[0], sha, commit: { ...example.commits[0].commit, message } }));
    const [page, size] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('per_page'))];
    const answer = { ...example, status: from === to ? 'identical' : from < to ? 'ahead' : 'behind', total_commits: all.length, commits: all.slice((page - 1) * size, page * size) };
    wrong.push(...(described?.request(url.searchParams, undefined) ?? []), ...(described?.answer(200, answer) ?? []));
    return answer;
  }

  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      if (wrong.length > 0) throw new Error(`unlike GitHub's description: ${wrong.join('\n')}`);
    },
  };
}

/** @param payload as GitHub keeps it: a text */
export function rollbackNode(payload: unknown, ...states: readonly string[]): unknown {
  return {
    task: 'rollback', payload: JSON.stringify(payload), createdAt: '2025-11-23T12:00:00Z', creator: { __typename: 'User', login: 'octocat' },
    statuses: { nodes: states.map((state, index) => ({ state, logUrl: 'https://github.com/green/matchers/actions/runs/42', createdAt: `2025-11-23T12:0${index + 1}:00Z` })) },
  };
}
