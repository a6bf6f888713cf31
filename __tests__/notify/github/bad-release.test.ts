import { expect, test } from 'vitest';
import { deployment } from '../../../src/notify/github/deployment.ts';
import type { Report } from '../../../src/outcome.ts';
import { githubServer } from '../../adapters/github-server.ts';
import { exampleOf, exampleReport, v2, v3 } from '../../report/example.ts';
import { ended, memory, tell } from './telling.ts';

const deployed = [{ sha: v3 }, { sha: v2 }, { sha: v3, environment: 'staging' }, { sha: v3 }, { sha: v3, task: 'rollback', payload: { from: v2, to: v3 } }];
const remembered = (): ReturnType<typeof memory> => memory({ 'deployment-id': '101' });

test('the newest deployment of the release that went back is marked, with who and why', async () => {
  const server = await githubServer({ deployments: deployed });
  const report = exampleReport();
  expect(await tell(deployment, server.apiUrl, [ended(report)], { memory: memory({ 'deployment-id': '102' }) })).toEqual([]);
  expect(server.deployments.map(({ statuses }) => statuses.map(({ state }) => state))).toEqual([[], ['success'], [], ['failure'], []]);
  expect(server.deployments[3]?.statuses).toEqual([{ state: 'failure', description: 'Rolled back to a1b2c3d by octocat: Critical bug found in production', log_url: report.run.url, auto_inactive: false }]);
});

test.each<[what: string, report: Report]>([
  ['of a drill', { ...exampleReport(), run: { ...exampleReport().run, drill: true } }],
  ['that was undone', exampleOf('undone')],
  ['that failed', exampleOf('failed')],
  ['that was refused', exampleOf('refused')],
  ['of data alone', exampleReport({ restored: { backup: '/var/backups/one', used: 'green', kept: 'green_old', dataOnly: true } })],
  ['to the same release', exampleReport({ from: { sha: v2, names: [], subject: '' } })],
  ['of a colour that says no commit', exampleReport({ from: { sha: 'green', names: [], subject: '' } })],
])('none is marked after a run %s', async (_what, report) => {
  const server = await githubServer({ deployments: [{ sha: 'f'.repeat(40) }, ...deployed] });
  await tell(deployment, server.apiUrl, [ended(report)], { memory: remembered() });
  expect(server.deployments.slice(1).flatMap(({ statuses }) => statuses)).toEqual([]);
});

test('a release that is not on record is not marked', async () => {
  const server = await githubServer({ deployments: [{ sha: v2 }] });
  expect(await tell(deployment, server.apiUrl, [ended(exampleReport())], { memory: remembered() })).toEqual([]);
  expect(server.deployments.map(({ statuses }) => statuses.length)).toEqual([1]);
});

test('it is marked even where the rollback\'s own record fails', async () => {
  const server = await githubServer({ deployments: deployed });
  expect(await tell(deployment, server.apiUrl, [ended(exampleReport())], { memory: memory({ 'deployment-id': '999' }) })).toEqual([expect.stringContaining('404 "Not Found"')]);
  expect(server.deployments[3]?.statuses).toHaveLength(1);
});
