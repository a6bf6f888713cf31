/** What an assessment tells of the code that goes back. Pure. */
import { noteHost } from '../../assess/judge.ts';
import type { Commit, Release } from '../../outcome.ts';
import type { Facts } from '../../ports.ts';
import type { Assessed } from '../method.ts';
import type { GitFacts } from './assess.ts';

type OfCode = 'from' | 'to' | 'commits' | 'commitCount' | 'filesChanged' | 'files' | 'current';

export function describeCode({ from, target, between, hosts }: GitFacts): Pick<Assessed, OfCode> {
  return {
    from: releaseOf(from, between),
    to: { ...releaseOf(target.sha, between), rule: target.rule },
    commits: (between.get('commit') ?? []).map(commitOf),
    commitCount: Number(between.get('commit-count')?.[0] ?? 0),
    filesChanged: Number(between.get('changed-count')?.[0] ?? 0),
    files: between.get('changed') ?? [],
    current: Object.fromEntries(hosts.map(({ facts: { host, head } }) => [host, head])),
  };
}

/** Whether the checkout is exactly the target, everywhere. */
export function isThere({ hosts, target }: GitFacts): boolean {
  return hosts.every(({ facts: { head, dirty } }) => head === target.sha && dirty.length === 0);
}

/**
 * What is worth knowing, each once, with the hosts that it is true of.
 * @param moves whether the checkout is taken to the target
 */
export function notesOn({ hosts }: GitFacts, moves: boolean): readonly string[] {
  const notes = hosts.flatMap(({ facts, toFetch }) => [
    ...noteHost(facts),
    ...(toFetch ? ['the target is not in the checkout and is fetched from its remote.'] : []),
    ...(moves && facts.dirty.length > 0 ? [`the checkout has local changes (${facts.dirty.length} ${facts.dirty.length === 1 ? 'file' : 'files'}); they are kept in a ref and a patch.`] : []),
  ].map((note) => ({ host: facts.host, note })));
  return [...Map.groupBy(notes, ({ note }) => note)].map(([note, on]) => `${on.map(({ host }) => host).join(', ')}: ${note}`);
}

function releaseOf(sha: string, between: Facts): Release {
  return { sha, names: between.get(`tag-${sha}`) ?? [], subject: between.get(`subject-${sha}`)?.[0] ?? '' };
}

/** A line of the fact `commit` of `difference`. */
function commitOf(line: string): Commit {
  const [sha = '', time = '', author = '', ...subject] = line.split('␟');
  return { sha, time, author, subject: subject.join(' ') };
}
