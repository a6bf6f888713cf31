import fc from 'fast-check';
import { expect, test } from 'vitest';
import { incidentIssue } from '../../../src/notify/github/incident-issue.ts';
import type { Report } from '../../../src/outcome.ts';
import { incidentReport } from '../../../src/report/incident.ts';
import { githubServer } from '../../adapters/github-server.ts';
import { exampleOf, exampleReport } from '../../report/example.ts';
import { withWords } from '../../report/hostile.ts';
import { tells } from './mentions.ts';
import { begun, ended, eventOf, faults, memory, tell } from './telling.ts';

const inputs = { 'incident-issue': 'true' };

test('it is opened at the beginning and says what is going on', async () => {
  const server = await githubServer();
  const remembered = memory();
  const report = exampleReport();
  expect(await tell(incidentIssue, server.apiUrl, [begun({ ...report, run: { ...report.run, detectedAt: report.run.startedAt - 90_000 } })], { inputs, memory: remembered })).toEqual([]);
  expect(server.issues).toEqual([{ number: 31, title: 'Rollback of production: v3 → v2', labels: ['incident', 'rollback'], body: expect.any(String) }]);
  expect(server.issues[0]?.body).toMatchInlineSnapshot(`
    "**A rollback of production is under way.** This issue is written anew when it has ended. [The log](https://github.com/green-matchers/app/actions/runs/11934567890)

    - From: v3 (c3d4e5f "Deploy 3: matching by salary")
    - To: v2 (a1b2c3d "Stable release 2")
    - Why: Critical bug found in production
    - Started by: octocat (\`workflow_dispatch\`), method \`git\`, on 3 hosts
    - Trouble detected: 2025-11-23 11:59:01 UTC
    - Begun: 2025-11-23 12:01:09 UTC; nothing was changed before"
  `);
  expect(Object.fromEntries(remembered.all)).toEqual({ 'incident-number': '31', 'incident-url': 'https://github.com/green/matchers/issues/31' });
});

test('the same run writes the incident report into it, and closes nothing', async () => {
  const server = await githubServer();
  const report = exampleReport();
  expect(await tell(incidentIssue, server.apiUrl, [begun(report), eventOf(report, { kind: 'executing' }), eventOf(report, { kind: 'verifying' }), ended(report)], { inputs })).toEqual([]);
  expect(server.asked).toEqual(['POST /repos/{owner}/{repo}/issues', 'PATCH /repos/{owner}/{repo}/issues/{issue_number}']);
  expect(server.issues).toMatchObject([{ number: 31, title: 'Rollback of production: v3 → v2: rolled back', body: incidentReport(report) }]);
});

test('another process of the run goes on with it', async () => {
  const server = await githubServer();
  const report = exampleOf('cancelled');
  await tell(incidentIssue, server.apiUrl, [begun(report)], { inputs });
  await tell(incidentIssue, server.apiUrl, [eventOf(report, { kind: 'taken-up' }), ended(report)], { inputs, memory: memory({ 'incident-number': '31' }) });
  expect(server.issues.map(({ title }) => title)).toEqual(['Rollback of production: v3 → v2: cancelled']);
});

test.each<[what: string, report: Report, titles: readonly string[]]>([
  ['refused', exampleOf('refused'), ['Rollback of production: v3 → v2: refused, nothing was touched']],
  ['that failed', exampleOf('failed'), ['Rollback of production: v3 → v2: needs a person']],
  ['with bad input', { ...exampleOf('refused'), reasonCode: 'invalid-input' }, []],
  ['that found nothing to do', exampleOf('unchanged'), []],
  ['planned', exampleOf('planned'), []],
])('of a run %s of which nothing was told before', async (_what, report, titles) => {
  const server = await githubServer();
  expect(await tell(incidentIssue, server.apiUrl, [ended(report)], { inputs })).toEqual([]);
  expect(server.issues.map(({ title }) => title.replace(/production: .*?(?=: )/, 'production: v3 → v2'))).toEqual(titles);
});

test.each([['not asked for', {}], ['a drill', { ...inputs, drill: 'true' }], ['a dry run', { ...inputs, 'dry-run': 'true' }]])('there is none when it is %s', async (_what, given) => {
  expect(await tell(incidentIssue, 'http://127.0.0.1:9', [], { inputs: given })).toBeUndefined();
});

test('its labels are the input\'s', async () => {
  const server = await githubServer();
  await tell(incidentIssue, server.apiUrl, [begun(exampleReport())], { inputs: { ...inputs, 'incident-labels': 'sev: 1\nproduction' } });
  expect(server.issues[0]?.labels).toEqual(['sev: 1', 'production']);
});

test('a report that is too long is cut, says so, and says where the rest is', async () => {
  const server = await githubServer();
  const failed = exampleOf('failed');
  const log = Array.from({ length: 3000 }, (_none, at) => `line ${at} of a log that nobody can read to its end`).join('\n');
  const long: Report = {
    ...failed, logs: [{ host: 'web-1', file: '/var/log/app.log', text: log }],
    failures: Array.from({ length: 120 }, (_none, at) => ({ code: 'host-lost' as const, what: `the host ${at} was lost ${'x'.repeat(150)}`, why: 'y'.repeat(250), fix: 'Look at it.', host: `web-${at}` })),
  };
  expect(incidentReport(long).length).toBeGreaterThan(65_536);
  await tell(incidentIssue, server.apiUrl, [ended(long)], { inputs });
  const body = server.issues[0]?.body ?? '';
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body).toMatch(/\*\*Cut here\*\*, as GitHub takes no more than 65,536 characters\. The summary of \[the run\]\(https:\/\/github\.com\/\S+\) and its incident report have the rest\.$/);
});

test('others\' words tell nobody and link no other repository', async () => {
  expect(tells('@a (@b/c) `@d` x@e.org _@f_ green/other#7 `green/other#8` <https://github.com/x>')).toEqual(['@a', '@b', '@f', 'green/other#7', 'https://github.com/x']);
  const server = await githubServer();
  const words = fc.constantFrom('@octocat', 'cc @org/team', '(@octocat)', '_@octocat', '*@octocat*', '\\@octocat', '`@octocat', '[@octocat]', '<@octocat', 'green/other#7', 'closes green/other#7,', 'https://github.com/green/other/issues/7', '~@octocat', 'w', '|@octocat|');
  await fc.assert(fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 4 }), async (some) => {
    const report = withWords(exampleOf('failed'), () => some.join(' '));
    for (const events of [[begun(report)], [ended(report)]]) {
      await tell(incidentIssue, server.apiUrl, events, { inputs });
      expect(tells(server.issues.pop()?.body ?? '@nobody')).toEqual([]);
    }
  }), { numRuns: 30 });
});

test.each(faults)('GitHub answers %s: it is told in words, and nothing else', async (what, over, words) => {
  const server = await githubServer({ over: { '*': over } });
  const options = { inputs, ...(what.startsWith('nothing') ? { signal: AbortSignal.timeout(100) } : {}) };
  const thrown = await tell(incidentIssue, server.apiUrl, [begun(exampleReport()), ended(exampleReport())], options);
  expect(thrown).toHaveLength(2);
  for (const each of thrown ?? []) expect(each).toMatch(words);
});

test('an issue that could not be opened at the beginning is opened at the end', async () => {
  const server = await githubServer();
  const remembered = memory();
  const report = exampleReport();
  expect(await tell(incidentIssue, 'http://127.0.0.1:9', [begun(report)], { inputs, memory: remembered })).toHaveLength(1);
  expect(await tell(incidentIssue, server.apiUrl, [ended(report)], { inputs, memory: remembered })).toEqual([]);
  expect(server.issues).toHaveLength(1);
});

test('asked for without a token, it is said once', async () => {
  expect(await tell(incidentIssue, 'http://127.0.0.1:9', [begun(exampleReport()), ended(exampleReport())], { inputs, token: '' })).toEqual(['the input "github-token" is empty, or the run belongs to no repository']);
});
