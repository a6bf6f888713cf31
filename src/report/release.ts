/** How releases and commits are named to a person. */
import type { Release, Report, RunFacts, TargetRule } from '../outcome.ts';
import { code, line, link } from './escape.ts';

/** Releases are full SHAs, or names (a colour, a backup) with the methods that change no code. */
export function short(release: string): string {
  return isCommit(release) ? release.slice(0, 7) : line(release, 60);
}

/** `v2 (a1b2c3d "Stable release 2")`, plain text. */
export function describe(release: Release): string {
  const subject = line(release.subject, 60);
  const commit = subject === '' ? short(release.sha) : `${short(release.sha)} "${subject}"`;
  const name = release.names[0];
  return name === undefined ? commit : `${line(name, 60)} (${commit})`;
}

/** What production goes back to: a release, data, or both. Plain text. */
export function destination({ to, restored }: Report, otherwise: string): string {
  const release = to === undefined ? otherwise : describe(to);
  if (restored === undefined) return release;
  const data = `the data of ${line(restored.time ?? restored.backup, 120)}`;
  return restored.dataOnly ? data : `${release} with ${data}`;
}

/** What a host's release is called: `v2`, else its short SHA. Plain text. */
export function nameOf(report: Report, sha: string): string {
  const release = [report.from, report.to].find((known) => known?.sha === sha);
  return line(release?.names[0] ?? short(sha), 60);
}

/** The short SHA, linked to the commit; a release that is none is only named. */
export function commitLink(run: RunFacts, sha: string): string {
  const name = code(short(sha));
  return isCommit(sha) ? link(name, `${run.serverUrl}/${run.repository}/commit/${sha}`) : name;
}

export function isCommit(release: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(release);
}

/** Why the target is the target, after `because`. */
export const ruleInWords: Readonly<Record<TargetRule, string>> = {
  input: 'the input `commit` named it',
  journal: 'the record on the hosts says that it was the last good release before the current one',
  deployment: 'GitHub\'s deployment records say that it was the last good release before the current one',
  message: 'no record of a good release was found, and it is the newest commit before the current one whose message says stable, release or deploy',
  parent: 'no record of a good release was found, and it is the commit right before the current one',
  resumed: 'a rollback that was interrupted was on its way there',
  current: 'the last rollback returned to it and nothing was deployed since',
};
