/** A season of runs, told by the real notifier to a GitHub that keeps it all, and read back by the guard, the next rollback and the report. */
import { expect, test } from 'vitest';
import { deploymentHistory } from '../../../src/adapters/deployment-history.ts';
import { deploymentRecords } from '../../../src/adapters/github.ts';
import { rollbackRecords } from '../../../src/adapters/rollback-records.ts';
import { badReleases, lockedBy } from '../../../src/guards/memory.ts';
import { metricsOf } from '../../../src/metrics/metrics.ts';
import { deployment } from '../../../src/notify/github/deployment.ts';
import type { GitHub } from '../../../src/notify/github/port.ts';
import type { Deployment, DeploymentStatus } from '../../../src/metrics/history.ts';
import type { Report, Result } from '../../../src/outcome.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { read } from '../../inputs/good.ts';
import { pagesOf } from '../../metrics/github.ts';
import { day, sha } from '../../metrics/records.ts';
import { exampleOf } from '../../report/example.ts';
import { begun, ended, memory } from './telling.ts';

type Kept = Deployment & { readonly id: string; readonly statuses: DeploymentStatus[] };

/** An environment that GitHub does not take for production: a success makes the older ones inactive. Its clock shows whole seconds. */
class Season {
  readonly kept: Kept[] = [];
  now = Date.parse('2025-11-01T00:00:00Z');
  #runs = 0;

  readonly github: GitHub = {
    createDeployment: ({ sha: of, task, payload }) => Promise.resolve(this.add(of, task, JSON.stringify(payload))),
    setDeploymentState: (id, { state, description, logUrl, supersedes }) => {
      const status = (state_: DeploymentStatus['state']): DeploymentStatus => ({ state: state_, time: this.now, description, url: logUrl });
      if (supersedes === true) for (const each of this.kept) if (each.id !== id && each.statuses.at(-1)?.state === 'success') each.statuses.push({ ...status('inactive'), description: '' });
      this.kept.find((each) => each.id === id)?.statuses.push(status(state === 'in_progress' ? 'other' : state));
      return Promise.resolve();
    },
    deploymentsOf: (of) => Promise.resolve(this.kept.filter((each) => each.sha === of).toReversed()),
    createIssue: () => Promise.reject(new Error('not asked for')), updateIssue: () => Promise.reject(new Error('not asked for')),
    pullRequestsOf: () => Promise.reject(new Error('not asked for')), comment: () => Promise.reject(new Error('not asked for')),
  };

  add(of: string, task: string, payload: string): string {
    const id = String(this.kept.length + 1);
    this.kept.push({ id, sha: of, task, payload, time: this.now, creator: 'github-actions', statuses: [] });
    return id;
  }

  deploy(release: number): Promise<void> {
    this.now += day;
    return this.github.setDeploymentState(this.add(sha(release), 'deploy', '{}'), { state: 'success', description: '', logUrl: '', supersedes: true }, AbortSignal.timeout(1000));
  }

  /** @param seconds from its beginning to its end, by GitHub's clock. @returns its id */
  async run(from: number, to: number, result: Result, { drill = false, seconds = 60, takesUp, stop = false, dies = false }: { drill?: boolean; seconds?: number; takesUp?: string; stop?: boolean; dies?: boolean } = {}): Promise<string> {
    this.now += day;
    const example = exampleOf(result);
    const id = `${String(this.#runs += 1)}-1`;
    const report: Report = {
      ...example, from: { sha: sha(from), names: [], subject: '' }, to: { sha: sha(to), names: [], subject: '', rule: 'journal' },
      ...(stop ? { hosts: example.hosts.map((host) => ({ ...host, result: 'failed' as const })) } : {}),
      ...(drill && result === 'rolled-back' ? { drill: { backSeconds: 20, forwardSeconds: 40 } } : {}),
      run: { ...example.run, id, startedAt: this.now, endedAt: this.now + seconds * 1000, ...(drill ? { drill: true } : {}) },
    };
    const notifier = deployment(read({}), { clock: new FakeClock(), memory: memory(), github: this.github, send: () => Promise.reject(new Error('GitHub is told over its own port')) });
    await notifier?.tell(begun(report, takesUp), AbortSignal.timeout(1000));
    this.now += seconds * 1000;
    if (!dies) await notifier?.tell(ended(report), AbortSignal.timeout(1000));
    return id;
  }

  /** What each of those that read it makes of it. */
  async read() {
    await using there = await pagesOf(this.kept);
    const options = { token: 't', repository: 'green/matchers', environment: 'production', apiUrl: there.url };
    const [records, live, history] = await Promise.all([rollbackRecords(options), deploymentRecords(options), deploymentHistory(0, options)]);
    if (records === undefined || live === undefined || 'why' in history) throw new Error('GitHub was not read');
    return {
      lock: lockedBy(records)?.outcome, bad: badReleases(records).map(({ from }) => Number(from.slice(0, 4))),
      good: live.filter(({ state }) => state === 'success').map((each) => Number(each.sha.slice(0, 4))), metrics: metricsOf(history, this.now, 366 * day),
    };
  }
}

test('what a season leaves is read alike by the guard, the next rollback and the report', async () => {
  const season = new Season();
  await season.deploy(1);
  await season.deploy(2);
  await season.run(2, 1, 'rolled-back');
  expect(await season.read()).toMatchObject({ lock: undefined, bad: [2], good: [1, 1] });
  await season.deploy(3);
  await season.run(3, 1, 'undone');
  expect(await season.read()).toMatchObject({ lock: undefined, bad: [2], good: [1, 1, 3] });
  await season.run(3, 1, 'failed');
  expect(await season.read()).toMatchObject({ lock: 'failed', bad: [2] });
  await season.run(3, 1, 'refused');
  expect(await season.read()).toMatchObject({ lock: 'failed', bad: [2] });
  await season.run(3, 1, 'rolled-back');
  expect(await season.read()).toMatchObject({ lock: undefined, bad: [3, 2], good: [1, 1, 1] });
  await season.deploy(4);
  await season.run(4, 1, 'cancelled', { stop: true });
  expect(await season.read()).toMatchObject({ lock: 'failed' });
  const dead = await season.run(4, 1, 'rolled-back', { dies: true });
  expect(await season.read()).toMatchObject({ lock: 'failed' });
  // While the one runs that takes it up, the environment is locked still.
  const other = await season.run(4, 1, 'rolled-back', { dies: true, takesUp: dead });
  expect(await season.read()).toMatchObject({ lock: 'failed' });
  await season.run(4, 1, 'rolled-back', { takesUp: other });
  expect(await season.read()).toMatchObject({ lock: undefined, bad: [4, 3, 2] });

  const { metrics } = await season.read();
  expect(metrics.list.map(({ result }) => result)).toEqual(['rolled-back', 'unsuccessful', 'unsuccessful', 'cancelled', 'rolled-back', 'refused', 'failed', 'undone', 'rolled-back']);
  expect(metrics.rollbacks).toMatchObject({ count: 8, rolledBack: 3, failed: 1, notDone: 4, underWay: 0 });
  expect(metrics.changes).toMatchObject({ deployments: 4, failed: 3, failureRate: 0.75, unmatched: 0 });
});

test('while a run takes up one that died, the environment is locked', async () => {
  const season = new Season();
  await season.deploy(1);
  await season.deploy(2);
  const dead = await season.run(2, 1, 'rolled-back', { dies: true });
  expect(await season.read()).toMatchObject({ lock: 'under-way' });
  await season.run(2, 1, 'rolled-back', { dies: true, takesUp: dead });
  expect(await season.read()).toMatchObject({ lock: 'under-way' });
});

test('a drill that did not go forward again locks the environment, one that passed settles it, and neither makes a release bad', async () => {
  const season = new Season();
  await season.deploy(1);
  await season.deploy(2);
  await season.run(2, 1, 'rolled-back', { drill: true });
  expect(await season.read()).toMatchObject({ lock: undefined, bad: [], good: [1, 2] });
  await season.run(2, 1, 'failed', { drill: true });
  expect(await season.read()).toMatchObject({ lock: 'failed', bad: [], good: [1, 2] });
  await season.run(2, 1, 'rolled-back', { drill: true });
  const { metrics, ...read } = await season.read();
  expect(read).toEqual({ lock: undefined, bad: [], good: [1, 2] });
  expect(metrics.rollbacks.count).toBe(0);
  expect(metrics.drills.figures).toMatchObject({ count: 3, rolledBack: 2, failed: 1, recovery: { median: 20 } });
  expect(metrics.changes).toMatchObject({ deployments: 2, failed: 0 });
});

test('a run that is told to GitHub within one second has ended', async () => {
  const season = new Season();
  await season.deploy(1);
  await season.deploy(2);
  await season.run(2, 1, 'undone', { seconds: 0 });
  const { lock, metrics } = await season.read();
  expect(lock).toBeUndefined();
  expect(metrics.rollbacks).toMatchObject({ count: 1, notDone: 1, underWay: 0 });
});
