/** Events of a run as it would tell them. */
import type { Event, Happened } from '../../src/notify/event.ts';
import type { Report, Result } from '../../src/outcome.ts';
import { exampleOf } from '../report/example.ts';

const plain = exampleOf('rolled-back');
const { endedAt: _endedAt, ...start } = plain.run;

/** @param run what is different from the example's run */
export function event(happened: Happened, run: Partial<Event['run']> = {}, time = plain.run.startedAt + 4000): Event {
  const { from, to } = happened.kind === 'ended' ? happened.report : plain;
  return { time, run: { ...start, ...run }, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...happened };
}

export const begun = (run: Partial<Event['run']> = {}, health: Report['health'] = 'unhealthy'): Event => event({ kind: 'begun', hosts: ['web-1', 'web-2', 'web-3'], health }, run);

/** The end of a run, told with the same differences in its report. */
export function ended(result: Result, more: Partial<Report> = {}, run: Partial<Event['run']> = {}): Event {
  const report = { ...exampleOf(result), ...more };
  return event({ kind: 'ended', report: { ...report, run: { ...report.run, ...run } } }, run, report.run.endedAt);
}

export const results = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'] as const satisfies readonly Result[];

/** One of each kind, and each result. */
export function everyEvent(run: Partial<Event['run']> = {}): readonly Event[] {
  return [
    begun(run), event({ kind: 'begun', hosts: ['web-1'], takesUp: '11934567000-1' }, run), event({ kind: 'executing' }, run), event({ kind: 'verifying' }, run),
    event({ kind: 'undoing', failures: exampleOf('undone').failures }, run), event({ kind: 'taken-up' }, run), ...results.map((result) => ended(result, {}, run)),
  ];
}

/** As a drill that passed is reported. */
export const drilled: Event = ended('rolled-back', { drill: { backSeconds: 38, forwardSeconds: 41.5 } }, { drill: true });
