/** Opens the pull request that reverts a release, by GitHub's API alone: no checkout is needed. */
import { messageOf } from '../errors.ts';
import type { Revert } from '../report/revert.ts';

export type Opened =
  | { readonly kind: 'opened' | 'there-already'; readonly url: string }
  | { readonly kind: 'not-opened'; readonly why: string };

type GitHub = { readonly token: string | undefined; readonly repository: string; readonly apiUrl: string | undefined };

/**
 * The commit has the tree of the release that was returned to, and the bad release as its parent: what GitHub merges is then just the difference between
 * the two, and whatever came after the bad release stays. Never throws: telling never changes a result.
 */
export async function openRevert({ token, repository, apiUrl }: GitHub, { from, to, branch, title, body, message }: Revert): Promise<Opened> {
  const [owner, repo] = repository.split('/');
  if (token === undefined || owner === undefined || repo === undefined) return { kind: 'not-opened', why: 'there is no token or no repository' };
  try {
    const { getOctokit } = await import('@actions/github');
    const { rest } = getOctokit(token, { ...(apiUrl === undefined ? {} : { baseUrl: apiUrl }), request: { signal: AbortSignal.timeout(20_000) } });
    const place = { owner, repo };
    const { data: open } = await rest.pulls.list({ ...place, state: 'open', head: `${owner}:${branch}` });
    const [there] = open;
    if (there !== undefined) return { kind: 'there-already', url: there.html_url };

    const { data: between } = await rest.repos.compareCommitsWithBasehead({ ...place, basehead: `${to}...${from}`, per_page: 1 });
    if (between.status !== 'ahead') return { kind: 'not-opened', why: `${to.slice(0, 7)} is not an ancestor of ${from.slice(0, 7)}: there is no single difference to take back` };
    const [{ data: target }, { data: about }] = await Promise.all([rest.git.getCommit({ ...place, commit_sha: to }), rest.repos.get(place)]);
    const { data: commit } = await rest.git.createCommit({ ...place, message, tree: target.tree.sha, parents: [from] });
    await setBranch();
    const { data: pull } = await rest.pulls.create({ ...place, title, body, head: branch, base: about.default_branch });
    return { kind: 'opened', url: pull.html_url };

    // A branch that an earlier attempt left, without a pull request, is ours by its name.
    async function setBranch(): Promise<void> {
      try {
        await rest.git.createRef({ ...place, ref: `refs/heads/${branch}`, sha: commit.sha });
      } catch (thrown) {
        if (!messageOf(thrown).includes('already exists')) throw thrown;
        await rest.git.updateRef({ ...place, ref: `heads/${branch}`, sha: commit.sha, force: true });
      }
    }
  } catch (thrown) {
    return { kind: 'not-opened', why: messageOf(thrown).split('\n')[0] ?? '' };
  }
}
