/** What a run cost people, as far as it was measured. */
import type { Report } from '../../outcome.ts';
import { KiB } from '../budget.ts';
import { code } from '../escape.ts';
import { accessInWords, downtimeInWords, lossInWords, measuredDowntime } from '../impact.ts';
import { table } from '../table.ts';
import { availabilityInText } from './timeline.ts';

export function cost(report: Report): string {
  const of = (verdict: string): string => String(report.checks.filter((check) => check.verdict === verdict).length);
  return [
    `- Availability during the run: ${downtimeInWords(report)}.`,
    `- Data: ${lossInWords(report)}.`,
    `- Requests during the run: ${report.access.length === 0 ? 'not counted, for no access log was read' : accessInWords(report)}.`,
    `- Checks: ${String(report.checks.length)} made, ${of('failed')} failed, ${of('unknown')} could not be measured.`,
    '- Before the run, and what users noticed: to be told by a person.',
  ].join('\n');
}

/** The failed requests, by the host that answered them; empty where nobody got an error, or one host answers for all. */
export function failedRequests({ access }: Pick<Report, 'access'>): string {
  const rows = access.filter(({ errors }) => errors > 0).toSorted((one, other) => other.errors - one.errors)
    .map(({ host, requests, errors, clients }) => [code(host, 80), figure(requests), figure(errors), figure(clients)]);
  return access.length < 2 ? '' : table({ head: ['Host', 'Requests', 'Answered with a 5xx', 'Clients that got one'], rows, noun: 'host', most: 50, limit: 8 * KiB });
}

/** When it was available, as text. */
export function course(report: Report): string {
  return measuredDowntime(report)?.total === 0 ? '' : availabilityInText(report);
}

function figure(number: number): string {
  return number.toLocaleString('en-US');
}
