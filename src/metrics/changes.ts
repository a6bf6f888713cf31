/** The two measures of DORA that a rollback bears on: how many deployments had to be taken back, and how long that took. Pure. */
import type { Milliseconds } from '../ports.ts';
import { median } from './figures.ts';
import type { Deployment } from './history.ts';
import { secondsBetween, type Rollback } from './rollback.ts';

export type Changes = {
  /** Deployments in the period that reached production: they succeeded, or were taken back. */
  readonly deployments: number;
  /** Those of them that were rolled back since. */
  readonly failed: number;
  /** 0 to 1; undefined without any deployment. */
  readonly failureRate: number | undefined;
  /**
   * Median of the period's rollbacks of a release, in seconds: from the detection where it is known, else from the bad release's deployment, until
   * production was back.
   */
  readonly recoverySeconds: number | undefined;
  /** Rollbacks in the period of a release of which no deployment is on record: they are in neither number of the rate. */
  readonly unmatched: number;
};

/** https://dora.dev/guides/dora-metrics-four-keys/ A drill takes back nothing that is bad. */
export function changesOf(deployments: readonly Deployment[], rollbacks: readonly Rollback[], isInPeriod: (time: Milliseconds) => boolean): Changes {
  const made = Map.groupBy(deployments.filter(({ task }) => task !== 'rollback'), ({ sha }) => sha);
  const takenBack = rollbacks.filter(({ drill, result, from, to }) => !drill && result === 'rolled-back' && from !== to)
    .map((rollback) => ({ rollback, bad: made.get(rollback.from)?.findLast(({ time }) => time <= rollback.time) }));
  const failed = new Set(takenBack.flatMap(({ bad }) => bad ?? []));
  const changes = [...made.values()].flat().filter((each) => isInPeriod(each.time) && (failed.has(each) || succeededAt(each) !== undefined));
  const inPeriod = takenBack.filter(({ rollback }) => isInPeriod(rollback.time));
  const failures = changes.filter((each) => failed.has(each)).length;
  return {
    deployments: changes.length,
    failed: failures,
    failureRate: changes.length === 0 ? undefined : failures / changes.length,
    recoverySeconds: median(inPeriod.flatMap(({ rollback, bad }) => recoveryOf(rollback, bad) ?? [])),
    unmatched: inPeriod.filter(({ bad }) => bad === undefined).length,
  };
}

function recoveryOf({ detectedAt, doneAt }: Rollback, bad: Deployment | undefined): number | undefined {
  const start = detectedAt ?? (bad === undefined ? undefined : succeededAt(bad) ?? bad.time);
  return start === undefined || doneAt === undefined ? undefined : secondsBetween(start, doneAt);
}

function succeededAt({ statuses }: Deployment): Milliseconds | undefined {
  return statuses.find(({ state }) => state === 'success')?.time;
}
