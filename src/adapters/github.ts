import type { DeploymentRecord } from '../ports.ts';

const query = `query ($owner: String!, $name: String!, $environment: [String!]) {
  repository(owner: $owner, name: $name) {
    deployments(last: 50, environments: $environment, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes { commitOid createdAt statuses(last: 20) { nodes { state } } }
    }
  }
}`;

type Answer = {
  repository: { deployments: { nodes: readonly Node[] } } | null;
};
type Node = { commitOid: string; createdAt: string; statuses: { nodes: readonly { state: string }[] } | null };

/**
 * The environment's last 50 deployments. A deployment that once succeeded counts as such: GitHub turns it to `inactive` when the next
 * one succeeds. Undefined when GitHub does not answer within 5 s: a rollback does not wait for it.
 */
export async function deploymentRecords(options: {
  readonly token: string | undefined; readonly repository: string; readonly environment: string; readonly apiUrl: string | undefined;
}): Promise<readonly DeploymentRecord[] | undefined> {
  const [owner, name] = options.repository.split('/');
  if (options.token === undefined || owner === undefined || name === undefined) return undefined;
  try {
    const { getOctokit } = await import('@actions/github');
    const octokit = getOctokit(options.token, { ...(options.apiUrl === undefined ? {} : { baseUrl: options.apiUrl }), request: { signal: AbortSignal.timeout(5000) } });
    const { repository } = await octokit.graphql<Answer>(query, { owner, name, environment: [options.environment] });
    return repository?.deployments.nodes.map(({ commitOid, createdAt, statuses }) => ({
      sha: commitOid,
      time: Date.parse(createdAt),
      state: statuses?.nodes.some(({ state }) => state === 'SUCCESS') ? 'success' : 'other',
    }));
  } catch {
    return undefined;
  }
}
