import type { Report } from '../../outcome.ts';
import { text } from '../escape.ts';
import { capitalised } from '../headline.ts';
import { downtimeInWords, lossInWords } from '../impact.ts';
import { standing } from '../standing.ts';
import { table } from '../table.ts';
import { hosts } from './hosts.ts';

/** Where production stands at the end of the run: its hosts, how it answers, what became of its data. */
export function state(report: Report): string {
  const stands = standing(report);
  const facts = table({
    head: ['Hosts', 'Health', 'Availability', 'Data'],
    noun: 'fact',
    rows: [[stands === '' ? 'not known' : text(stands, 600), health(report), text(capitalised(downtimeInWords(report))), text(capitalised(lossInWords(report)))]],
  });
  return [facts, hosts(report)].filter((part) => part !== '').join('\n\n');
}

function health({ health: found, checks }: Report): string {
  const passed = checks.filter(({ verdict }) => verdict === 'passed').length;
  const share = checks.length === 0 ? '' : `: ${String(passed)} of ${String(checks.length)} checks passed`;
  switch (found) {
    case 'healthy': return `healthy${share}`;
    case 'unhealthy': return `**not healthy**${share}`;
    case 'unknown': return `**not known**${share}`;
  }
}
