/** How releases and commits are named to a person. */
import type { Release, Report, RunFacts, TargetRule } from '../outcome.ts';
import { pullOf } from '../guards/revert.ts';
import { code, line, link } from './escape.ts';
import { moment } from './quantity.ts';

/** Releases are full SHAs, or names (a colour, a backup) with the methods that change no code. */
export function short(release: string): string {
  return isCommit(release) ? release.slice(0, 7) : line(release, 60);
}

/** `v2 (a1b2c3d "Stable release 2")`, `blue (a1b2c3d)`; plain text. */
export function describe(release: Release): string {
  if (!isCommit(release.sha)) return [short(release.sha), ...release.names.slice(0, 1).map((name) => `(${short(name)})`)].join(' ');
  const subject = line(release.subject, 60);
  const commit = subject === '' ? short(release.sha) : `${short(release.sha)} "${subject}"`;
  const name = release.names[0];
  return name === undefined ? commit : `${line(name, 60)} (${commit})`;
}

/** What production goes back to: a release, data, or both. Plain text. */
export function destination({ to, restored }: Report, otherwise: string): string {
  const release = to === undefined ? otherwise : describe(to);
  if (restored === undefined) return release;
  const data = `the data of ${restored.time === undefined ? line(restored.backup, 120) : when(restored.time)}`;
  return restored.dataOnly ? data : `${release} with ${data}`;
}

/** `2025-11-23 09:12:40 UTC` of an ISO time; what is none as it stands. Plain text. */
export function when(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? line(time, 60) : moment(at);
}

/** What a host's release is called: `v2`, else its short SHA. Plain text. */
export function nameOf(report: Report, sha: string): string {
  const release = [report.from, report.to].find((known) => known?.sha === sha);
  return release === undefined ? short(sha) : calledOf(release);
}

/** A release by its own name: a tag of the commit, the colour, or the short SHA. Plain text. */
export function calledOf({ sha, names }: Release): string {
  return line((isCommit(sha) ? names[0] : undefined) ?? short(sha), 60);
}

/** The short SHA, linked to the commit; a release that is none is only named. */
export function commitLink(run: RunFacts, sha: string): string {
  const name = code(short(sha));
  return isCommit(sha) ? link(name, `${run.serverUrl}/${run.repository}/commit/${sha}`) : name;
}

/** A commit's subject as its author wrote it: GitHub's squash puts the pull request behind it. */
export function withoutPull(subject: string): string {
  return /\(#\d+\)$/.test(subject) ? subject.slice(0, subject.lastIndexOf('(#')).trimEnd() : subject;
}

/** The pull request that a commit came from, by its subject, linked; empty when it names none. */
export function pullLink(run: RunFacts, subject: string): string {
  const pull = pullOf(subject);
  return pull === undefined ? '' : link(`#${pull}`, `${run.serverUrl}/${run.repository}/pull/${pull}`);
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
  named: 'the input `switch-to` named it',
  other: 'it is the colour that was not live',
  left: 'it is live, and the last rollback left the other colour as bad; `switch-to` goes there all the same',
  stable: 'those are the servers of the block without the canary',
};
