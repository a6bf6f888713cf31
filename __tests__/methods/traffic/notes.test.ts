import { expect, test } from 'vitest';
import { absentNotes } from '../../../src/methods/canary.ts';
import { unprovenNotes } from '../../../src/methods/traffic/assessed.ts';
import { readUpstream } from '../../../src/nginx/upstream.ts';

const upstream = readUpstream('upstream app { server app-1:8000; server app-2:8000; server canary:8000; }', 'app');
const members = upstream.kind === 'found' ? upstream.members : [];

test('a canary that is in no block is told with those that are, for it may be misspelt', () => {
  expect(absentNotes([{ host: 'lb-1', members }], 'canary:8001')).toEqual(['lb-1: canary:8001 is not in the block, which has app-1:8000, app-2:8000, canary:8000.']);
  expect(absentNotes([{ host: 'lb-1', members }], 'CANARY:8000')).toEqual([]);
});

test('a load balancer that cannot be asked as people ask it is told', () => {
  const inputs = { versionFrom: { kind: 'header', name: 'X-Version' }, hurlFiles: [], healthUrl: [new URL('http://app.example/health')] } as const;
  const front = { balancer: 'lb-1', at: { address: '127.0.0.1', port: 80 }, urls: ['http://app.example/health'] };
  expect(unprovenNotes(inputs, [{ host: 'lb-1' }, { host: 'lb-2' }], [front])).toEqual([expect.stringMatching(/^lb-2: .*PROXY/)]);
  expect(unprovenNotes(inputs, [{ host: 'lb-1' }], [front])).toEqual([]);
});

test('Hurl’s files say nothing of a server that people do not see yet, and that is told', () => {
  const inputs = { versionFrom: { kind: 'header', name: 'X-Version' }, hurlFiles: ['a', 'b'].map((name) => ({ path: `checks/${name}.hurl`, text: '' })), healthUrl: [new URL('http://app.example/health')] } as const;
  expect(unprovenNotes(inputs, [], [])).toEqual(['checks/a.hurl, checks/b.hurl: run from the runner, which reaches the service at its public address only, and so after traffic has moved.']);
});
