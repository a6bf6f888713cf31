/** Whoever brought a commit that went back reads it where they brought it: in its pull request. */
import { eachAtMost } from '../../parallel.ts';
import { messageOf } from '../../errors.ts';
import type { Commit, Report } from '../../outcome.ts';
import { code, link, text } from '../../report/escape.ts';
import { headline } from '../../report/headline.ts';
import { count, listed } from '../../report/quantity.ts';
import { commitLink } from '../../report/release.ts';
import type { NotifierOf } from '../notifier.ts';
import { missing, noToken } from '../missing.ts';
import { commitOf } from './payload.ts';

const name = 'GitHub pull request comment';

/** So many commits are asked for their pull requests, the newest first. */
const most = 10;

export const pullRequestComment: NotifierOf = ({ commentOnPullRequest: asked, dryRun, drill }, { github }) => {
  if (!asked || dryRun || drill) return undefined;
  if (github === undefined) return missing(name, noToken);
  return {
    name,
    async tell(event, signal) {
      if (event.kind !== 'ended' || event.report.result !== 'rolled-back' || event.report.run.drill === true) return;
      const { report } = event;
      const commits = report.restored?.dataOnly === true ? [] : report.commits.slice(0, most);
      const troubles = new Set<string>();
      const brought = new Map<number, Commit[]>();
      // A few at once: all at the end of a run have ten seconds together.
      await eachAtMost(4, commits, async (commit) => {
        try {
          for (const { number } of await github.pullRequestsOf(commit.sha, signal)) brought.set(number, [...(brought.get(number) ?? []), commit]);
        } catch (thrown) {
          troubles.add(messageOf(thrown));
        }
      });
      // One after the other: GitHub asks for that where something is written that people are told of.
      for (const [number, own] of [...brought].toSorted(([one], [other]) => one - other)) {
        const inOrder = commits.filter((commit) => own.includes(commit));
        await github.comment(number, commentOn(report, inOrder), signal).catch((thrown: unknown) => { troubles.add(messageOf(thrown)); });
      }
      if (troubles.size > 0) throw new Error([...troubles].join('; '));
    },
  };
};

/** @param own the commits that the pull request brought, as far as they were asked for */
export function commentOn(report: Report, own: readonly Commit[]): string {
  const { run, from, to, commits, commitCount } = report;
  const [bad, good] = [from, to].map((release) => (release === undefined ? undefined : commitOf(release)));
  const all = Math.max(commitCount, commits.length);
  return [
    `<!-- rollback ${run.id.replaceAll(/[^A-Za-z0-9.]+/g, '-')} -->`,
    `**${text(run.environment, 60)} was rolled back, and ${own.length === 1 ? 'a commit' : 'commits'} of this pull request went back with it:** ${listed(own.map(({ sha }) => commitLink(run, sha)), most)}.`,
    `${text(headline(report), 600)}${run.reason === '' ? '' : ` Why: ${text(run.reason, 300)}`}${run.url === '' ? '' : ` (${link('the run', run.url)})`}`,
    ...(all > most ? [`${count(all, 'commit')} went back; the pull requests of the newest ${String(most)} were told.`] : []),
    ...(bad === undefined || good === undefined ? [] : [
      `To go on: take the change back on the branch that is deployed (${code(`git revert --no-commit ${good.slice(0, 12)}..${bad.slice(0, 12)}`)}, then ${code('git commit')}), mend it in a pull request of its own, and deploy that. The guard refuses to deploy ${commitLink(run, bad)} again, and whatever contains it without reverting it.`,
    ]),
  ].join('\n\n');
}
