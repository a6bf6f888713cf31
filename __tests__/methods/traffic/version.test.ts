import { expect, test } from 'vitest';
import { lineOf, readServers } from '../../../src/methods/traffic/changes.ts';
import { isCommitAsked, otherRelease, type Said } from '../../../src/methods/traffic/version.ts';

const sha = '2f6c1d09a4b3e5f708192a3b4c5d6e7f80912a3b';

test.each([
  [sha, sha, true], [sha, sha.slice(0, 7), true], [sha.slice(0, 12), sha, true], [sha.toUpperCase(), sha, true], ['v2', 'v2', true],
  [sha, sha.slice(1), false], ['v2', 'v20', false], ['2f6c1d', sha, false], ['v1', sha, false],
])('%s is what %s asks for: %s', (version, commit, is) => expect(isCommitAsked(version, commit)).toBe(is));

test('the servers of a block are kept on one line, and read again', () => {
  const servers = [{ address: 'blue:8000', parameters: ['weight=5', 'max_fails=2'] }, { address: 'unix:/run/app.sock', parameters: [] }];
  expect(lineOf(servers)).toBe('server blue:8000 weight=5 max_fails=2; server unix:/run/app.sock');
  expect(readServers(lineOf(servers))).toEqual(servers);
  expect(readServers('nonsense; server; server blue:1')).toEqual([{ address: 'blue:1', parameters: [] }]);
});

test.each<[string, Partial<Said>, boolean]>([
  ['is that commit', { verdict: 'passed', version: sha }, false],
  ['is another', { verdict: 'passed', version: 'f'.repeat(40) }, true],
  ['is another, and answers 503 for the moment', { verdict: 'failed', version: 'f'.repeat(40) }, true],
  ['is well and says nothing', { verdict: 'passed' }, true],
  ['does not answer', { verdict: 'failed' }, false],
])('a colour that %s', (_what, said, is) => {
  const found = otherRelease({ commit: sha, versionFrom: { kind: 'header', name: 'X-Version' } }, [{ server: 'blue:8000', balancer: 'lb-1', verdict: 'unknown', ...said }]);
  expect(found.map(({ code }) => code)).toEqual(is ? ['wrong-release'] : []);
});
