import type { HostReport, HostResult, Report } from '../../outcome.ts';
import { code, text } from '../escape.ts';
import { duration } from '../quantity.ts';
import { nameOf } from '../release.ts';
import { cameBack, releaseNow, worstFirst } from '../standing.ts';
import { table } from '../table.ts';

const words: Readonly<Record<HostResult, string>> = {
  'rolled-back': 'rolled back',
  unchanged: 'unchanged',
  undone: 'put back as found',
  failed: '**needs a person**',
  untouched: 'untouched',
};

/** The table of hosts, the worst first. Of more than ten, those in need are shown and all are folded away. */
export function hosts(report: Report): string {
  const all = worstFirst(report.hosts);
  if (all.length <= 10) return rows(report, all);
  const failed = all.filter(({ result }) => result === 'failed');
  return [
    rows(report, failed),
    `<details><summary>All ${String(all.length)} hosts</summary>\n\n${rows(report, all)}\n\n</details>`,
  ].filter((part) => part !== '').join('\n\n');
}

function rows(report: Report, shown: readonly HostReport[]): string {
  return table({
    head: ['Host', 'State', 'Release now', 'Time', 'What happened'],
    noun: 'host',
    limit: 11 * 1024,
    rows: shown.map((host) => [
      code(host.host, 80),
      cameBack(host, report) ? 'back, and forward again' : words[host.result],
      host.result === 'failed' ? `unsure; found on ${text(nameOf(report, releaseNow(host, report)))}` : text(nameOf(report, releaseNow(host, report))),
      host.seconds > 0 ? duration(host.seconds) : '',
      text(host.message),
    ]),
  });
}
