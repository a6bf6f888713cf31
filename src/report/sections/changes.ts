import type { Commit, Release, Report } from '../../outcome.ts';
import { KiB } from '../budget.ts';
import { code, link, text } from '../escape.ts';
import { count } from '../quantity.ts';
import { calledOf, commitLink, isCommit, pullLink, ruleInWords, when, withoutPull } from '../release.ts';
import { table } from '../table.ts';

/** From which release to which, by which rule, and the commits and migrations that go. */
export function changes(report: Report): string {
  return [restoredData(report), ...(report.restored?.dataOnly === true ? [] : [fromTo(report), rule(report)]), commits(report), migrations(report)].filter((part) => part !== '').join('\n\n');
}

function fromTo({ from, to, run }: Report): string {
  const known = from?.sha === to?.sha ? [to] : [from, to];
  const named = known.map((release) => (release === undefined ? 'unknown' : `${name(release)}${inBrackets(run, release)}`));
  return from === undefined && to === undefined ? '' : named.join(' → ');
}

/** Which data is live again, and where the replaced one is. */
export function restoredData({ restored, run }: Report): string {
  if (restored === undefined) return '';
  const { backup, time, release, used, kept } = restored;
  const of = release === undefined ? 'a dump that was not made by this action' : `${time === undefined ? 'an unknown time' : text(when(time))}, of release ${commitLink(run, release)}`;
  return `**Data** of ${of}: ${code(backup, 200)}. The application uses ${code(used, 80)} afterwards; what was replaced is kept in ${code(kept, 80)}.`;
}

function name(release: Release): string {
  return `**${text(calledOf(release), 60)}**`;
}

/** The commit; of a colour, the release that it says it is. */
function inBrackets(run: Report['run'], release: Release): string {
  const sha = isCommit(release.sha) ? release.sha : release.names[0];
  return sha === undefined ? '' : ` (${commitLink(run, sha)}${subject(release)})`;
}

function subject({ subject: words }: Release): string {
  return words === '' ? '' : ` "${text(words, 80)}"`;
}

function rule({ to }: Report): string {
  return to === undefined ? '' : `This target was chosen because ${ruleInWords[to.rule]}.`;
}

/** The commits that are (or would be) no longer in production, newest first. */
export function commits({ commits: known, commitCount, run, from, to, filesChanged }: Report): string {
  if (known.length === 0) return '';
  const all = Math.max(commitCount, known.length);
  const shown = known.slice(0, 20);
  const comparison = from !== undefined && to !== undefined && isCommit(from.sha) && isCommit(to.sha)
    ? link('compare', `${run.serverUrl}/${run.repository}/compare/${to.sha}...${from.sha}`)
    : '';
  const files = filesChanged > 0 ? ` in ${count(filesChanged, 'file')}` : '';
  const more = all > shown.length ? `\n\n… and ${count(all - shown.length, 'more commit')}.` : '';
  const pulls = shown.map(({ subject: words }) => pullLink(run, words));
  const pulled = pulls.some((pull) => pull !== '');
  const rows = shown.map((commit, index) => [
    // What the next column links is not said twice.
    commitLink(run, commit.sha), text(pulls[index] === '' ? commit.subject : withoutPull(commit.subject), 120), ...(pulled ? [pulls[index] ?? ''] : []), text(commit.author, 60), day(commit),
  ]);
  const columns = ['Commit', 'Subject', ...(pulled ? ['Pull request'] : []), 'Author', 'Date'];
  return `**${count(all, 'commit')}**${files}${comparison === '' ? '' : ` (${comparison})`}\n\n${table({ head: columns, rows, noun: 'commit', limit: 14 * KiB })}${more}`;
}

/** The migrations that go back, in the order in which they do. */
export function migrations({ migrations: all }: Report): string {
  if (all.length === 0) return '';
  const rows = all.map(({ revision, title }) => [code(revision, 60), text(title, 120)]);
  return `**${count(all.length, 'migration')}**\n\n${table({ head: ['Revision', 'What it had brought'], rows, noun: 'migration', most: 30, limit: 8 * KiB })}`;
}

function day({ time }: Commit): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? text(time, 30) : at.toISOString().slice(0, 10);
}

/** `v3 → v2`, for a fact in passing. */
export function arrow({ from, to }: Report): string {
  const names = [from, to].map((release) => (release === undefined ? 'unknown' : text(calledOf(release), 60)));
  return names.join(' → ');
}
