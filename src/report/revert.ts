/** The words of the pull request that reverts a release which was taken back. Pure. */
import type { Report } from '../outcome.ts';
import { line, link, text } from './escape.ts';
import { headline } from './headline.ts';
import { commitLink } from './release.ts';

export type Revert = {
  readonly from: string;
  readonly to: string;
  readonly branch: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** Of the commit: the words of `git revert`, by which the guard knows it. */
  readonly message: string;
};

/** Undefined where no code went back, or came forward again as in a drill. */
export function revertOf(report: Report): Revert | undefined {
  const { result, from, to, run, restored } = report;
  if (result !== 'rolled-back' || run.dryRun || run.drill === true || from === undefined || to === undefined || from.sha === to.sha || restored?.dataOnly === true) return undefined;
  const subject = line(from.subject, 60) || from.sha.slice(0, 7);
  const why = run.reason === '' ? '' : `\n\n**Why:** ${text(run.reason, 300)}`;
  return {
    from: from.sha, to: to.sha, branch: `revert-${from.sha.slice(0, 12)}`,
    title: `Revert "${subject}"`,
    message: `Revert "${subject}"\n\nThis reverts commit ${from.sha}.\nThe tree is that of ${to.sha}, to which ${line(run.environment, 60)} was rolled back.\n`,
    body: [
      `${text(headline(report), 600)}${why}`,
      `This takes back everything from ${commitLink(run, to.sha)} (not included) to ${commitLink(run, from.sha)}. Until it is merged, the guard refuses every commit that contains that release; what has come after it stays, and GitHub shows where it conflicts.`,
      ...(run.url === '' ? [] : [link('The rollback', run.url)]),
    ].join('\n\n'),
  };
}
