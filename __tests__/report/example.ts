/** Reports as real runs would leave them: the guide's production, v3 (two migrations, answers 500) back to v2. */
import type { CheckResult, HostReport, Report, Result, Sample, Span } from '../../src/outcome.ts';
import type { Stage, Step } from '../../src/plan.ts';

const start = Date.UTC(2025, 10, 23, 12, 0, 31);
export const v3 = 'c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6';
export const v2 = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4';
const unit = 'green-matchers-api.service';
const minute = 60_000;

export const threeHosts: readonly string[] = ['web-1', 'web-2', 'web-3'];

export function manyHosts(count: number): readonly string[] {
  return Array.from({ length: count }, (_none, index) => `web-${String(index + 1)}`);
}

/** A rollback that went well, on these hosts. */
export function exampleReport(overrides: Partial<Report> = {}, hosts: readonly string[] = threeHosts): Report {
  return {
    result: 'rolled-back',
    reasonCode: '',
    failures: [],
    run: {
      id: '11934567890-1',
      url: 'https://github.com/green-matchers/app/actions/runs/11934567890',
      actor: 'octocat',
      trigger: 'workflow_dispatch',
      repository: 'green-matchers/app',
      serverUrl: 'https://github.com',
      environment: 'production',
      method: 'git',
      reason: 'Critical bug found in production',
      dryRun: false,
      startedAt: start,
      endedAt: start + 38_000,
    },
    from: { sha: v3, names: ['v3'], subject: 'Deploy 3: matching by salary' },
    to: { sha: v2, names: ['v2'], subject: 'Stable release 2', rule: 'journal' },
    commits: [
      { sha: v3, subject: 'Deploy 3: matching by salary', author: 'Ada Okafor', time: '2025-11-23T11:41:08Z' },
      { sha: 'b7e6d5c4b3a29180f7e6d5c4b3a29180f7e6d5c4', subject: 'Index careers by salary (#412)', author: 'Jonas Lind', time: '2025-11-22T16:20:51Z' },
    ],
    commitCount: 2,
    migrations: [
      { revision: 'c3', title: 'add careers.salary_max' },
      { revision: 'c2b', title: 'create table salary_bands' },
    ],
    migrationSql: [
      '-- Running downgrade c3 -> c2b', '', 'ALTER TABLE careers DROP COLUMN salary_max;', '',
      "UPDATE alembic_version SET version_num='c2b' WHERE alembic_version.version_num = 'c3';", '',
      '-- Running downgrade c2b -> c2', '', 'DROP TABLE salary_bands;', '',
      "UPDATE alembic_version SET version_num='c2' WHERE alembic_version.version_num = 'c2b';",
    ].join('\n'),
    filesChanged: 5,
    files: ['apps/backend/app.py', 'apps/backend/migrations/versions/c2b_salary_bands.py', 'apps/backend/migrations/versions/c3_salary_max.py', 'apps/backend/requirements.txt', 'apps/frontend/src/Salary.tsx'],
    plan: { stages: stages(hosts) },
    hosts: hosts.map((host, index) => hostReport(host, 'rolled-back', 9.4 + (index % 7) * 0.6, 'answers as v2')),
    checks: checks(hosts),
    health: 'healthy',
    timeline: timeline(hosts),
    downtime: { total: 6.25, caused: 6.25, samples: samples(38_000, (at) => at >= 14_000 && at < 20_200) },
    lostRows: [],
    backups: [
      { kind: 'database', host: 'web-1', location: '/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.sql.gz', bytes: 48_213_904, sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
      { kind: 'app', host: 'web-1', location: '/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.tar.gz', bytes: 3_118_442, sha256: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752' },
    ],
    access: [],
    found: [],
    logs: [],
    notes: ['web-2: local changes in apps/backend/settings.py were saved to refs/rollback/11934567890-1 and to /var/backups/green-matchers/web-2.patch'],
    ...overrides,
  };
}

/** One report for each result, consistent in itself. */
export function exampleOf(result: Result, hosts: readonly string[] = threeHosts): Report {
  const lastHost = hosts.at(-1) ?? 'web-1';
  const found = hosts.map((host) => hostReport(host, 'untouched', 0, ''));
  const untouched = { hosts: found, timeline: [], backups: [], checks: [], notes: [], downtime: { total: 0, caused: 0, samples: samples(3_000, () => false) } };
  const plain = exampleReport({}, hosts);
  const logs = [
    { host: lastHost, file: '/var/log/nginx/error.log', text: '2025/11/23 12:00:52 [error] 811#811: *41 upstream prematurely closed connection while reading response header from upstream, client: 10.0.0.9, request: "GET /health HTTP/1.1"' },
    { host: lastHost, file: `journal of ${unit}`, text: 'Traceback (most recent call last):\n  File "/var/www/green-matchers/apps/backend/app.py", line 41, in health\n    db.execute("SELECT salary_max FROM careers")\nKeyError: \'salary_max\'' },
  ];
  switch (result) {
    case 'rolled-back': return plain;
    case 'unchanged': return exampleReport({
      result, ...untouched, commits: [], commitCount: 0, migrations: [], migrationSql: '', filesChanged: 0, files: [], plan: { stages: [] },
      from: { sha: v2, names: ['v2'], subject: 'Stable release 2' },
      to: { sha: v2, names: ['v2'], subject: 'Stable release 2', rule: 'current' },
      hosts: hosts.map((host) => ({ ...hostReport(host, 'unchanged', 0, 'code, schema and health are right'), from: v2 })),
      checks: checks(hosts), run: { ...plain.run, endedAt: start + 3_400 },
    }, hosts);
    case 'planned': return exampleReport({ result, ...untouched, health: 'unhealthy', run: { ...plain.run, dryRun: true, endedAt: start + 4_100 } }, hosts);
    case 'refused': return exampleReport({
      result, ...untouched, reasonCode: 'host-unreachable', health: 'unknown', plan: { stages: [] }, migrationSql: '', run: { ...plain.run, endedAt: start + 21_000 },
      failures: [
        { code: 'host-unreachable', host: lastHost, what: 'no answer on port 22 within 20 s, three times', fix: `Look whether ${lastHost} is running and its firewall lets the runner in; leave it out of \`hosts\` if it is gone for good.` },
        { code: 'unknown-unit', host: hosts[0] ?? 'web-1', what: `the unit ${unit} is not known`, why: `Unit ${unit} could not be found.`, fix: 'Correct the input `services`, or run systemctl daemon-reload on the host.' },
      ],
    }, hosts);
    case 'undone': return exampleReport({
      result, reasonCode: 'wrong-release', health: 'unhealthy', logs,
      failures: [{ code: 'wrong-release', host: lastHost, step: 'prove', what: 'the release that was found went on answering', why: 'X-Version: v3 (asked 61 times in 60 s)', fix: `Look for a second process of the old release on ${lastHost}: ss -ltnp 'sport = :8000'. End it, then run the rollback again.` }],
      hosts: hosts.map((host) => hostReport(host, 'undone', 21.5, host === lastHost ? 'went on answering as v3; put back' : 'put back')),
      checks: failedOn(checks(hosts), lastHost),
      timeline: [...timeline(hosts), ...undoing(hosts)],
      run: { ...plain.run, endedAt: start + 61_000, detectedAt: start - 3 * minute },
      downtime: { total: 11.75, caused: 8.25, samples: samples(61_000, (at) => at < 3_300 || (at >= 14_000 && at < 22_200)) },
    }, hosts);
    case 'failed': return withoutRows(exampleReport({
      result, reasonCode: 'undo-failed', health: 'unknown', logs,
      failures: [
        { code: 'step-failed', host: 'web-1', step: 'migrate-down-c3', what: 'the downgrade of c3 failed at its second operation', why: "sqlalchemy.exc.OperationalError: (1091, \"Can't DROP INDEX `ix_salary`; check that it exists\")", fix: 'Nothing was checked out. See the next point for the schema.' },
        { code: 'undo-failed', host: 'web-1', step: 'migrate-down-c3', what: 'the schema could not be brought back as found', why: 'ERROR 2013 (HY000): Lost connection to server during query', fix: 'The data is whole in the backup and restored beside as green_matchers_found. Start MariaDB on web-1 and run the rollback again.' },
      ],
      hosts: hosts.map((host, index) => hostReport(host, index === 0 ? 'failed' : 'untouched', index === 0 ? 18.2 : 0, index === 0 ? 'schema between c3 and c2b; code untouched' : '')),
      checks: checks(hosts).map(({ status: _status, milliseconds: _milliseconds, ...check }) => ({ ...check, verdict: 'unknown', message: 'not asked: the run ended before', tries: 0 }) satisfies CheckResult),
      timeline: timeline(hosts).slice(0, hosts.length + 3).map((span, index, all) => (index === all.length - 1 ? { ...span, result: 'failed' } : span)),
      run: { ...plain.run, endedAt: start + 31_000 },
      downtime: { total: 31, caused: 17, samples: samples(31_000, () => true) },
    }, hosts));
    case 'cancelled': return exampleReport({
      result, reasonCode: 'cancelled', health: 'unknown',
      failures: [{ code: 'cancelled', what: 'the run was cancelled while the first host was being switched', fix: 'Everything was put back. Run it again when it is wanted.' }],
      hosts: hosts.map((host, index) => hostReport(host, index === 0 ? 'undone' : 'untouched', index === 0 ? 8 : 0, '')),
      timeline: [...timeline(hosts).slice(0, hosts.length + 4), ...undoing(hosts.slice(0, 1))],
      checks: [],
      run: { ...plain.run, endedAt: start + 54_000 },
    }, hosts);
  }
}

/** As a run leaves it that could not compare the data. */
function withoutRows({ lostRows: _lostRows, ...report }: Report): Report {
  return report;
}

function hostReport(host: string, result: HostReport['result'], seconds: number, message: string): HostReport {
  return { host, result, from: v3, to: v2, seconds, message };
}

function step(id: string, title: string, host: string, undo?: string): Step {
  const failure = { code: 'step-failed', fix: 'Run the rollback again.' } as const;
  return { id, title, host, script: 'true', limit: minute, failure, ...(undo === undefined ? {} : { undo: { title: undo, script: 'true', limit: minute } }) };
}

function stages(hosts: readonly string[]): readonly Stage[] {
  const [first = 'web-1', ...rest] = hosts;
  const onEach = (some: readonly string[]): readonly Step[] => some.flatMap((host) => [
    step('checkout', 'check out v2 (a1b2c3d)', host, 'check out v3 (c3d4e5f) again'),
    step('restart', `restart ${unit} and see that it stays up`, host, `restart ${unit}`),
  ]);
  return [
    { name: 'Prepare', touches: false, prove: [], steps: hosts.map((host) => step('fetch', 'fetch a1b2c3d', host)) },
    { name: 'Back up', touches: false, prove: [], steps: [step('dump', 'dump the database green_matchers', first), step('archive', 'archive the checkout', first)] },
    { name: 'Database', touches: true, prove: [], steps: [
      step('migrate-down-c3', 'alembic downgrade c3 to c2b', first, 'alembic upgrade c3, values put back'),
      step('migrate-down-c2b', 'alembic downgrade c2b to c2', first, 'alembic upgrade c2b, values put back'),
    ] },
    { name: 'First host', touches: true, prove: [first], steps: onEach([first]) },
    ...(rest.length === 0 ? [] : [{ name: 'Other hosts', touches: true, prove: rest, steps: onEach(rest) }]),
    { name: 'Reload', touches: true, prove: [], steps: hosts.map((host) => step('reload', 'reload nginx', host)) },
  ];
}

function timeline(hosts: readonly string[]): readonly Span[] {
  const [first = 'web-1', ...rest] = hosts;
  const span = (stage: string, title: string, host: string | undefined, from: number, to: number): Span =>
    ({ stage, title, ...(host === undefined ? {} : { host }), start: start + from, end: start + to, result: 'done' });
  const switched = (stage: string, host: string, at: number): readonly Span[] => [
    span(stage, 'check out v2', host, at, at + 400), span(stage, `restart ${unit}`, host, at + 400, at + 5_900), span(stage, 'prove', host, at + 5_900, at + 8_100),
  ];
  return [
    ...hosts.map((host, index) => span('Prepare', 'fetch a1b2c3d', host, 2_100, 3_000 + (index % 5) * 220)),
    span('Back up', 'dump the database', first, 4_100, 10_600), span('Back up', 'archive the checkout', first, 4_100, 6_000),
    span('Database', 'downgrade c3', first, 10_700, 12_300), span('Database', 'downgrade c2b', first, 12_300, 13_900),
    ...switched('First host', first, 14_000),
    ...rest.flatMap((host, index) => switched('Other hosts', host, 22_300 + (index % 5) * 150)),
    ...hosts.map((host) => span('Reload', 'reload nginx', host, 31_500, 32_100)),
    span('Verify', 'health and smoke tests', undefined, 32_200, 37_800),
  ];
}

function undoing(hosts: readonly string[]): readonly Span[] {
  return hosts.map((host, index) => ({ stage: 'Undo', title: 'check out v3 again', host, start: start + 39_000, end: start + 51_000 + (index % 9) * 800, result: 'undone' }));
}

function checks(hosts: readonly string[]): readonly CheckResult[] {
  const smoke = (path: string, milliseconds: number): CheckResult => ({
    kind: 'smoke', name: `GET ${path}`, url: `https://green-matchers.example${path}`, verdict: 'passed', status: 200, milliseconds, tries: 1, message: 'answered 200',
  });
  return [
    { kind: 'health', name: '/health', url: 'https://green-matchers.example/health', verdict: 'passed', status: 200, milliseconds: 31, tries: 3, message: 'answered 200 as v2, three times in a row' },
    ...hosts.map((host, index): CheckResult => ({
      kind: 'health', name: '/health', url: 'http://127.0.0.1:8000/health', host, verdict: 'passed', status: 200, milliseconds: 4 + (index % 6), tries: 4, message: 'answered 200 as v2, three times in a row',
    })),
    smoke('/api/jobs', 48), smoke('/api/careers', 62), smoke('/api/analytics', 115),
  ];
}

function failedOn(all: readonly CheckResult[], host: string): readonly CheckResult[] {
  return all.map((check) => (check.host === host ? { ...check, verdict: 'failed', tries: 61, message: 'answered as v3, v2 was expected', wrongRelease: true } : check));
}

function samples(length: number, down: (at: number) => boolean): readonly Sample[] {
  return Array.from({ length: Math.floor(length / 250) }, (_none, index) => {
    const at = index * 250;
    return { time: start + at, verdict: down(at) ? 'failed' : 'passed', milliseconds: down(at) ? 3 : 24 + (index % 9) * 3 };
  });
}
