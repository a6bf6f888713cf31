import { expect, test } from 'vitest';
import { rollbackRecords } from '../../src/adapters/rollback-records.ts';
import { github, rollbackNode } from '../guard/github.ts';

const [from, to] = ['b'.repeat(40), '2'.repeat(40)];
const asked = (apiUrl: string, token: string | undefined = 't') => rollbackRecords({ token, repository: 'green/matchers', environment: 'production', apiUrl });

test('rollbacks are told with who, why, when and how they ended; deployments are not, and a drill that passed took nothing back', async () => {
  await using there = await github({ deployments: [
    rollbackNode({ from, to, reason: 'error rate 23 %' }, 'IN_PROGRESS', 'SUCCESS', 'INACTIVE'),
    rollbackNode({ from, to, actor: 'hubot' }, 'IN_PROGRESS', 'FAILURE'),
    rollbackNode({ from, to }, 'IN_PROGRESS'),
    rollbackNode(JSON.stringify({ from, to }), 'SUCCESS'),
    rollbackNode({ from, to, drill: true }, 'SUCCESS'),
    rollbackNode({ from: 'main', to }, 'SUCCESS'),
    { task: 'deploy', payload: JSON.stringify({ from, to }), createdAt: '2025-11-23T12:00:00Z', creator: { __typename: 'User', login: 'octocat' }, statuses: { nodes: [] } },
  ] });
  const records = await asked(there.url);
  expect(records?.map(({ outcome, actor, reason }) => [outcome, actor, reason])).toEqual([
    ['rolled-back', 'octocat', 'error rate 23 %'], ['failed', 'hubot', ''], ['under-way', 'octocat', ''], ['rolled-back', 'octocat', ''], ['undone', 'octocat', ''],
  ]);
  expect(records?.[0]).toMatchObject({ from, to, time: Date.parse('2025-11-23T12:03:00Z'), url: 'https://github.com/green/matchers/actions/runs/42', by: 'GitHub' });
});

test('what GitHub does not tell is not known', async () => {
  await using there = await github({});
  expect(await asked(there.url)).toBeUndefined();
  expect(await asked('http://127.0.0.1:9')).toBeUndefined();
  expect(await rollbackRecords({ token: undefined, repository: 'green/matchers', environment: 'production', apiUrl: there.url })).toBeUndefined();
});
