/** Deployment records as GitHub would have them, and a year with twelve rollbacks whose metrics are worked out by hand. */
import type { Deployment, DeploymentStatus, History } from '../../src/metrics/history.ts';

export const at = (iso: string): number => Date.parse(iso);
export const day = 86_400_000;

/** A full SHA that begins with these digits. */
export const sha = (number: number): string => String(number).padStart(4, '0').padEnd(40, 'a');

type Ending = { readonly state: DeploymentStatus['state']; readonly words?: string; readonly after?: number };

/** @param words the description of the last status; a success is followed by the `inactive` that GitHub adds */
export function rollback(time: string, bad: number, { state, words = '', after = 60 }: Ending, more: Readonly<Record<string, unknown>> = {}): Deployment {
  const started = at(time);
  const status = (state: DeploymentStatus['state'], seconds: number, description: string): DeploymentStatus => ({ state, time: started + seconds * 1000, description, url: `https://github.com/green/matchers/actions/runs/${bad}` });
  const payload = { from: sha(bad), to: sha(bad + 5000), reason: 'error rate 23 %', actor: 'octocat', trigger: 'workflow_dispatch', method: 'git', run: `${bad}-1`, runUrl: '', startedAt: new Date(started).toISOString(), drill: false, ...more };
  return {
    sha: sha(bad + 5000), task: 'rollback', payload: JSON.stringify(payload), time: started, creator: 'github-actions',
    statuses: [status('other', 1, 'Rolling back'), ...(state === 'other' ? [] : [status(state, after, words)]), ...(state === 'success' ? [status('inactive', 90_000, '')] : [])],
  };
}

/** @param time when it succeeded, or was made if it did not */
export function deployed(time: string, number: number, state: 'success' | 'failure' = 'success'): Deployment {
  return {
    sha: sha(number), task: 'deploy', payload: '{}', time: at(time) - (state === 'success' ? 30_000 : 0), creator: 'octocat',
    statuses: [{ state, time: at(time), description: '', url: '' }, ...(state === 'success' ? [{ state: 'inactive' as const, time: at(time) + day, description: '', url: '' }] : [])],
  };
}

export function history(...deployments: readonly Deployment[]): History {
  return { deployments: deployments.toSorted((one, other) => one.time - other.time), since: Number.NEGATIVE_INFINITY };
}

export const now = at('2024-03-15T12:00:00Z');

/** Time, result, seconds from detection, downtime (caused), rows; and when the bad release was deployed. */
export const twelve: readonly Deployment[] = [
  //                                                                       30 s, 0 (0), 0 rows; deployed 600 s before
  deployed('2023-03-31T23:49:59Z', 1), rollback('2023-03-31T23:59:59Z', 1, { state: 'success', words: 'rolled-back in 30.0 s; down 0.0 s (0.0 s caused); 0 rows lost' }),
  //                                                                       50 s, 0 (0), 0; 600 s
  deployed('2023-03-31T23:50:00Z', 2), rollback('2023-04-01T00:00:00Z', 2, { state: 'success', words: 'rolled-back in 50.0 s; down 0.0 s (0.0 s caused); 0 rows lost' }),
  //                                                                       40 s from its detection on, 1.5 (1.0), 0
  deployed('2023-04-30T11:50:00Z', 3), rollback('2023-04-30T12:00:00Z', 3, { state: 'success', words: 'rolled-back in 20.0 s, 40.0 s after detection; down 1.5 s (1.0 s caused); 0 rows lost' }, { detectedAt: '2023-04-30T11:59:40Z' }),
  //                                                                       20 s, 2.5 (2.5), 0; 600 s
  deployed('2023-06-10T11:50:00Z', 4), rollback('2023-06-10T12:00:00Z', 4, { state: 'success', words: 'rolled-back in 20.0 s; down 2.5 s (2.5 s caused); 0 rows lost' }),
  //                                                                       400 s, 59.9 (30), 3; 600 s
  deployed('2023-07-01T11:50:00Z', 5), rollback('2023-07-01T12:00:00Z', 5, { state: 'success', words: 'rolled-back in 400.0 s; down 59.9 s (30.0 s caused); 3 rows lost', after: 400 }),
  //                                                                       failed, 10 (10), 0
  deployed('2023-07-02T11:50:00Z', 6), rollback('2023-07-02T12:00:00Z', 6, { state: 'failure', words: 'failed (step-failed) in 100.0 s; down 10.0 s (10.0 s caused); 0 rows lost' }),
  //                                                                       undone, 3 (3), 0
  deployed('2023-09-15T11:50:00Z', 7), rollback('2023-09-15T12:00:00Z', 7, { state: 'inactive', words: 'undone (smoke-test-failed) in 90.0 s; down 3.0 s (3.0 s caused); 0 rows lost' }),
  //                                                                       cancelled, downtime not measured, 0
  deployed('2023-10-29T01:20:00Z', 8), rollback('2023-10-29T01:30:00Z', 8, { state: 'inactive', words: 'cancelled (cancelled) in 12.0 s; 0 rows lost' }),
  //                                                                       60 s, 4 (4), 0; 600 s
  deployed('2023-12-31T23:49:59Z', 9), rollback('2023-12-31T23:59:59Z', 9, { state: 'success', words: 'rolled-back in 60.0 s; down 4.0 s (4.0 s caused); 0 rows lost' }),
  //                                                                       70 s, 20 (20), 0; its deployment failed, 600 s before
  deployed('2023-12-31T23:50:00Z', 10, 'failure'), rollback('2024-01-01T00:00:00Z', 10, { state: 'success', words: 'rolled-back in 70.0 s; down 20.0 s (20.0 s caused); 0 rows lost' }),
  //                                                                       80 s, 0.1 (0), 0; of a release whose deployment nobody recorded
  rollback('2024-02-29T12:00:00Z', 11, { state: 'success', words: 'rolled-back in 80.0 s; down 0.1 s (0.0 s caused); 0 rows lost' }),
  //                                                                       120 s by GitHub's own times, nothing else measured; 600 s
  deployed('2024-03-14T23:50:00Z', 12), rollback('2024-03-15T00:00:00Z', 12, { state: 'success', after: 120 }, { startedAt: '' }),
];

/** 13 deployments that were well; one that failed and was left; one before the period. With the eleven above, 24 count. */
export const others: readonly Deployment[] = [
  ...Array.from({ length: 13 }, (_none, index) => deployed(`2023-08-${String(index + 1).padStart(2, '0')}T09:00:00Z`, 100 + index)),
  deployed('2023-08-20T09:00:00Z', 200, 'failure'), deployed('2023-03-16T11:59:59Z', 201),
];

/** Two that passed, the last 34 days and almost 24 hours ago, and one that failed since. */
export const drills: readonly Deployment[] = [
  rollback('2024-01-20T03:00:00Z', 300, { state: 'success', words: 'rolled-back in 100.0 s; back 45.0 s, forward 55.0 s; 0 rows lost' }, { drill: true }),
  rollback('2024-02-09T12:00:01Z', 301, { state: 'success', words: 'rolled-back in 90.0 s; back 35.0 s, forward 55.0 s; 0 rows lost' }, { drill: true }),
  rollback('2024-03-01T03:00:00Z', 302, { state: 'failure', words: 'failed (smoke-test-failed) in 30.0 s; 0 rows lost' }, { drill: true }),
];

/** Neither counts. */
export const uncounted: readonly Deployment[] = [
  rollback('2024-03-15T11:59:00Z', 400, { state: 'other' }),
  rollback('2024-03-10T11:59:00Z', 401, { state: 'inactive', words: 'refused (locked) in 2.0 s' }),
];

export const year = history(...twelve, ...others, ...drills, ...uncounted);
