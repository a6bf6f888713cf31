/** A rollback, as its deployment record tells it. Pure. */
import type { Milliseconds } from '../ports.ts';
import type { Deployment, DeploymentStatus } from './history.ts';
import { measuredOf, type Measured } from '../notify/github/measured.ts';
import { readPayload } from '../notify/github/payload.ts';

export type Rollback = {
  /** When its record was made, by GitHub's clock. */
  readonly time: Milliseconds;
  /** Full SHAs, or whatever was gone back between; empty where the record does not say, as all words here. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly actor: string;
  readonly trigger: string;
  readonly method: string;
  readonly drill: boolean;
  /** `undone`: everything is as it was found. `unsuccessful`: nobody says how it ended, as of a run that died. `refused`: it touched nothing. */
  readonly result: 'rolled-back' | 'failed' | 'undone' | 'cancelled' | 'unsuccessful' | 'refused' | 'under-way';
  /** Where to read on. */
  readonly url: string;
  readonly detectedAt: Milliseconds | undefined;
  /** When production was back; undefined when it was not. */
  readonly doneAt: Milliseconds | undefined;
  /** Seconds from the detection, or the start where nobody said when it was detected, until production was back. */
  readonly recovery: number | undefined;
  /** Seconds without a good answer, and those of them from the first change on. */
  readonly down: number | undefined;
  readonly caused: number | undefined;
  readonly rows: number | undefined;
};

/** Undefined for any other deployment. */
export function rollbackOf({ task, payload, statuses, time, creator }: Deployment): Rollback | undefined {
  if (task !== 'rollback') return undefined;
  const told = readPayload(payload);
  const last = decisive(statuses);
  const measured = measuredOf(last?.description ?? '');
  const result = resultOf(last, measured);
  const [startedAt, detectedAt] = [timeOf(told?.startedAt), timeOf(told?.detectedAt)];
  const doneAt = result === 'rolled-back' ? doneOf(measured, startedAt, last) : undefined;
  return {
    time, result, detectedAt, doneAt,
    from: told?.from ?? '', to: told?.to ?? '', reason: told?.reason ?? '', trigger: told?.trigger ?? '', method: told?.method ?? '', drill: told?.drill ?? false,
    actor: (told?.actor ?? '') === '' ? creator : told?.actor ?? '',
    url: (told?.runUrl ?? '') === '' ? last?.url ?? '' : told?.runUrl ?? '',
    recovery: doneAt === undefined ? undefined : measured?.recoverySeconds ?? secondsBetween(detectedAt ?? startedAt ?? time, doneAt),
    down: measured?.downtime?.total, caused: measured?.downtime?.caused, rows: measured?.lostRows,
  };
}

/** GitHub turns a deployment that succeeded to `inactive` when the next one succeeds: what once succeeded has. */
function decisive(statuses: readonly DeploymentStatus[]): DeploymentStatus | undefined {
  return statuses.find(({ state }) => state === 'success') ?? statuses.at(-1);
}

function resultOf(last: DeploymentStatus | undefined, measured: Measured | undefined): Rollback['result'] {
  switch (last?.state) {
    case 'success': return 'rolled-back';
    case 'failure': case 'error': return measured?.result === 'cancelled' ? 'cancelled' : 'failed';
    case 'inactive': return (['undone', 'cancelled', 'refused'] as const).find((result) => result === measured?.result) ?? 'unsuccessful';
    case 'other': case undefined: return 'under-way';
  }
}

/** The runner's own stopwatch is better than the times at which GitHub was told. A drill goes on after that. */
function doneOf(measured: Measured | undefined, startedAt: Milliseconds | undefined, last: DeploymentStatus | undefined): Milliseconds | undefined {
  return startedAt === undefined || measured === undefined ? last?.time : startedAt + (measured.drill?.backSeconds ?? measured.seconds) * 1000;
}

function timeOf(iso: string | undefined): Milliseconds | undefined {
  return iso === undefined || iso === '' ? undefined : Date.parse(iso);
}

/** Undefined when the clocks contradict each other. */
export function secondsBetween(start: Milliseconds, end: Milliseconds): number | undefined {
  return end < start ? undefined : (end - start) / 1000;
}
