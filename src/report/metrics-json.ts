/** The metrics as a JSON file: its shape is schemas/metrics.schema.json. What was not measured is `null`. Pure. */
import type { Figures } from '../metrics/figures.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { MetricsReport } from '../metrics/outcome.ts';
import type { Rollback } from '../metrics/rollback.ts';
import { line } from './escape.ts';
import { measuresOf } from './measures.ts';

/** A file, not a database: of more rollbacks than this the newest. */
const most = 1000;

export function metricsJson({ run, notes, period }: MetricsReport, metrics: Metrics): string {
  const { start, end, whole, rollbacks, perMonth, drills, changes, months, list } = metrics;
  return `${JSON.stringify({
    version: 1,
    repository: run.repository,
    environment: run.environment,
    period: { days: Math.round(period / 86_400_000), start: iso(start), end: iso(end), whole },
    rollbacks: { ...figures(rollbacks), perMonth: round(perMonth) },
    drills: { ...figures(drills.figures), lastPassedAt: iso(drills.lastPassed), ageDays: drills.ageDays ?? null },
    deployments: { count: changes.deployments, failed: changes.failed, changeFailureRate: round(changes.failureRate), failedDeploymentRecoverySeconds: round(changes.recoverySeconds), unmatchedRollbacks: changes.unmatched },
    targets: measuresOf(metrics).map(({ name, target, value, met }) => ({ name, target, value, met: met === 'unknown' ? null : met === 'yes' })),
    months: months.map((each) => ({ month: each.month, rollbacks: figures(each.rollbacks), drills: figures(each.drills) })),
    list: list.slice(0, most).map(rollback),
    notes,
  }, undefined, 2)}\n`;
}

function figures({ count, rolledBack, failed, notDone, underWay, successRate, recovery, downtime, rowsLost }: Figures): object {
  return {
    count, rolledBack, failed, notDone, underWay, successRate: round(successRate),
    recoverySeconds: { median: round(recovery.median), longest: round(recovery.longest), measured: recovery.measured },
    downtimeSeconds: { total: round(downtime.total), longest: round(downtime.longest), caused: round(downtime.caused), measured: downtime.measured },
    rowsLost: { total: rowsLost.total ?? null, measured: rowsLost.measured },
  };
}

function rollback({ time, from, to, result, drill, reason, actor, trigger, method, url, recovery, down, caused, rows }: Rollback): object {
  return {
    time: iso(time), from: line(from, 100), to: line(to, 100), result, drill, reason: line(reason, 500), actor: line(actor, 100), trigger: line(trigger, 100), method: line(method, 40), url: line(url, 500),
    recoverySeconds: round(recovery), downtimeSeconds: round(down), downtimeCausedSeconds: round(caused), rowsLost: rows ?? null,
  };
}

function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** To a ten-thousandth. */
function round(number: number | undefined): number | null {
  return number === undefined ? null : Math.round(number * 10_000) / 10_000;
}
