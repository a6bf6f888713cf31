/** What rollbacks and drills are held to. Pure. */
import type { Drills } from './drills.ts';
import type { Figures } from './figures.ts';

/** As the output `targets-missed` names them. */
export type GoalName = 'rollbacks' | `${'' | 'drill-'}${'success-rate' | 'recovery' | 'downtime' | 'data-loss'}` | 'drill-age';

export type Goal = {
  readonly name: GoalName;
  /** Unknown when nothing was measured. Judged by what was. */
  readonly met: 'yes' | 'no' | 'unknown';
};

/** The guide's own: less than one rollback a month, back within 5 minutes, all of them, each with less than a minute without an answer, no row lost. */
export const limits = { perMonth: 1, recoverySeconds: 300, downtimeSeconds: 60, drillAgeDays: 35 } as const;

export function goalsOf(rollbacks: Figures, perMonth: number, drills: Drills): readonly Goal[] {
  return [
    goal('rollbacks', perMonth, (number) => number < limits.perMonth),
    ...measuredGoals('', rollbacks),
    ...(drills.figures.count === 0 ? [] : measuredGoals('drill-', drills.figures)),
    // An environment in which nobody drills is held to nothing: the drills may be those of another.
    { name: 'drill-age', met: drills.ageDays === undefined ? (drills.ever ? 'no' : 'unknown') : drills.ageDays <= limits.drillAgeDays ? 'yes' : 'no' },
  ];
}

function measuredGoals(kind: '' | 'drill-', { successRate, recovery, downtime, rowsLost }: Figures): readonly Goal[] {
  return [
    goal(`${kind}success-rate`, successRate, (rate) => rate === 1),
    goal(`${kind}recovery`, recovery.median, (seconds) => seconds < limits.recoverySeconds),
    goal(`${kind}downtime`, downtime.longest, (seconds) => seconds < limits.downtimeSeconds),
    goal(`${kind}data-loss`, rowsLost.measured === 0 ? undefined : rowsLost.total, (rows) => rows === 0),
  ];
}

function goal(name: GoalName, value: number | undefined, isMet: (value: number) => boolean): Goal {
  return { name, met: value === undefined ? 'unknown' : isMet(value) ? 'yes' : 'no' };
}
