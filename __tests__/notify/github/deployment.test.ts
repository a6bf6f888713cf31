import { expect, test } from 'vitest';
import { rollbackRecords } from '../../../src/adapters/rollback-records.ts';
import { deployment } from '../../../src/notify/github/deployment.ts';
import { rollbackOf, type Rollback } from '../../../src/metrics/rollback.ts';
import { measuredOf } from '../../../src/notify/github/measured.ts';
import { readPayload } from '../../../src/notify/github/payload.ts';
import type { Report, Result } from '../../../src/outcome.ts';
import { githubServer } from '../../adapters/github-server.ts';
import { github } from '../../guard/github.ts';
import { exampleOf, exampleReport, v2, v3 } from '../../report/example.ts';
import { begun, ended, eventOf, faults, memory, tell } from './telling.ts';

const drill = (report: Report): Report => ({ ...report, run: { ...report.run, drill: true } });
const states = (all: readonly Readonly<Record<string, unknown>>[] | undefined): readonly unknown[] => (all ?? []).map(({ state }) => state);

test('a rollback is on record from its beginning, and its end says what was measured', async () => {
  const server = await githubServer();
  const [report, remembered] = [exampleReport(), memory()];
  expect(await tell(deployment, server.apiUrl, [begun(report), eventOf(report, { kind: 'executing' }), eventOf(report, { kind: 'verifying' }), ended(report)], { memory: remembered })).toEqual([]);
  const [record] = server.deployments;
  expect(record).toMatchObject({ sha: v2, task: 'rollback', environment: 'production', asked: { description: 'Rollback from v3 to v2: Critical bug found in production' } });
  expect(readPayload(record?.payload)).toMatchObject({ from: v3, to: v2, run: report.run.id, runUrl: report.run.url, actor: 'octocat', drill: false });
  expect(record?.statuses).toMatchObject([
    { state: 'in_progress', description: 'Rolling back from c3d4e5f to a1b2c3d: Critical bug found in production', log_url: report.run.url },
    { state: 'success', log_url: report.run.url, auto_inactive: true },
  ]);
  expect(measuredOf(String(record?.statuses[1]?.['description']))).toMatchObject({ result: 'rolled-back', seconds: 38 });
  expect(remembered.get('deployment-id')).toBe('101');
});

const stopped: Report = { ...exampleOf('cancelled'), hosts: exampleOf('cancelled').hosts.map((host, index) => ({ ...host, result: index === 0 ? 'failed' : 'untouched' })) };

// The guard's reader, asked over GraphQL, is what the states are for.
test.each<[what: string, report: Report, state: string, outcome: string]>([
  ['rolled back', exampleOf('rolled-back'), 'success', 'rolled-back'],
  ['undone', exampleOf('undone'), 'inactive', 'undone'],
  ['refused after the lock was held', exampleOf('refused'), 'inactive', 'unsettled'],
  ['failed', exampleOf('failed'), 'failure', 'failed'],
  ['cancelled and put back', exampleOf('cancelled'), 'inactive', 'unsettled'],
  ['cancelled and left as it was', stopped, 'failure', 'failed'],
  ['a drill that failed', drill(exampleOf('failed')), 'failure', 'failed'],
])('%s: the record ends as the guard reads it', async (_what, report, state, outcome) => {
  const server = await githubServer();
  expect(await tell(deployment, server.apiUrl, [begun({ ...exampleReport(), run: report.run }), ended({ ...report, from: exampleReport().from, to: exampleReport().to } as Report)])).toEqual([]);
  expect(states(server.deployments[0]?.statuses)).toEqual(['in_progress', state]);
  await using graphql = await github({ deployments: server.deployments.map(({ task, payload, statuses }) => ({
    task, payload: JSON.stringify(payload), createdAt: '2025-11-23T12:00:00Z', creator: { __typename: 'User', login: 'octocat' },
    statuses: { nodes: statuses.map((status, index) => ({ state: String(status['state']).toUpperCase(), description: status['description'], logUrl: status['log_url'], createdAt: `2025-11-23T12:0${index}:00Z` })) },
  })) });
  const records = await rollbackRecords({ token: 't', repository: 'green/matchers', environment: 'production', apiUrl: graphql.url });
  expect(records?.map((record) => record.outcome)).toEqual([outcome]);
});

// The metrics' reader, of what GitHub was given.
test.each<[what: string, report: Report, read: Partial<Rollback>]>([
  ['rolled back', { ...exampleReport(), run: { ...exampleReport().run, detectedAt: exampleReport().run.startedAt - 60_000 } }, { result: 'rolled-back', recovery: 98, down: 6.3, rows: 0, drill: false, actor: 'octocat' }],
  ['a drill', { ...drill(exampleReport()), drill: { backSeconds: 20, forwardSeconds: 18 } }, { result: 'rolled-back', recovery: 20, drill: true }],
  ['undone', exampleOf('undone'), { result: 'undone', recovery: undefined }],
  ['failed', exampleOf('failed'), { result: 'failed' }],
  ['cancelled and put back', exampleOf('cancelled'), { result: 'cancelled' }],
  ['cancelled and left as it was', stopped, { result: 'cancelled' }],
])('%s: the metrics read what was measured', async (_what, report, read) => {
  const server = await githubServer();
  await tell(deployment, server.apiUrl, [begun(report), ended(report)]);
  const record = server.deployments.map(({ sha, task, payload, statuses }) => rollbackOf({
    sha, task, payload: JSON.stringify(payload), time: report.run.startedAt, creator: 'github-actions',
    statuses: statuses.map(({ state, description, log_url: url }, index) => ({
      state: state === 'in_progress' ? 'other' : state as 'success' | 'failure' | 'inactive', time: report.run.startedAt + index * 1000, description: String(description), url: String(url),
    })),
  }));
  expect(record).toMatchObject([{ from: v3, to: v2, ...read }]);
});

test('a drill that passed was a success, is not live, and leaves every other record alone', async () => {
  const server = await githubServer({ deployments: [{ sha: v3 }] });
  const report = drill(exampleReport());
  expect(await tell(deployment, server.apiUrl, [begun(report), ended(report)])).toEqual([]);
  const [live, record] = server.deployments;
  expect(record?.statuses).toMatchObject([{ state: 'in_progress' }, { state: 'success', auto_inactive: false }, { state: 'inactive', auto_inactive: false }]);
  expect(readPayload(record?.payload)?.drill).toBe(true);
  expect(live?.statuses).toEqual([]);
});

test('the undo is told', async () => {
  const server = await githubServer();
  const report = exampleOf('undone');
  await tell(deployment, server.apiUrl, [begun(report), eventOf(report, { kind: 'undoing', failures: [{ code: 'wrong-release', what: 'web-3 answers as v3', fix: 'Look.' }] }), ended(report)]);
  expect(server.deployments[0]?.statuses).toMatchObject([{ state: 'in_progress' }, { state: 'in_progress', description: 'Taking back what was done: web-3 answers as v3' }, { state: 'inactive' }]);
});

test('another process of the run finds the record by what is remembered, else by the run', async () => {
  const [report, other] = [exampleOf('cancelled'), { ...exampleReport(), run: { ...exampleReport().run, id: 'another-1' } }];
  const server = await githubServer();
  await tell(deployment, server.apiUrl, [begun(other), begun(report), begun(other)]);
  expect(await tell(deployment, server.apiUrl, [eventOf(report, { kind: 'taken-up' })], { memory: memory({ 'deployment-id': '102' }) })).toEqual([]);
  expect(await tell(deployment, server.apiUrl, [eventOf(report, { kind: 'taken-up' }), ended(report)])).toEqual([]);
  expect(server.deployments.map(({ statuses }) => states(statuses))).toEqual([['in_progress'], ['in_progress', 'in_progress', 'in_progress', 'inactive'], ['in_progress']]);
});

test('the record of a dead run is closed by the one that takes it up', async () => {
  const server = await githubServer();
  const dead = { ...exampleReport(), run: { ...exampleReport().run, id: 'dead-1' } };
  await tell(deployment, server.apiUrl, [begun(dead)]);
  await tell(deployment, server.apiUrl, [begun(exampleReport(), 'dead-1')]);
  expect(server.deployments.map(({ statuses }) => states(statuses))).toEqual([['in_progress', 'inactive'], ['in_progress']]);
});

test('a beginning that could not be told is made up for at the end, if production was touched', async () => {
  for (const [result, made] of [['rolled-back', 1], ['failed', 1], ['undone', 1], ['cancelled', 0], ['refused', 0], ['unchanged', 0], ['planned', 0]] as const satisfies readonly (readonly [Result, number])[]) {
    const server = await githubServer();
    await tell(deployment, server.apiUrl, [ended(exampleOf(result))]);
    expect(server.deployments.length, result).toBe(made);
  }
});

test('a colour that does not say which commit it is has no record', async () => {
  const server = await githubServer();
  const [from, blue] = [{ sha: 'green', names: ['v3'], subject: '' }, { sha: 'blue', subject: '', rule: 'other' as const }];
  expect(await tell(deployment, server.apiUrl, [begun(exampleReport({ from, to: { ...blue, names: [] } }))])).toEqual([
    'blue does not say which commit it is, and GitHub records deployments of commits alone: set "version-from"',
  ]);
  expect(await tell(deployment, server.apiUrl, [begun(exampleReport({ from, to: { ...blue, names: ['v2'] } }))])).toEqual([]);
  expect(server.deployments.map(({ sha }) => sha)).toEqual(['v2']);
});

test('a dry run has no record, and without a token there is none', async () => {
  expect(await tell(deployment, 'http://127.0.0.1:9', [], { token: '' })).toBeUndefined();
  expect(await tell(deployment, 'http://127.0.0.1:9', [], { inputs: { 'dry-run': 'true' } })).toBeUndefined();
});

test('others\' words fit', async () => {
  const server = await githubServer();
  const report = exampleReport();
  const long: Report = { ...report, run: { ...report.run, reason: `\u001b[31m${'why \n'.repeat(400)}`, actor: 'x'.repeat(400) } };
  expect(await tell(deployment, server.apiUrl, [begun(long), ended(long)])).toEqual([]);
  for (const { description } of server.deployments[0]?.statuses ?? []) expect(String(description)).toMatch(/^[^\n\u001b]{1,140}$/);
});

test.each(faults)('GitHub answers %s: it is told in words, and nothing else', async (what, over, words) => {
  const server = await githubServer({ over: { '*': over } });
  const report = exampleReport();
  const options = what.startsWith('nothing') ? { signal: AbortSignal.timeout(100) } : {};
  const thrown = await tell(deployment, server.apiUrl, [begun(report), ended(report)], options);
  expect(thrown).toHaveLength(2);
  for (const each of thrown ?? []) expect(each).toMatch(words);
});

test('nobody is there', async () => {
  const report = exampleReport();
  expect(await tell(deployment, 'http://127.0.0.1:9', [begun(report), ended(report)])).toEqual([expect.stringMatching(/^GitHub was not reached: /), expect.stringMatching(/^GitHub was not reached: /)]);
});
