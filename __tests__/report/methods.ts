/** What the report of a run looks like with each method: the plan, the words and the hosts are those that the method itself uses. */
import type { Report, Result, Sample, Span } from '../../src/outcome.ts';
import type { Stage, Step } from '../../src/plan.ts';
import { exampleOf, v2, v3 } from './example.ts';

export type MethodName = 'git' | 'database' | 'blue-green' | 'canary';
export const methods: readonly MethodName[] = ['git', 'database', 'blue-green', 'canary'];

/** A step, and when it began and ended, in milliseconds since the start of the run. */
type Done = readonly [id: string, title: string, undo: string, from: number, to: number];
type Part = { readonly name: string; readonly touches: boolean; readonly steps: readonly Done[] };

const kept = 'jobs_before_11934567890';
const database: readonly Part[] = [
  { name: 'Back up', touches: false, steps: [['dump', 'Dump the database jobs', '', 3_000, 9_000]] },
  { name: 'Restore beside', touches: false, steps: [['restore', 'Restore 2025-11-23T09-12-40Z-a1b2c3d.sql.gz as jobs_restored', '', 9_000, 16_000]] },
  { name: 'Stop writers', touches: true, steps: [['stop', 'Stop green-matchers-api.service', 'Start green-matchers-api.service', 16_100, 17_300]] },
  { name: 'Cut over', touches: true, steps: [['swap', `Give the restored data the name jobs, and what was live ${kept}`, 'Give what was live its name back', 17_300, 18_900]] },
  { name: 'Start', touches: true, steps: [['restart', 'Start green-matchers-api.service', 'Stop green-matchers-api.service', 19_000, 24_500]] },
];

const traffic = (title: string): readonly Part[] => [
  { name: 'Keep the configuration', touches: false, steps: [['keep-traffic', 'Keep /etc/nginx/conf.d/app.conf', '', 2_000, 2_200]] },
  { name: 'Write and test', touches: true, steps: [['switch', title, '/etc/nginx/conf.d/app.conf as it was found', 2_300, 2_900]] },
  { name: 'Reload', touches: true, steps: [['reload-nginx', 'Reload nginx, and see that it is in force', '', 3_000, 3_600]] },
  { name: 'Confirm', touches: true, steps: [['confirm', 'Confirm the switch of app_servers', '', 5_100, 5_400]] },
];

const noCode = { commits: [], commitCount: 0, migrations: [], migrationSql: '', filesChanged: 0, files: [] };

/** The report of a run of this method that came to this end. */
export function exampleOfMethod(method: MethodName, result: Result, hosts: readonly string[]): Report {
  const report = exampleOf(result, hosts);
  const run = { ...report.run, method };
  switch (method) {
    case 'git': return report;
    case 'database': return {
      ...withParts({ ...report, run }, database, hosts.slice(0, 1)), ...noCode,
      from: report.from ?? { sha: v3, names: [], subject: '' },
      restored: {
        backup: '/var/backups/green-matchers/2025-11-23T09-12-40Z-a1b2c3d.sql.gz', time: '2025-11-23T09:12:40Z', release: v2, used: 'jobs', kept, dataOnly: true,
      },
      ...(result === 'rolled-back' ? { lostRows: [{ table: 'applications', rows: 37 }, { table: 'users', rows: 4 }] } : {}),
    };
    case 'blue-green': return withoutData(withParts({
      ...report, ...noCode, run, from: { sha: 'green', names: [v3], subject: '' }, to: { sha: 'blue', names: [v2], subject: '', rule: 'other' },
    }, traffic('Give the traffic of app_servers to blue (blue-server:8000)'), hosts));
    case 'canary': return withoutData(withParts({
      ...report, ...noCode, run, from: { sha: 'canary', names: [v3], subject: '' }, to: { sha: 'stable', names: [v2], subject: '', rule: 'stable' },
    }, traffic('Take canary-server:8000 out of app_servers'), hosts));
  }
}

/** A drill that passed: back, and forward again. */
export function exampleDrill(hosts: readonly string[]): Report {
  const report = exampleOf('rolled-back', hosts);
  const { startedAt } = report.run;
  const later = Array.from({ length: 136 }, (_none, index): Sample => ({ time: startedAt + 38_000 + index * 250, verdict: index > 60 && index < 70 ? 'failed' : 'passed', milliseconds: 21 }));
  const forward: readonly Span[] = hosts.map((host) => ({ stage: 'Forward again', title: 'check out v3 again', host, start: startedAt + 42_000, end: startedAt + 70_000, result: 'undone' }));
  return {
    ...report,
    run: { ...report.run, drill: true, environment: 'staging', reason: 'Monthly drill', trigger: 'schedule', endedAt: startedAt + 72_000 },
    hosts: report.hosts.map((host) => ({ ...host, result: 'undone', message: 'went to v2 and came back' })),
    timeline: [...report.timeline, ...forward],
    notes: [],
    downtime: { total: 8.5, caused: 8.5, samples: [...(report.downtime?.samples ?? []), ...later] },
    drill: { backSeconds: 41, forwardSeconds: 30 },
  };
}

/** As a run leaves it that has nothing to do with data. */
function withoutData({ lostRows: _lostRows, migrations: _migrations, ...report }: Report): Report {
  return { ...report, migrations: [], backups: [] };
}

function withParts(report: Report, parts: readonly Part[], hosts: readonly string[]): Report {
  const { startedAt } = report.run;
  const { from, to } = report;
  const failure = { code: 'step-failed', fix: 'Run the rollback again.' } as const;
  const limit = 60_000;
  const stages = parts.map(({ name, touches, steps }): Stage => ({
    name, touches, prove: [],
    steps: hosts.flatMap((host) => steps.map(([id, title, undo]): Step => ({ id, title, host, script: 'true', limit, failure, ...(undo === '' ? {} : { undo: { title: undo, script: 'true', limit } }) }))),
  }));
  const timeline = parts.flatMap(({ name, steps }) => hosts.flatMap((host) => steps.map(([, title, , start, end]): Span => ({ stage: name, title, host, start: startedAt + start, end: startedAt + end, result: 'done' }))));
  return {
    ...report,
    plan: { stages: report.plan.stages.length === 0 ? [] : stages },
    timeline: report.timeline.length === 0 ? [] : [...timeline, ...report.timeline.filter(({ stage }) => stage === 'Verify' || stage === 'Undo')],
    hosts: report.hosts.map((host) => ({ ...host, ...(from === undefined ? {} : { from: from.sha }), ...(to === undefined ? {} : { to: to.sha }) })),
  };
}
