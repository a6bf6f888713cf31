/** The figures of a period against their targets, in words. Pure. */
import type { Figures } from '../metrics/figures.ts';
import { limits, type Goal, type GoalName } from '../metrics/goals.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { count, duration, moment } from './quantity.ts';

export type Measure = { readonly name: GoalName; readonly title: string; readonly target: string; readonly value: string; readonly met: Goal['met'] };

/** A row for each target, in the order in which they are missed. */
export function measuresOf(metrics: Metrics): readonly Measure[] {
  return metrics.goals.map(({ name, met }) => ({ name, met, ...told(name, metrics) }));
}

function told(name: GoalName, metrics: Metrics): Pick<Measure, 'title' | 'target' | 'value'> {
  const { rollbacks, drills, perMonth } = metrics;
  switch (name) {
    case 'rollbacks': return { title: 'How often', target: 'less than 1 rollback a month', value: rollbacks.count === 0 ? 'none' : `${rollbacks.count.toLocaleString('en-US')}, ${often(perMonth)} a month` };
    case 'success-rate': case 'drill-success-rate': return { ...titled(name, 'Success'), target: '100 %', value: success(of(name)) };
    case 'recovery': case 'drill-recovery': return { ...titled(name, 'Time from detection to done, median'), target: `less than ${duration(limits.recoverySeconds)}`, value: recovery(of(name)) };
    case 'downtime': case 'drill-downtime': return { ...titled(name, 'Downtime of each'), target: `less than ${duration(limits.downtimeSeconds)}`, value: downtime(of(name)) };
    case 'data-loss': case 'drill-data-loss': return { ...titled(name, 'Rows lost'), target: '0', value: loss(of(name)) };
    case 'drill-age': return { title: 'Last drill that passed', target: `at most ${String(limits.drillAgeDays)} days ago`, value: age(metrics) };
  }

  function of(which: GoalName): Figures {
    return which.startsWith('drill-') ? drills.figures : rollbacks;
  }
}

function titled(name: GoalName, title: string): { readonly title: string } {
  return { title: name.startsWith('drill-') ? `Drills: ${title.slice(0, 1).toLowerCase()}${title.slice(1)}` : title };
}

function success({ successRate, rolledBack, count: all }: Figures): string {
  return successRate === undefined ? 'no rollback' : `${percent(successRate)} (${String(rolledBack)} of ${String(all)})`;
}

function recovery({ recovery: { median, longest, measured }, rolledBack }: Figures): string {
  if (median === undefined || longest === undefined) return rolledBack === 0 ? 'no rollback' : 'not measured';
  return `${below(median, limits.recoverySeconds)}${measured > 1 ? `, at most ${duration(longest)}` : ''}${share(measured, rolledBack)}`;
}

function downtime({ downtime: { total, longest, caused, measured }, count: all }: Figures): string {
  if (total === undefined || longest === undefined) return all === 0 ? 'no rollback' : 'not measured';
  const most = below(longest, limits.downtimeSeconds);
  const sum = measured > 1 ? `at most ${most}, ${duration(total)} in all` : most;
  return `${sum}${caused === undefined ? '' : `, ${duration(caused)} of it from the first change on`}${share(measured, all)}`;
}

function loss({ rowsLost: { total, measured }, count: all }: Figures): string {
  if (measured === 0) return all === 0 ? 'no rollback' : 'not measured';
  return `${count(total ?? 0, 'row')}${share(measured, all)}`;
}

function age({ drills: { ageDays, lastPassed, ever } }: Metrics): string {
  if (ageDays === undefined || lastPassed === undefined) return ever ? 'none has passed' : 'no drill on record';
  return `${ageDays === 0 ? 'today' : `${count(ageDays, 'day')} ago`} (${moment(lastPassed)})`;
}

/** A time that is kept must not read like its limit. */
function below(seconds: number, limit: number): string {
  return seconds < limit && duration(seconds) === duration(limit) ? `just under ${duration(limit)}` : duration(seconds);
}

function often(perMonth: number): string {
  const rounded = Math.round(perMonth * 100) / 100;
  return String(perMonth < limits.perMonth ? Math.min(rounded, 0.99) : rounded);
}

/** What was not measured is said, and not taken for good. */
function share(measured: number, all: number): string {
  return measured === all ? '' : ` (measured for ${String(measured)} of ${String(all)})`;
}

/** `91.7 %`; never rounded up to all. */
export function percent(rate: number): string {
  const rounded = Math.round(rate * 1000) / 10;
  return `${tenths(rate < 1 ? Math.min(rounded, 99.9) : rounded)} %`;
}

function tenths(number: number): string {
  return String(Math.round(number * 10) / 10);
}
