/** Which release to return to when nobody named one. Pure. */
import type { TargetRule } from '../outcome.ts';
import type { DeploymentRecord, Milliseconds } from '../ports.ts';
import type { EndedRun } from '../hosts/history.ts';
import type { HostFacts } from './host.ts';

export type Target = { readonly sha: string; readonly rule: TargetRule };

export type Known = {
  readonly current: string;
  /** The journals of all hosts. */
  readonly releases: readonly EndedRun[];
  /** Undefined when GitHub did not answer. */
  readonly deployments: readonly DeploymentRecord[] | undefined;
  /** Commits before the current one whose message matches the guide's rule, newest first. */
  readonly matching: readonly string[];
  /** First parents of the current one, nearest first. */
  readonly parents: readonly string[];
};

/**
 * The last release that a record says was good, never the current one and never one that was rolled back since; else the newest
 * earlier commit whose message says so; else the nearest parent. A release that a rollback returned to is where it stays:
 * asking twice never goes one further back.
 */
export function chooseTarget(known: Known): Target | undefined {
  return chooseAmong({ ...known, releases: ofReleases(known.releases) });
}

/** A restore that left the code alone says nothing of a release. */
function ofReleases(ended: readonly EndedRun[]): readonly EndedRun[] {
  return ended.filter(({ backup, from, to }) => backup === undefined || from !== to);
}

function chooseAmong(known: Known): Target | undefined {
  const { current } = known;
  const last = known.releases.toSorted((a, b) => a.time - b.time).at(-1);
  if (last?.result === 'rolled-back' && last.to === current) return { sha: current, rule: 'current' };

  const acceptable = (sha: string, since: Milliseconds = 0): boolean => sha !== current && !rolledBackSince(known.releases, sha, since);
  const records = [...goodReleases(known), ...goodDeployments(known)]
    .filter(({ sha, time }) => acceptable(sha, time))
    .toSorted((a, b) => b.time - a.time);
  const [record] = records;
  if (record !== undefined) return { sha: record.sha, rule: record.rule };

  const matching = known.matching.find((sha) => acceptable(sha));
  if (matching !== undefined) return { sha: matching, rule: 'message' };
  const parent = known.parents.find((sha) => acceptable(sha));
  return parent === undefined ? undefined : { sha: parent, rule: 'parent' };
}

/** Releases that a record says were good and that were not rolled back since, newest first. */
export function knownGood(ended: readonly EndedRun[], deployments: readonly DeploymentRecord[] = []): readonly string[] {
  const releases = ofReleases(ended);
  const succeeded = deployments.filter(({ state }) => state === 'success');
  const records = [...goodReleases({ releases }), ...succeeded].filter(({ sha, time }) => !rolledBackSince(releases, sha, time));
  return [...new Set(records.toSorted((one, other) => other.time - one.time).map(({ sha }) => sha))];
}

type Record = Target & { readonly time: Milliseconds };

function goodReleases({ releases }: Pick<Known, 'releases'>): readonly Record[] {
  return releases.filter(({ result }) => result === 'rolled-back' || result === 'good').map(({ to, time }) => ({ sha: to, time, rule: 'journal' }));
}

/** Successful deployments from before the current release was deployed; all of them when that is not on record. */
function goodDeployments({ deployments = [], current }: Known): readonly Record[] {
  const ofCurrent = deployments.filter(({ sha }) => sha === current).map(({ time }) => time);
  const until = ofCurrent.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ofCurrent);
  return deployments.filter(({ state, time }) => state === 'success' && time < until).map(({ sha, time }) => ({ sha, time, rule: 'deployment' }));
}

function rolledBackSince(releases: readonly EndedRun[], sha: string, since: Milliseconds): boolean {
  return releases.some(({ result, from, time }) => result === 'rolled-back' && from === sha && time >= since);
}

/** The release that serves now. Where hosts differ, the one that contains all others (`newest`, asked of a host); undefined when there is none. */
export function currentRelease(hosts: readonly HostFacts[], newest: readonly string[]): string | undefined {
  const heads = new Set(hosts.map(({ head }) => head));
  if (heads.size === 1) return [...heads][0];
  return newest.length === 1 ? newest[0] : undefined;
}
