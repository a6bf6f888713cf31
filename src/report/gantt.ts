import type { Report, Span } from '../outcome.ts';
import { outages } from './availability.ts';
import { diagram, ganttLook } from './diagram.ts';
import { line } from './escape.ts';
import { duration } from './quantity.ts';

/** More bars than this are no longer taken in at a glance. */
const most = 40;

/** Characters for which there is room left of the bars. */
const longestStage = 24;

type Bar = { readonly section: string; readonly name: string; readonly start: number; readonly end: number; readonly tag: '' | 'crit, ' | 'done, ' };

/**
 * The timeline as a Mermaid gantt: a section a stage, a bar a step and its host, and when the service did not answer. Times are those
 * since the start of the run. Empty without a timeline.
 */
export function gantt(report: Pick<Report, 'timeline' | 'run' | 'downtime'>): string {
  if (report.timeline.length === 0) return '';
  const { startedAt, endedAt } = report.run;
  const total = Math.max(1, endedAt - startedAt, ...report.timeline.slice(0, 10_000).map(({ end }) => end - startedAt));
  const bars = inSections([...outageBars(report), ...foldHosts(report.timeline).map(barOf)].map((bar) => within(bar, startedAt, total)));
  return diagram(ganttLook, [
    'gantt',
    '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
    `    axisFormat ${total < 3_600_000 ? '%M:%S' : '%H:%M:%S'}`,
    `    tickInterval ${tick(total)}`,
    '    todayMarker off',
    ...bars.flatMap((bar, index) => [
      ...(bar.section === bars[index - 1]?.section ? [] : [`    section ${bar.section}`]),
      `    ${bar.name} :${bar.tag}${stamp(bar.start)}, ${stamp(bar.end)}`,
    ]),
  ]);
}

function outageBars(report: Pick<Report, 'run' | 'downtime'>): readonly Bar[] {
  const all = outages(report);
  return all.map(({ start, end, verdict, without }) => ({
    section: 'Health URL',
    name: safe(`${verdict === 'unknown' ? 'could not be asked' : without < end - start ? 'on and off, no good answer' : 'no good answer'}, ${duration(without / 1000)}`),
    start,
    end,
    tag: verdict === 'failed' ? 'crit, ' : 'done, ',
  }));
}

function barOf({ stage, title, host, start, end, result }: Span): Bar {
  const where = host === undefined ? '' : `, ${line(host, 40)}`;
  const failed = result === 'failed' ? ', failed' : '';
  return {
    section: safe(stage, longestStage),
    name: safe(`${line(title, 60)}${where}, ${duration((end - start) / 1000)}${failed}`, 130),
    start,
    end,
    tag: result === 'failed' ? 'crit, ' : result === 'undone' ? 'done, ' : '',
  };
}

/** The same step on many hosts becomes one bar, then all of a stage do; what failed keeps its own as long as there is room. */
export function foldHosts(spans: readonly Span[]): readonly Span[] {
  if (spans.length <= most) return spans;
  const bySteps = folded(spans, ({ stage, title, host, result }) => JSON.stringify([line(stage, 60), result, line(title, 120), result === 'failed' ? host : '']));
  if (bySteps.length <= most) return bySteps;
  return folded(spans, ({ stage, result }) => JSON.stringify([line(stage, 60), result])).slice(0, most);
}

function folded(spans: readonly Span[], keyOf: (span: Span) => string): readonly Span[] {
  return [...Map.groupBy(spans, keyOf).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    const titles = new Set(group.map(({ title }) => line(title, 120)));
    const hosts = new Set(group.flatMap(({ host }) => (host === undefined ? [] : [host])));
    return [{
      ...first,
      title: titles.size === 1 ? first.title : `${String(group.length)} steps`,
      ...(hosts.size > 0 ? { host: hosts.size === 1 ? [...hosts].join('') : `${String(hosts.size)} hosts` } : {}),
      start: group.reduce((earliest, { start }) => Math.min(earliest, start), first.start),
      end: group.reduce((latest, { end }) => Math.max(latest, end), first.end),
    }];
  });
}

/** A stage that comes again has a section of its own: Mermaid takes those of one name for one, and draws it over others. */
function inSections(bars: readonly Bar[]): readonly Bar[] {
  const times = new Map<string, number>();
  return bars.map((bar, index) => {
    const time = (times.get(bar.section) ?? 0) + (bar.section === bars[index - 1]?.section ? 0 : 1);
    times.set(bar.section, time);
    return time === 1 ? bar : { ...bar, section: `${bar.section} ${String(time)}` };
  });
}

/** Milliseconds since the epoch become those since the start; a bar is never too thin to be seen. */
function within(bar: Bar, zero: number, total: number): Bar {
  const start = Math.min(Math.max(0, bar.start - zero), total);
  return { ...bar, start, end: Math.max(bar.end - zero, start + total / 250) };
}

/** A name in which Mermaid finds no syntax of its own, nor Markdown's. */
export function safe(name: string, length = 80): string {
  const harmless = line(name, length)
    // Mermaid ends a name at a colon; the sign of a ratio looks like one.
    .replaceAll(/(?<=\w):(?=\w)/g, '∶')
    .replaceAll(/[:;#"'`%{}<>&\\|[\]()$*~^\u0080-\u009f]+/g, ' ')
    .replaceAll(/ +,/g, ',')
    .replaceAll('--', '-');
  const plain = line(harmless, length);
  // At the start of a line these words, and dates, are statements.
  const keyword = /^(?:gantt|dateformat|inclusiveenddates|topaxis|axisformat|tickinterval|includes|excludes|todaymarker|weekday|weekend|title|acctitle|accdescr\w*|section|click|call|href|\d{4}-\d\d-\d\d)/i;
  if (plain === '') return '-';
  return keyword.test(plain) ? `- ${plain}` : plain;
}

// Read and shown as local time of a day on which no clock changes: the same in every browser.
function stamp(sinceStart: number): string {
  return new Date(Date.UTC(2001, 0, 1) + Math.round(sinceStart)).toISOString().slice(0, 23).replace('T', ' ');
}

/** About eight marks on the axis. */
function tick(total: number): string {
  const steps = [[1, 'second'], [2, 'second'], [5, 'second'], [10, 'second'], [30, 'second'], [1, 'minute'], [5, 'minute'], [10, 'minute'], [30, 'minute'], [1, 'hour'], [4, 'hour']] as const;
  const length = { second: 1_000, minute: 60_000, hour: 3_600_000 };
  const [number, unit] = steps.find(([each, name]) => total / (each * length[name]) <= 10) ?? [1, 'day'];
  return `${String(number)}${unit}`;
}
