/** What a watch tells: a sentence, a summary, outputs. Pure. */
import type { Reading } from '../triggers/reading.ts';
import { type Series, type SeriesVerdict, verdictOf } from '../triggers/verdict.ts';
import type { WatchReport } from '../triggers/outcome.ts';
import type { Annotation } from './annotations.ts';
import { line, text } from './escape.ts';
import { capitalised } from './headline.ts';
import { clock, count, moment } from './quantity.ts';
import { facts, rendered } from './summary.ts';
import { table } from './table.ts';

/** GitHub takes 1 MiB for all outputs of a job together, counted in UTF-16: two bytes a character. */
const room = 150_000;

/** One sentence, plain text: does this release have to go back. */
export function watchHeadline({ verdict, run }: WatchReport): string {
  const place = line(run.environment, 40) || 'production';
  switch (verdict.needed) {
    case 'yes':
      return line(capitalised(`${place} should be rolled back: ${verdict.reason}.`), 600);
    case 'no':
      return line(capitalised(`${place} is well after the deployment: ${verdict.reason}.`), 600);
    case 'unknown':
      return line(capitalised(`whether ${place} should be rolled back is not known, so nothing asks for it: ${verdict.reason}.`), 600);
  }
}

/** Markdown for the job's summary. */
export function watchSummary(report: WatchReport): string {
  const { verdict, series, notes } = report;
  const marks = { yes: '🚨', no: '✅', unknown: '❔' };
  const sections = [
    { title: 'What was measured', body: measured(series) },
    { title: 'Would a rollback help?', body: verdict.needed === 'no' ? '' : help[verdict.likelyToHelp] },
    { title: 'Worth knowing', body: notes.map((note) => `- ${text(note)}`).join('\n') },
    { title: 'What was not well', body: trouble(series), folded: true as const },
  ];
  const first = `### ${marks[verdict.needed]} ${text(watchHeadline(report), 600)}\n\n${facts(report)}`;
  return `${[first, ...sections.filter(({ body }) => body !== '').map(rendered)].join('\n\n')}\n`;
}

/** The outputs, by their names in watch/action.yml. */
export function watchOutputs({ verdict, series }: Pick<WatchReport, 'verdict' | 'series'>): Readonly<Record<string, string>> {
  return {
    'rollback-needed': verdict.needed, trigger: verdict.trigger ?? '', reason: line(verdict.reason, 600),
    'detected-at': verdict.detectedAt === undefined ? '' : new Date(verdict.detectedAt).toISOString(),
    samples: samples(series), 'likely-to-help': verdict.likelyToHelp,
  };
}

/** What GitHub shows beside the job. */
export function watchAnnotations(report: WatchReport): readonly Annotation[] {
  const { needed } = report.verdict;
  const level = needed === 'yes' ? 'error' : needed === 'unknown' ? 'warning' : 'notice';
  const notes = report.notes.slice(0, 9).map((note): Annotation => ({ level: 'warning', title: 'Worth knowing', message: line(note, 1000) }));
  return [{ level, title: 'Watch', message: watchHeadline(report) }, ...notes];
}

const help = {
  yes: 'Likely: the service was well before the deployment.',
  no: 'Unlikely: it failed just so before the deployment. Look for another cause: a dependency, the traffic, the infrastructure.',
  unknown: 'Not known: nothing measured how it was before the deployment.',
};

const words: Readonly<Record<SeriesVerdict, string>> = {
  failed: '❌ failed', 'as-before': '❌ failed, as before the deployment', unknown: '❔ not known', passed: '✅ passed', silent: 'tells nothing of it',
};

function measured(series: readonly Series[]): string {
  const rows = series.map((one) => {
    const { trigger, source, readings, before } = one;
    const of = (verdict: Reading['verdict']): number => readings.filter((reading) => reading.verdict === verdict).length;
    return [trigger, text(source, 120), words[verdictOf(one)], `${of('passed')} / ${of('failed')} / ${of('unknown')}`, text(readings.at(-1)?.message ?? 'nothing', 160), text(before.at(-1)?.message ?? '', 120)];
  });
  return table({ head: ['Trigger', 'Source', 'Verdict', 'Passed / failed / not measured', 'Last', 'Before the deployment'], rows, noun: 'question' });
}

function trouble(series: readonly Series[]): string {
  const all = series.flatMap(({ trigger, source, readings }) => readings.filter(({ verdict }) => verdict !== 'passed').map((reading) => ({ trigger, source, ...reading })));
  const inOrder = all.toSorted((one, other) => one.time - other.time);
  const rows = inOrder.map(({ time, trigger, source, verdict, message }) => [clock(time), trigger, text(source, 120), verdict === 'failed' ? 'failed' : 'not measured', text(message, 200)]);
  return rows.length === 0 ? '' : `${count(rows.length, 'sample')} from ${moment(inOrder[0]?.time ?? 0)} on.\n\n${table({ head: ['Time (UTC)', 'Trigger', 'Source', '', 'What came'], rows, noun: 'sample' })}`;
}

/** All that was measured, by time. Where that is too much, the words of what passed go first, then the oldest of what passed. */
function samples(series: readonly Series[]): string {
  const all = series.flatMap(({ trigger, source, before, readings }) => [
    ...before.map((reading) => ({ trigger, source, before: true, reading })), ...readings.map((reading) => ({ trigger, source, before: false, reading })),
  ]).toSorted((one, other) => one.reading.time - other.reading.time);
  for (const [most, passed] of [[500, 500], [120, 0], [40, 0]] as const) {
    const whole = JSON.stringify(all.map((each) => sample(each, each.reading.verdict === 'passed' ? passed : most)));
    if (whole.length <= room) return whole;
  }
  const ranked = [...all.filter(({ reading }) => reading.verdict !== 'passed').toReversed(), ...all.filter(({ reading }) => reading.verdict === 'passed').toReversed()];
  const texts = ranked.map((each) => JSON.stringify(sample(each, 0)));
  let used = 2;
  return `[${texts.filter((each) => (used += each.length + 1) <= room).join(',')}]`;
}

function sample({ trigger, source, before, reading }: { readonly trigger: string; readonly source: string; readonly before: boolean; readonly reading: Reading }, longest: number): unknown {
  const { time, verdict, value, requests, errors, message } = reading;
  return {
    trigger, source: line(source, 120), time: new Date(time).toISOString(), passed: verdict === 'unknown' ? null : verdict === 'passed', before,
    ...(value === undefined ? {} : { value }), ...(requests === undefined ? {} : { requests }), ...(errors === undefined ? {} : { errors }),
    ...(longest === 0 ? {} : { message: line(message, longest) }),
  };
}
