/** The release that is watched, and how its answers are known. */
import { isSha, repository } from '../commands/git.ts';
import { quote } from '../commands/quote.ts';
import type { Finding, Expected } from '../checks/verdict.ts';
import type { ReadableHost } from '../ports.ts';

/** @param commit a SHA, or a tag or branch @param names other names of it, as far as they are known */
export function releaseOf(commit: string, names: readonly string[]): Expected['release'] {
  return { sha: commit, names: isSha(commit) ? names : [commit, ...names] };
}

/** The tags of a commit, by the first host whose checkout has it; none where no host can be asked. Services often name their release by a tag. */
export async function tagsOf(commit: string, hosts: readonly ReadableHost[], appDir: string | undefined): Promise<readonly string[]> {
  if (appDir === undefined || !isSha(commit)) return [];
  for (const host of hosts) {
    const facts = await host.ask(`${repository(appDir)}repo tag --points-at ${quote(commit)} 2>/dev/null | facts tag\n`).then((answer) => answer.facts, () => undefined);
    if (facts !== undefined) return facts.get('tag') ?? [];
  }
  return [];
}

/**
 * Another release answers: that is a failure. But a service that names its release otherwise than by its SHA, where no other name is known, has
 * not said that it is another.
 */
export function asFarAsKnown(finding: Finding, expected: Expected | undefined): Pick<Finding, 'verdict' | 'message'> {
  const { wrongRelease, version = '', verdict, message } = finding;
  if (wrongRelease !== true || expected === undefined || expected.release.names.length > 0 || /^[0-9a-f]{7,}$/i.test(version)) return { verdict, message };
  return { verdict: 'unknown', message: `answered as ${version}, and it is not known whether that is ${expected.release.sha.slice(0, 7)}: set "commit" to that name, or name "hosts" and "app-dir", whose checkout knows the tags` };
}
