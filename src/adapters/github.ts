import type { DeploymentRecord, Milliseconds } from '../ports.ts';
import { payloadFields } from './deployment-payload.ts';
import { oldestFirst } from './status-order.ts';

const query = `query ($owner: String!, $name: String!, $environment: [String!]) {
  repository(owner: $owner, name: $name) {
    deployments(last: 50, environments: $environment, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes { commitOid createdAt task payload statuses(last: 20) { nodes { state createdAt } } }
    }
  }
}`;

type Answer = {
  repository: { deployments: { nodes: readonly Node[] } } | null;
};
type Status = { readonly state: string; readonly createdAt: string };
type Node = { commitOid: string; createdAt: string; task: string | null; payload: string | null; statuses: { nodes: readonly Status[] } | null };

/**
 * The environment's last 50 deployments. One that once succeeded counts as such: GitHub turns it to `inactive` when the next one succeeds. Not so
 * when its release was taken back since, as its own record or that of the rollback says. Drills, and rollbacks that did not succeed, are left out: what they deployed has not stayed.
 * Undefined when GitHub does not answer within 5 s: a rollback does not wait for it.
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
    return repository === null ? undefined : recordsOf(repository.deployments.nodes);
  } catch {
    return undefined;
  }
}

function recordsOf(nodes: readonly Node[]): readonly DeploymentRecord[] {
  const lasting = nodes.filter((node) => !isRollback(node) || (succeeded(node) && payloadFields(node.payload).get('drill') !== true));
  const takenBack = lasting.flatMap((node) => takenBackBy(node) ?? []);
  return lasting.map((node) => {
    const time = Date.parse(node.createdAt);
    const good = succeeded(node) && !takenBack.some(({ sha, since }) => sha === node.commitOid && since >= time);
    return { sha: node.commitOid, time, state: good ? 'success' : 'other' };
  });
}

/** The release that a record says was taken back, and until when it was deployed: a rollback's own record, or that of a deployment that failed after it had succeeded. */
function takenBackBy(node: Node): { readonly sha: string; readonly since: Milliseconds } | undefined {
  if (isRollback(node)) {
    const [from, to] = [payloadFields(node.payload).get('from'), node.commitOid];
    return typeof from === 'string' && from !== to ? { sha: from, since: Date.parse(node.createdAt) } : undefined;
  }
  const states = oldestFirst(node.statuses?.nodes ?? []);
  const success = states.findLastIndex(({ state }) => state === 'SUCCESS');
  const failure = states.slice(success + 1).findLast(({ state }) => state === 'FAILURE' || state === 'ERROR');
  return success === -1 || failure === undefined ? undefined : { sha: node.commitOid, since: Date.parse(failure.createdAt) };
}

function isRollback({ task }: Node): boolean {
  return task === 'rollback';
}

function succeeded({ statuses }: Node): boolean {
  return statuses?.nodes.some(({ state }) => state === 'SUCCESS') === true;
}
