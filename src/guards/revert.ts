/** Whether a commit that was taken back has been reverted since, by what commits say of themselves. Pure. */

export type CommitMessage = { readonly sha: string; readonly message: string };

/** What one commit has that another has not, oldest first. */
export type Comparison = {
  /** Whether the other is among its ancestors, or the same. */
  readonly contains: boolean;
  readonly commits: readonly CommitMessage[];
};

/**
 * `git revert` writes `This reverts commit <sha>`, GitHub's button `Reverts owner/name#12`. A revert of any commit that the rollback took away counts: the
 * cause is one of them, and a person has found which. A revert that was itself reverted counts no more.
 * @param taken the commits that the rollback took away, the bad release itself among them
 * @param since what came after the bad release, oldest first
 */
export function isReverted(taken: readonly CommitMessage[], since: readonly CommitMessage[]): boolean {
  const pulls = new Set(taken.flatMap(({ message }) => pullOf(message) ?? []));
  // By the SHA of what was reverted: whether it is still out.
  const reverts = new Map<string, boolean>();
  for (const { sha, message } of since) {
    for (const [, reverted = ''] of message.matchAll(/\bThis reverts commit ([0-9a-f]{7,64})\b/gi)) {
      const earlier = [...reverts.keys()].find((revert) => revert.startsWith(reverted.toLowerCase()));
      if (earlier !== undefined) reverts.set(earlier, !(reverts.get(earlier) ?? false));
      else if (taken.some((one) => one.sha.startsWith(reverted.toLowerCase()))) reverts.set(sha, true);
    }
    for (const [, pull = ''] of message.matchAll(/^Reverts (?:[\w.-]+\/[\w.-]+)?#(\d+)\s*$/gm)) {
      if (pulls.has(pull)) reverts.set(sha, true);
    }
  }
  return [...reverts.values()].includes(true);
}

/** The pull request that a commit came from, as GitHub words merges and squashes. */
export function pullOf(message: string): string | undefined {
  const [subject = ''] = message.split('\n');
  return /^Merge pull request #(\d+) from /.exec(subject)?.[1] ?? /\(#(\d+)\)$/.exec(subject)?.[1];
}
