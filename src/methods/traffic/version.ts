/** Which release a server says it is, asked from every load balancer. Read only. */
import { placeName } from '../../checks/asked-at.ts';
import { versionIn } from '../../checks/version-from.ts';
import { judge } from '../../checks/verdict.ts';
import type { Failure } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import { eachAtMost } from '../../parallel.ts';
import type { Verdict } from '../../outcome.ts';
import type { Asked } from '../../plan.ts';
import type { Surroundings } from '../method.ts';

export type Said = {
  readonly server: string;
  readonly balancer: string;
  readonly verdict: Verdict;
  /** Undefined where it says none, or nobody asked for it. */
  readonly version?: string;
};

const patience = 5000;

export async function askVersions(servers: readonly Asked[], { versionFrom, parallel }: Pick<Inputs, 'versionFrom' | 'parallel'>, { hosts, http, signal }: Surroundings): Promise<readonly Said[]> {
  return eachAtMost(parallel, servers, async ({ balancer, at, urls: [url], lenient, forwarded }): Promise<Said> => {
    const via = hosts.get(balancer);
    const server = placeName(at);
    if (via === undefined || url === undefined) return { server, balancer, verdict: 'unknown' };
    const answer = await http({ method: 'GET', url: new URL(url), timeout: patience, signal, via, at, ...(forwarded === undefined ? {} : { forwarded }) });
    const version = answer.kind === 'answered' && versionFrom !== undefined ? versionIn(answer, versionFrom) : undefined;
    return { server, balancer, verdict: judge(answer, undefined, lenient).verdict, ...(version === undefined ? {} : { version }) };
  });
}

/** The releases that servers say they are, each once. */
export function versionsIn(said: readonly Said[]): readonly string[] {
  return [...new Set(said.flatMap(({ version = [] }) => version))];
}

/** Whether a server's release is the commit that was asked for: a SHA or its beginning, or a tag. */
export function isCommitAsked(version: string, commit: string): boolean {
  const [shorter, longer] = version.length < commit.length ? [version, commit] : [commit, version];
  return version === commit || (/^[0-9a-f]{7,}$/i.test(shorter) && longer.toLowerCase().startsWith(shorter.toLowerCase()));
}

/**
 * Servers that say they are another release than the commit that was asked for. What one says counts however ill it answers, for it may be well in a
 * moment; one that answers ill and says nothing is for its health check to judge.
 */
export function otherRelease({ commit, versionFrom }: Pick<Inputs, 'commit' | 'versionFrom'>, coming: readonly Said[]): readonly Failure[] {
  if (commit === undefined || versionFrom === undefined) return [];
  return coming.filter(({ version, verdict }) => (version === undefined ? verdict === 'passed' : !isCommitAsked(version, commit))).map(({ server, balancer, version }): Failure => ({
    code: 'wrong-release', host: balancer, what: `${server} answers ${version === undefined ? 'without saying which release it is' : `as ${version}`}, and "commit" is ${commit}`,
    fix: 'Deploy that commit to the other colour first, or leave "commit" empty.',
  }));
}
