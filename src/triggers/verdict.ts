/** What all questions together say: does this release have to go back? Pure. */
import type { Milliseconds } from '../ports.ts';
import { type Baseline, baselineOf, isMuchWorse } from './baseline.ts';
import { decide, type Rule } from './decide.ts';
import type { Reading, TriggerName } from './reading.ts';

/** One question, and all that it was told. */
export type Series = {
  readonly trigger: TriggerName;
  readonly source: string;
  readonly rule: Rule;
  readonly optional?: true;
  /** Before the deployment, oldest first. */
  readonly before: readonly Reading[];
  readonly readings: readonly Reading[];
};

/** `as-before`: it failed, and had failed just so before the deployment. `silent`: nothing was expected, and nothing came. */
export type SeriesVerdict = 'failed' | 'as-before' | 'unknown' | 'passed' | 'silent';

export type WatchVerdict = {
  readonly needed: 'yes' | 'no' | 'unknown';
  /** What asked for the rollback, or what is not known; undefined when all is well. */
  readonly trigger?: TriggerName;
  /** One sentence for a person. */
  readonly reason: string;
  /** When the trouble was first seen. */
  readonly detectedAt?: Milliseconds;
  readonly likelyToHelp: 'yes' | 'no' | 'unknown';
};

export function verdictOf(series: Series): SeriesVerdict {
  const { rule, before, readings, optional } = series;
  const standing = decide(readings.map(({ verdict }) => verdict), rule);
  switch (standing.kind) {
    case 'failed':
      return baselineOf(before, rule) === 'bad' && !isMuchWorse(readings, before, rule) ? 'as-before' : 'failed';
    // The watch ended while it failed, and it is not known whether it would have gone on.
    case 'failing':
    case 'unknown':
      return readings.length === 0 && optional === true ? 'silent' : 'unknown';
    case 'passed':
      return 'passed';
  }
}

/** One clear failure is enough; what was so before is told and rolls nothing back; what could not be measured is not failed. */
export function judgeWatch(all: readonly Series[]): WatchVerdict {
  const judged = all.map((series) => ({ series, verdict: verdictOf(series) }));
  const of = (wanted: SeriesVerdict): readonly Series[] => judged.filter(({ verdict }) => verdict === wanted).map(({ series }) => series);
  const [failed] = of('failed').toSorted((one, other) => firstFailure(one) - firstFailure(other));
  if (failed !== undefined) return { needed: 'yes', trigger: failed.trigger, reason: reasonOf(failed), detectedAt: firstFailure(failed), likelyToHelp: wouldHelp(failed, all) };
  const [same] = of('as-before');
  if (same !== undefined) {
    return {
      needed: 'unknown', trigger: same.trigger, detectedAt: firstFailure(same), likelyToHelp: 'no',
      reason: `${reasonOf(same)}; but it was so before the deployment already: a rollback is unlikely to help`,
    };
  }
  const [unknown, ...more] = of('unknown');
  if (unknown !== undefined) {
    const others = more.length === 0 ? '' : `, and ${more.length} more`;
    return { needed: 'unknown', trigger: unknown.trigger, reason: `${nameOf(unknown)} is not known: ${whyUnknown(unknown)}${others}`, likelyToHelp: 'unknown' };
  }
  const passed = of('passed').length;
  return { needed: 'no', reason: `${passed === 1 ? 'the one question was' : `all of ${passed} questions were`} answered well to the end`, likelyToHelp: 'no' };
}

/** `the error rate (CloudWatch, targetgroup/…)` */
export function nameOf({ trigger, source }: Pick<Series, 'trigger' | 'source'>): string {
  return `${words[trigger]} (${source})`;
}

const words: Readonly<Record<TriggerName, string>> = {
  health: 'the health check', 'error-rate': 'the error rate', 'response-time': 'the response time', alarm: 'the alarm', log: 'the log',
};

/** It was well before, or the rest of the service was: then the deployment is what changed. */
function wouldHelp(failed: Series, all: readonly Series[]): WatchVerdict['likelyToHelp'] {
  const own = baselineOf(failed.before, failed.rule);
  // It was bad before and became much worse.
  if (own !== 'unknown') return 'yes';
  const others: readonly Baseline[] = all.map(({ before, rule }) => baselineOf(before, rule)).filter((baseline) => baseline !== 'unknown');
  if (others.length === 0) return 'unknown';
  return others.includes('bad') ? 'unknown' : 'yes';
}

function reasonOf({ readings, rule, ...series }: Series): string {
  const measured = readings.filter(({ verdict }) => verdict !== 'unknown').slice(-rule.of);
  const failed = measured.filter(({ verdict }) => verdict === 'failed');
  const often = rule.of === 1 ? '' : `${failed.length} of the last ${rule.of} times: `;
  return `${nameOf(series)} failed: ${often}${failed.at(-1)?.message ?? ''}`;
}

function whyUnknown({ readings, rule }: Series): string {
  const last = readings.at(-1);
  if (last === undefined) return 'nothing was measured';
  if (last.verdict === 'failed') return `it failed ${readings.filter(({ verdict }) => verdict === 'failed').slice(-rule.of).length} times when the watch ended, ${rule.failures} are needed: ${last.message}`;
  return readings.findLast(({ verdict }) => verdict === 'unknown')?.message ?? 'nothing was measured';
}

function firstFailure({ readings, rule }: Series): Milliseconds {
  const standing = decide(readings.map(({ verdict }) => verdict), rule);
  return standing.kind === 'failed' ? (readings[standing.row]?.time ?? 0) : 0;
}
