import type { Report } from '../outcome.ts';
import { changesDatabase, lossInWords, lostRowCount, measuredDowntime, recoverySeconds, runSeconds, stillDown } from './impact.ts';
import { duration } from './quantity.ts';

export type Target = {
  readonly goal: string;
  /** What came out, for a person. */
  readonly measured: string;
  /** Unknown when it was not measured. */
  readonly met: 'yes' | 'no' | 'unknown';
};

/** What every rollback is held to; empty for a run that did not try to change anything. */
export function targets(report: Report): readonly Target[] {
  if (report.result === 'planned' || report.result === 'refused' || report.result === 'unchanged') return [];
  return [time(report), downtime(report), loss(report)];
}

function time(report: Report): Target {
  const goal = 'Rolled back within 5 minutes';
  const { drill } = report;
  if (drill !== undefined) return { goal, measured: `${duration(drill.backSeconds)}, and forward again in ${duration(drill.forwardSeconds)}`, met: drill.backSeconds <= 300 ? 'yes' : 'no' };
  const seconds = runSeconds(report);
  const recovery = recoverySeconds(report);
  const detection = recovery === undefined ? '' : `, ${duration(recovery)} from its detection on`;
  const done = report.result === 'rolled-back';
  return {
    goal,
    measured: `${done ? '' : 'not rolled back; the run took '}${duration(seconds)}${detection}`,
    met: done && seconds <= 300 ? 'yes' : 'no',
  };
}

function downtime(report: Report): Target {
  const goal = 'Unavailable for less than 1 minute';
  const measured = measuredDowntime(report);
  if (measured === undefined) return { goal, measured: 'not measured', met: 'unknown' };
  const share = measured.total - measured.caused < 0.05 ? '' : `, of it ${duration(measured.caused)} from the first change on`;
  const open = stillDown(report);
  return {
    goal,
    measured: `${duration(measured.total)}${share}${open ? ', and not answering at the end' : ''}`,
    met: measured.total < 60 && !open ? 'yes' : 'no',
  };
}

function loss(report: Report): Target {
  const goal = '0 bytes lost';
  const rows = lostRowCount(report);
  if (rows === undefined) return changesDatabase(report) ? { goal, measured: 'not measured', met: 'unknown' } : { goal, measured: lossInWords(report), met: 'yes' };
  return { goal, measured: rows === 0 ? '0 rows' : lossInWords(report), met: rows === 0 ? 'yes' : 'no' };
}
