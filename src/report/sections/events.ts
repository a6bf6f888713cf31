import type { Report, Span } from '../../outcome.ts';
import { outages } from '../availability.ts';
import type { Outage } from '../availability.ts';
import { code, text } from '../escape.ts';
import { foldHosts } from '../gantt.ts';
import { KiB } from '../budget.ts';
import { stillDown } from '../impact.ts';
import { duration, moment } from '../quantity.ts';
import { table } from '../table.ts';

type Event = readonly [time: number, what: string];

/** What happened, when, as a table: the run, its steps, and when the service did not answer. Times are UTC by the runner's clock. */
export function events(report: Report): string {
  const { run, timeline } = report;
  const all: readonly Event[] = [
    ...(run.detectedAt === undefined ? [] : [[run.detectedAt, 'The trouble was detected'] as const]),
    [run.startedAt, 'The run started'],
    ...outages(report).flatMap((outage) => aroundOutage(outage, report)),
    ...foldHosts(timeline).map((span) => [span.start, told(span)] as const),
    [run.endedAt, `The run ended: ${code(report.result)}`],
  ];
  const rows = all.toSorted(([one], [other]) => one - other).map(([time, what]) => [moment(time), what]);
  return table({ head: ['Time', 'What'], rows, noun: 'event', limit: 24 * KiB });
}

function aroundOutage({ start, end, verdict, without }: Outage, report: Report): readonly Event[] {
  const length = duration((end - start) / 1000);
  if (verdict === 'unknown') return [[start, `The health URL could not be asked, for ${length}`]];
  const lasts = stillDown(report) && end >= report.run.endedAt;
  return [
    [start, `The health URL ${without < end - start ? 'answered well only now and then' : 'did not answer well'}, ${lasts ? 'up to the end of the run' : `for ${length}`}`],
    ...(lasts ? [] : [[end, 'The health URL answered well again'] as const]),
  ];
}

function told({ stage, title, host, start, end, result }: Span): string {
  const where = host === undefined ? '' : ` on ${code(host, 80)}`;
  const became = result === 'done' ? '' : result === 'failed' ? ': **failed**' : ': undone';
  return `${text(stage, 60)}: ${text(title, 120)}${where} (${duration((end - start) / 1000)})${became}`;
}
