import { expect, test } from 'vitest';
import { readDescription } from './openapi.ts';

const describe = readDescription();
const described = (method: string, path: string) => {
  const found = describe(method, path);
  if (found === undefined) throw new Error(`GitHub has no ${method} ${path}`);
  return found;
};
const none = new URLSearchParams();

test('what is asked for is found, the literal before the general', () => {
  expect(described('GET', '/repos/green/matchers/issues/7').name).toBe('GET /repos/{owner}/{repo}/issues/{issue_number}');
  expect(described('GET', '/repos/green/matchers/issues/comments').name).toBe('GET /repos/{owner}/{repo}/issues/comments');
  expect(described('PATCH', '/repos/green/matchers/git/refs/heads/main').name).toBe('PATCH /repos/{owner}/{repo}/git/refs/{ref}');
  expect(describe('POST', '/repos/green/matchers/rollbacks')).toBeUndefined();
});

test.each<[what: string, path: string, body: unknown, wrong: string | undefined]>([
  ['a good one', '/repos/green/matchers/deployments', { ref: 'main', payload: { from: 'x' }, required_contexts: [] }, undefined],
  ['a payload that is a text', '/repos/green/matchers/deployments', { ref: 'main', payload: '{}' }, undefined],
  ['a description that is null', '/repos/green/matchers/deployments', { ref: 'main', description: null }, undefined],
  ['no reference', '/repos/green/matchers/deployments', { task: 'rollback' }, 'required'],
  ['a name that GitHub does not know', '/repos/green/matchers/deployments', { ref: 'main', autoMerge: false }, 'autoMerge is not known'],
  ['a wrong type', '/repos/green/matchers/deployments', { ref: 'main', auto_merge: 'no' }, 'boolean'],
  ['a state that there is not', '/repos/green/matchers/deployments/1/statuses', { state: 'undone' }, 'allowed'],
  ['no body', '/repos/green/matchers/deployments', undefined, 'missing'],
])('of requests, %s', (_what, path, body, wrong) => {
  const found = described('POST', path).request(none, body).join('\n');
  if (wrong === undefined) expect(found).toBe('');
  else expect(found).toContain(wrong);
});

test('of a query, a name that GitHub does not know', () => {
  const { request } = described('GET', '/repos/green/matchers/deployments');
  expect(request(new URLSearchParams('sha=a&environment=production&per_page=100'), undefined)).toEqual([]);
  expect(request(new URLSearchParams('env=production'), undefined)).toEqual(['query env is not known']);
});

test('of answers', () => {
  const { answer, example } = described('POST', '/repos/green/matchers/deployments/1/statuses');
  const good = example(201) as Record<string, unknown>;
  expect(answer(201, good)).toEqual([]);
  expect(answer(201, { ...good, description: 'x'.repeat(141) }).join()).toContain('140');
  expect(answer(201, { ...good, id: 'one' }).join()).toContain('integer');
  expect(answer(200, good)).toEqual(['200 is no answer to it']);
  expect(answer(401, { message: 'Bad credentials' })).toEqual([]);
  expect(answer(422, { message: 'Validation Failed' }).join()).toContain('documentation_url');
});
