/** What one commit has that another has not: by GitHub, else by the checkout of the job where it is whole. */
import { getExecOutput } from '@actions/exec';
import type { Comparison } from '../guards/revert.ts';
import type { Compare } from '../guards/judge.ts';

export type LineageOptions = { readonly token: string | undefined; readonly repository: string; readonly apiUrl: string | undefined; readonly workspace: string };

/** So many pages of 100 commits are read. What is beyond them may hold a revert: then it is not known. */
const mostPages = 10;

export function lineage(options: LineageOptions): Compare {
  return async (base, head) => (await byGitHub(options, base, head)) ?? (await byCheckout(options.workspace, base, head));
}

async function byGitHub({ token, repository, apiUrl }: LineageOptions, base: string, head: string): Promise<Comparison | undefined> {
  const [owner, repo] = repository.split('/');
  if (token === undefined || owner === undefined || repo === undefined) return undefined;
  try {
    const { getOctokit } = await import('@actions/github');
    const octokit = getOctokit(token, { ...(apiUrl === undefined ? {} : { baseUrl: apiUrl }), request: { signal: AbortSignal.timeout(30_000) } });
    const commits: { sha: string; message: string }[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${base}...${head}`, per_page: 100, page });
      commits.push(...data.commits.map(({ sha, commit }) => ({ sha, message: commit.message })));
      const contains = data.status === 'ahead' || data.status === 'identical';
      if (!contains || commits.length >= data.total_commits) return { contains, commits };
      if (data.commits.length === 0) return undefined;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

async function byCheckout(workspace: string, base: string, head: string): Promise<Comparison | undefined> {
  const git = async (...words: string[]) => getExecOutput('git', ['-C', workspace, '-c', `safe.directory=${workspace}`, '-c', 'core.hooksPath=/dev/null', ...words], { silent: true, ignoreReturnCode: true });
  try {
    // In a checkout that was cut short an ancestor can be missing.
    if ((await git('rev-parse', '--is-shallow-repository')).stdout.trim() !== 'false') return undefined;
    const { exitCode } = await git('merge-base', '--is-ancestor', base, head);
    if (exitCode > 1) return undefined;
    const { exitCode: failed, stdout } = await git('log', '--reverse', '--format=%H%x00%B%x1e', `${base}..${head}`);
    if (failed !== 0) return undefined;
    const commits = stdout.split('\x1e').map((entry) => entry.trim()).filter((entry) => entry !== '').map((entry) => {
      const [sha = '', ...message] = entry.split('\0');
      return { sha, message: message.join('') };
    });
    return { contains: exitCode === 0, commits };
  } catch {
    return undefined;
  }
}
