import type { Deployment, DeploymentStatus, History } from '../metrics/history.ts';
import type { Milliseconds } from '../ports.ts';
import { oldestFirst } from './status-order.ts';

const query = `query ($owner: String!, $name: String!, $environment: [String!], $before: String) {
  repository(owner: $owner, name: $name) {
    deployments(last: 100, before: $before, environments: $environment, orderBy: { field: CREATED_AT, direction: ASC }) {
      pageInfo { hasPreviousPage startCursor }
      nodes { task payload commitOid createdAt creator { login } statuses(last: 20) { nodes { state description logUrl createdAt } } }
    }
  }
}`;

type Status = { readonly state: string; readonly description: string | null; readonly logUrl: string | null; readonly createdAt: string };
type Node = {
  readonly task: string | null; readonly payload: string | null; readonly commitOid: string; readonly createdAt: string;
  readonly creator: { readonly login: string } | null; readonly statuses: { readonly nodes: readonly (Status | null)[] } | null;
};
type Page = { readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string | null }; readonly nodes: readonly (Node | null)[] };
type Answer = { readonly repository: { readonly deployments: Page } | null };

/** As many as a busy repository makes in a year; more would take GitHub minutes. */
const most = 5000;
const pageLimit: Milliseconds = 20_000;

/**
 * The deployments of an environment, newest page first, until they are older than `since` or are 5,000.
 * @returns why not, in words, when GitHub does not tell. Never throws
 */
export async function deploymentHistory(since: Milliseconds, options: {
  readonly token: string | undefined; readonly repository: string; readonly environment: string; readonly apiUrl: string | undefined;
}): Promise<History | { readonly why: string }> {
  const [owner, name] = options.repository.split('/');
  if (options.token === undefined) return { why: 'no "github-token" is given' };
  if (owner === undefined || name === undefined || name === '') return { why: 'the repository is not known' };
  try {
    const { getOctokit } = await import('@actions/github');
    const octokit = getOctokit(options.token, options.apiUrl === undefined ? {} : { baseUrl: options.apiUrl });
    let deployments: readonly Deployment[] = [];
    for (let before: string | null = null; ;) {
      const variables: Readonly<Record<string, unknown>> = { owner, name, environment: [options.environment], before };
      const { repository } = await twice(() => octokit.graphql<Answer>(query, { ...variables, request: { signal: AbortSignal.timeout(pageLimit) } }));
      if (repository === null) return { why: `the repository ${options.repository} was not found` };
      const { nodes, pageInfo } = repository.deployments;
      deployments = [...nodes.flatMap((node) => (node === null ? [] : [deploymentOf(node)])), ...deployments].toSorted((one, other) => one.time - other.time);
      const oldest = deployments[0]?.time;
      if (oldest !== undefined && oldest < since) return { deployments, since };
      if (!pageInfo.hasPreviousPage || pageInfo.startCursor === null) return { deployments, since: Number.NEGATIVE_INFINITY };
      if (deployments.length >= most) return { deployments, since: oldest ?? since };
      before = pageInfo.startCursor;
    }
  } catch (thrown) {
    return { why: thrown instanceof Error ? thrown.message.replaceAll(/\s+/g, ' ') : String(thrown) };
  }
}

/** Long pages now and then meet a timeout of GitHub's own. What GitHub has refused, it refuses again. */
async function twice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500;
    const refused = thrown instanceof Error && thrown.name === 'GraphqlResponseError';
    if (refused || status < 500) throw thrown;
    return ask();
  }
}

function deploymentOf({ task, payload, commitOid, createdAt, creator, statuses }: Node): Deployment {
  return {
    sha: commitOid, task: task ?? '', payload: payload ?? '', time: Date.parse(createdAt), creator: creator?.login ?? '',
    statuses: oldestFirst((statuses?.nodes ?? []).filter((status) => status !== null)).map(statusOf),
  };
}

function statusOf({ state, description, logUrl, createdAt }: Status): DeploymentStatus {
  return { state: stateOf(state), time: Date.parse(createdAt), description: description ?? '', url: logUrl ?? '' };
}

function stateOf(state: string): DeploymentStatus['state'] {
  const known = (['success', 'failure', 'error', 'inactive'] as const).find((each) => each === state.toLowerCase());
  return known ?? 'other';
}
