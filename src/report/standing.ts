/** Where production stands after a run, in words. */
import type { HostReport, HostResult, Report } from '../outcome.ts';
import { line } from './escape.ts';
import { count, listed } from './quantity.ts';
import { nameOf } from './release.ts';

/** The worst first: what needs a person is read first. */
export const severity: readonly HostResult[] = ['failed', 'rolled-back', 'undone', 'untouched', 'unchanged'];

export function worstFirst(hosts: readonly HostReport[]): readonly HostReport[] {
  return hosts.toSorted((one, other) => severity.indexOf(one.result) - severity.indexOf(other.result));
}

/** `web-2 needs a person, 1 host is on v2 and 1 host is untouched, on v3`; empty when no host was reached. */
export function standing(report: Report): string {
  const parts = severity.flatMap((result) => {
    const hosts = report.hosts.filter((host) => host.result === result);
    return hosts.length === 0 ? [] : [group(report, result, hosts)];
  });
  return listed(parts, 9);
}

function group(report: Report, result: HostResult, hosts: readonly HostReport[]): string {
  const one = hosts.length === 1;
  const who = result === 'failed' ? listed(hosts.map(({ host }) => line(host, 80)), 3) : count(hosts.length, 'host');
  const named = (releaseOf: (host: HostReport) => string): string => listed([...new Set(hosts.map((host) => nameOf(report, releaseOf(host))))], 2);
  const releases = named((host) => releaseNow(host, report));
  if (cameBack(hosts[0], report)) return `${who} went back to ${named(({ to }) => to)} and ${one ? 'is' : 'are'} on ${releases} again`;
  switch (result) {
    case 'failed': return `${who} ${one ? 'needs' : 'need'} a person`;
    case 'rolled-back': return `${who} ${one ? 'is' : 'are'} on ${releases}`;
    case 'undone': return `${who} ${one ? 'was' : 'were'} put back on ${releases}`;
    case 'untouched': return `${who} ${one ? 'is' : 'are'} untouched, on ${releases}`;
    case 'unchanged': return `${who} ${one ? 'was' : 'were'} already on ${releases}`;
  }
}

/** Whether it was taken back and forward again, as in a drill that passed. */
export function cameBack(host: HostReport | undefined, { drill }: Pick<Report, 'drill'>): boolean {
  return drill !== undefined && (host?.result === 'rolled-back' || host?.result === 'undone');
}

/** The release on which a host is now; of a failed host, the one on which it was found. */
export function releaseNow(host: HostReport, report: Pick<Report, 'drill'>): string {
  const { result, from, to } = host;
  if (cameBack(host, report)) return from;
  return result === 'rolled-back' || result === 'unchanged' ? to : from;
}
