/** GitHub as far as a run is told there: it keeps what it is given, and holds each request and each answer of its own against GitHub's description. */
import { createServer } from 'node:http';
import { afterEach, expect } from 'vitest';
import { readDescription, type Described } from './openapi.ts';
import { listening } from './server.ts';

export type Kept = {
  readonly deployments: { readonly id: number; readonly sha: string; readonly task: string; readonly environment: string; readonly payload: unknown; readonly asked: Fields; readonly statuses: Fields[] }[];
  readonly issues: { readonly number: number; title: string; body: string; readonly labels: unknown }[];
  readonly comments: { readonly number: number; readonly body: string }[];
};

type Fields = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly body: unknown };
type Other = {
  /** By what is asked (`POST /repos/{owner}/{repo}/issues`, or `*`): another answer. `hang`: none. */
  readonly over?: Readonly<Record<string, Answer | 'hang'>>;
  readonly pullRequests?: Readonly<Record<string, readonly { readonly number: number; readonly merged?: boolean }[]>>;
  readonly deployments?: readonly { readonly sha: string; readonly task?: string; readonly environment?: string; readonly payload?: unknown }[];
};

export const repository = 'green/matchers';
const R = '/repos/{owner}/{repo}';

let known: ReturnType<typeof readDescription> | undefined;
const wrong: string[] = [];
afterEach(() => { expect(wrong.splice(0), 'requests and answers unlike GitHub\'s description').toEqual([]); });

export async function githubServer({ over = {}, pullRequests = {}, deployments = [] }: Other = {}): Promise<Kept & { readonly apiUrl: string; readonly asked: readonly string[] }> {
  const describe = (known ??= readDescription());
  const kept: Kept = { deployments: [], issues: [], comments: [] };
  for (const { sha, task = 'deploy', environment = 'production', payload = {} } of deployments) add({ sha, task, environment, payload }, {});
  const asked: string[] = [];

  const { port } = await listening(createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part))).on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      // The description is that of the REST interface alone; whoever asks for records gets none.
      if (url.pathname === '/graphql') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"repository":null}}');
      const described = describe(request.method ?? '', url.pathname);
      asked.push(described?.name ?? `${request.method} ${url.pathname}`);
      if (described === undefined) wrong.push(`GitHub has no ${request.method} ${url.pathname}`);
      const body = text === '' ? undefined : JSON.parse(text) as Fields;
      wrong.push(...(described?.request(url.searchParams, body) ?? []).map((what) => `${described?.name}: ${what}`));
      if (request.headers.authorization !== 'token ghs_secret') wrong.push(`authorization was ${request.headers.authorization}`);
      const instead = over[described?.name ?? ''] ?? over['*'];
      if (instead === 'hang' || described === undefined) return;
      const answer = instead ?? answerTo(described, url, body ?? {});
      if (typeof answer.body === 'object') wrong.push(...described.answer(answer.status, answer.body).map((what) => `${described.name}: ${what}`));
      response.writeHead(answer.status, { 'content-type': typeof answer.body === 'string' ? 'text/html' : 'application/json' }).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  }));

  function answerTo(described: Described, url: URL, body: Fields): Answer {
    const example = (status: number): Fields => described.example(status) as Fields;
    const [, number = ''] = /\/(\w+)\/(?:statuses|comments|pulls)$/.exec(url.pathname) ?? /\/(\d+)$/.exec(url.pathname) ?? [];
    switch (described.name) {
      case `POST ${R}/deployments`:
        return { status: 201, body: shown(add({ sha: String(body['ref']), task: String(body['task']), environment: String(body['environment']), payload: body['payload'] }, body)) };
      case `GET ${R}/deployments`: {
        const found = kept.deployments.filter(({ sha, environment }) => sha === url.searchParams.get('sha') && environment === url.searchParams.get('environment'));
        return { status: 200, body: found.map(shown) };
      }
      case `POST ${R}/deployments/{deployment_id}/statuses`: {
        const one = kept.deployments.find(({ id }) => id === Number(number));
        if (one === undefined) return { status: 404, body: { message: 'Not Found' } };
        one.statuses.push(body);
        return { status: 201, body: { ...example(201), ...body } };
      }
      case `POST ${R}/issues`: {
        const issue = { number: kept.issues.length + 31, title: String(body['title']), body: String(body['body']), labels: body['labels'] };
        kept.issues.push(issue);
        return { status: 201, body: { ...example(201), number: issue.number, html_url: `https://github.com/${repository}/issues/${issue.number}`, title: issue.title, body: issue.body } };
      }
      case `PATCH ${R}/issues/{issue_number}`: {
        const issue = kept.issues.find((each) => each.number === Number(number));
        if (issue === undefined) return { status: 404, body: { message: 'Not Found' } };
        Object.assign(issue, body);
        return { status: 200, body: { ...example(200), ...body, number: issue.number } };
      }
      case `GET ${R}/commits/{commit_sha}/pulls`: {
        const [one] = described.example(200) as [Fields];
        return { status: 200, body: (pullRequests[number] ?? []).map((each) => ({ ...one, number: each.number, merged_at: each.merged === false ? null : '2025-11-22T10:00:00Z' })) };
      }
      case `POST ${R}/issues/{issue_number}/comments`:
        kept.comments.push({ number: Number(number), body: String(body['body']) });
        return { status: 201, body: { ...example(201), body: body['body'] } };
    }
    throw new Error(`nothing is known of ${described.name}`);
  }

  function add(deployment: { sha: string; task: string; environment: string; payload: unknown }, body: Fields): Kept['deployments'][number] {
    const one = { ...deployment, id: 101 + kept.deployments.length, asked: body, statuses: [] };
    kept.deployments.push(one);
    return one;
  }

  function shown({ id, sha, task, environment, payload }: Kept['deployments'][number]): Fields {
    return { ...(describe('POST', `/repos/${repository}/deployments`)?.example(201) as Fields), id, sha, ref: sha, task, environment, payload };
  }

  return { ...kept, apiUrl: `http://127.0.0.1:${port}`, asked };
}
