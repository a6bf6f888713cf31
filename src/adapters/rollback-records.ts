/** Rollbacks as GitHub's deployment records tell them: deployments of the environment with the task `rollback`. */
import type { RollbackRecord } from '../guards/memory.ts';
import { payloadFields } from './deployment-payload.ts';
import { oldestFirst } from './status-order.ts';

const query = `query ($owner: String!, $name: String!, $environment: [String!]) {
  repository(owner: $owner, name: $name) {
    deployments(last: 100, environments: $environment, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes { task payload createdAt creator { login } statuses(last: 20) { nodes { state description logUrl createdAt } } }
    }
  }
}`;

type Status = { readonly state: string; readonly description: string | null; readonly logUrl: string | null; readonly createdAt: string };
type Node = { readonly task: string | null; readonly payload: string | null; readonly createdAt: string; readonly creator: { readonly login: string }; readonly statuses: { readonly nodes: readonly Status[] } | null };
type Answer = { readonly repository: { readonly deployments: { readonly nodes: readonly Node[] } } | null };

/** Undefined when GitHub does not answer within 10 s, or does not let the token read deployments. */
export async function rollbackRecords(options: {
  readonly token: string | undefined; readonly repository: string; readonly environment: string; readonly apiUrl: string | undefined;
}): Promise<readonly RollbackRecord[] | undefined> {
  const [owner, name] = options.repository.split('/');
  if (options.token === undefined || owner === undefined || name === undefined) return undefined;
  try {
    const { getOctokit } = await import('@actions/github');
    const octokit = getOctokit(options.token, { ...(options.apiUrl === undefined ? {} : { baseUrl: options.apiUrl }), request: { signal: AbortSignal.timeout(10_000) } });
    const { repository } = await octokit.graphql<Answer>(query, { owner, name, environment: [options.environment] });
    return repository?.deployments.nodes.filter(({ task }) => task === 'rollback').flatMap((node) => recordOf(node) ?? []);
  } catch {
    return undefined;
  }
}

function recordOf({ payload, createdAt, creator, statuses }: Node): RollbackRecord | undefined {
  const told = payloadFields(payload);
  const [from, to] = [told.get('from'), told.get('to')];
  if (typeof from !== 'string' || typeof to !== 'string' || !isSha(from) || !isSha(to)) return undefined;
  const states = oldestFirst(statuses?.nodes ?? []);
  const outcome = told.get('drill') === true ? ofDrill(outcomeOf(states)) : outcomeOf(states);
  if (outcome === undefined) return undefined;
  const text = (name: string): string => { const value = told.get(name); return typeof value === 'string' ? value : ''; };
  const actor = text('actor');
  return {
    from, to, outcome, reason: text('reason'), by: 'GitHub',
    time: Date.parse(states.at(-1)?.createdAt ?? createdAt), actor: actor === '' ? creator.login : actor,
    url: states.findLast(({ logUrl }) => logUrl !== null && logUrl !== '')?.logUrl ?? '',
  };
}

/** GitHub turns a deployment that succeeded to `INACTIVE` when the next one succeeds. Undefined for a run that another one took up: that one's record tells. */
function outcomeOf(states: readonly Status[]): RollbackRecord['outcome'] | undefined {
  if (states.some(({ state }) => state === 'SUCCESS')) return 'rolled-back';
  const last = states.at(-1);
  if (last?.state === 'FAILURE' || last?.state === 'ERROR') return 'failed';
  if (last?.state !== 'INACTIVE') return 'under-way';
  // What was measured (notify/github/measured.ts) begins with the result.
  const result = /^(?:undone|refused|cancelled)(?= )/.exec(last.description ?? '')?.[0];
  if (result === undefined) return undefined;
  return result === 'undone' ? 'undone' : 'unsettled';
}

/** One that passed has put everything back as it was: its release is not taken back. One that failed, or has not ended, locks as any other run. */
function ofDrill(outcome: RollbackRecord['outcome'] | undefined): RollbackRecord['outcome'] | undefined {
  return outcome === 'rolled-back' ? 'undone' : outcome;
}

function isSha(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
