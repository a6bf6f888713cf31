/** GitHub's API over octokit, for those that are told of a run. */
import type { getOctokit } from '@actions/github';
import type { GitHub } from '../notify/github/port.ts';
import { cappedFetch } from './capped-fetch.ts';
import type { Again } from '../notify/sending.ts';
import { inWords, triedOf, type Need } from './github-trouble.ts';
import { namesOfTelling, waitForName } from './names.ts';

type Options = { readonly token: string | undefined; readonly repository: string; readonly apiUrl: string | undefined };

const eachCall = 5_000;
/** A hundred pull requests are 3 MB. */
const longest = 16 * 1024 * 1024;

/**
 * @param again decides what is tried once more
 * @returns undefined where there is no token or no repository
 */
export function githubTelling({ token, repository, apiUrl }: Options, again: Again): GitHub | undefined {
  const [owner = '', repo = ''] = repository.split('/');
  if (token === undefined || token === '' || owner === '' || repo === '') return undefined;
  return telling(token, { owner, repo }, apiUrl, again);
}

function telling(token: string, place: { readonly owner: string; readonly repo: string }, apiUrl: string | undefined, again: Again): GitHub {

  /**
   * Five seconds for each try, and two more tries, as for all that are told; what GitHub does not do is an Error in words.
   * @param once what was asked makes something: it is asked again only when it was surely not made
   */
  async function ask<T>(need: Need, signal: AbortSignal, act: (rest: Rest, request: Request) => Promise<T>, once = false): Promise<T> {
    for (let retry = 0; ; retry += 1) {
      const late = AbortSignal.timeout(eachCall);
      try {
        // A library of some size, which most runs of a refused or planned rollback have no use for.
        const library = await import('@actions/github');
        const { rest, request } = library.getOctokit(token, apiUrl === undefined ? {} : { baseUrl: apiUrl });
        // Its own fetch knows the runner's proxy.
        const inner = request.endpoint.DEFAULTS.request?.fetch ?? fetch;
        const ending = AbortSignal.any([signal, late]);
        await waitForName(request.endpoint.DEFAULTS.baseUrl, namesOfTelling, process.env, ending);
        return await act(rest, { signal: ending, fetch: cappedFetch(inner, longest) });
      } catch (thrown) {
        const unanswered = late.aborted ? `gave no answer within ${eachCall / 1000} s` : signal.aborted ? 'was not waited for any longer' : undefined;
        if (!(await again(triedOf(thrown), retry, once, signal))) throw new Error(inWords(thrown, need, unanswered, token));
      }
    }
  }

  return {
    createDeployment: ({ sha, environment, task, description, payload }, signal) => ask('deployments: write', signal, async (rest, request) => {
      // The release is in the environment already, or goes there by other means: nothing is merged for it, and no check has to have passed.
      const answer = await rest.repos.createDeployment({
        ...place, ref: sha, task, environment, description, payload: { ...payload }, auto_merge: false, required_contexts: [], request,
      });
      const data = read(answer);
      if ('id' in data && Number.isSafeInteger(data.id)) return String(data.id);
      throw new Error(`answered ${answer.status} "${'message' in data ? (data.message ?? '') : ''}" and made no deployment`);
    }, true),

    setDeploymentState: (id, { state, description, logUrl, supersedes }, signal) => ask('deployments: write', signal, async (rest, request) => {
      await rest.repos.createDeploymentStatus({
        ...place, deployment_id: Number(id), state, description, ...(logUrl === '' ? {} : { log_url: logUrl }), auto_inactive: supersedes === true, request,
      });
    }),

    deploymentsOf: (sha, environment, signal) => ask('deployments: write', signal, async (rest, request) => {
      const data = read(await rest.repos.listDeployments({ ...place, sha, environment, per_page: 100, request }));
      return data.toSorted((one, other) => other.id - one.id).map(({ id, task, payload }) => ({ id: String(id), task, payload }));
    }),

    createIssue: ({ title, body, labels }, signal) => ask('issues: write', signal, async (rest, request) => {
      const data = read(await rest.issues.create({ ...place, title, body, labels: [...labels], request }));
      if (!Number.isSafeInteger(data.number)) throw new Error('answered without the number of an issue');
      return { number: data.number, url: data.html_url };
    }, true),

    updateIssue: (number, { title, body }, signal) => ask('issues: write', signal, async (rest, request) => {
      await rest.issues.update({ ...place, issue_number: number, title, body, request });
    }),

    pullRequestsOf: (sha, signal) => ask('pull-requests: write', signal, async (rest, request) => {
      const data = read(await rest.repos.listPullRequestsAssociatedWithCommit({ ...place, commit_sha: sha, per_page: 100, request }));
      return data.filter(({ merged_at: merged }) => merged !== null).map(({ number, html_url: url, title }) => ({ number, url, title }));
    }),

    comment: (number, body, signal) => ask('pull-requests: write', signal, async (rest, request) => {
      await rest.issues.createComment({ ...place, issue_number: number, body, request });
    }, true),
  };
}

type Rest = ReturnType<typeof getOctokit>['rest'];
type Request = { readonly signal: AbortSignal; readonly fetch: typeof fetch };

/** Of an answer that breaks off, or is no JSON, octokit makes a text. */
function read<R extends { readonly status: number; readonly data: unknown }>({ status, data }: R): R['data'] {
  if (typeof data !== 'object' || data === null) throw new Error(`answered ${status} with what is no JSON, or too long`);
  return data;
}
