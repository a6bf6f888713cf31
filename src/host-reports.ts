import type { Assessed } from './methods/method.ts';
import type { HostReport, HostResult, Result } from './outcome.ts';
import type { Failure } from './errors.ts';
import type { Recording } from './recording.ts';

type Ended = {
  readonly recording: Recording;
  readonly assessed: Assessed;
  /** `material: leave`: nothing was taken back. */
  readonly settled: { readonly result: Result; readonly failures: readonly Failure[]; readonly material?: 'drop' | 'keep' | 'leave'; readonly forward?: true };
  /** Keys (`host id`) of the steps that were begun. */
  readonly begun: ReadonlySet<string>;
};

/** What became of each host. */
export function hostReports({ recording, assessed, settled, begun }: Ended): readonly HostReport[] {
  const touching = assessed.plan.stages.filter(({ touches }) => touches).flatMap(({ steps }) => steps);
  return Object.entries(assessed.current).map(([host, from]) => {
    const steps = touching.filter((step) => step.host === host);
    const touched = steps.filter(({ id }) => begun.has(`${host} ${id}`));
    const own = settled.failures.filter((each) => each.host === host);
    const notUndone = own.find(({ code }) => code === 'undo-failed');
    const failure = notUndone ?? own[0];
    const spans = recording.timeline.filter((span) => span.host === host);
    const seconds = spans.length === 0 ? 0 : (Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ start }) => start))) / 1000;
    return {
      host, from, to: assessed.to.sha,
      result: resultOf(settled, { untouched: touched.length === 0, whole: touched.length === steps.length, failed: failure !== undefined, notUndone: notUndone !== undefined, moved: from !== assessed.to.sha }),
      seconds: touched.length === 0 ? 0 : Math.round(seconds * 10) / 10,
      message: failure === undefined ? '' : `${failure.what}${failure.why === undefined || failure.why === '' ? '' : `: ${failure.why}`}`,
    };
  });
}

type OnHost = { readonly untouched: boolean; readonly whole: boolean; readonly failed: boolean; readonly notUndone: boolean; readonly moved: boolean };

function resultOf({ result, failures, material, forward }: Ended['settled'], { untouched, whole, failed, notUndone, moved }: OnHost): HostResult {
  const undoFailed = failures.some(({ code }) => code === 'undo-failed');
  switch (result) {
    case 'rolled-back':
      if (forward === true) return untouched ? 'untouched' : 'undone';
      return moved ? 'rolled-back' : 'unchanged';
    case 'unchanged':
      return 'unchanged';
    case 'planned':
    case 'refused':
      return 'untouched';
    case 'undone':
      return untouched ? 'untouched' : 'undone';
    case 'cancelled':
    case 'failed':
      if (untouched) return 'untouched';
      // Where an undo was tried, what had made it necessary does not count any more.
      if (undoFailed ? notUndone : failed) return 'failed';
      if (undoFailed || (result === 'cancelled' && material !== 'leave' && failures.length === 0)) return 'undone';
      return whole ? 'rolled-back' : 'failed';
  }
}
