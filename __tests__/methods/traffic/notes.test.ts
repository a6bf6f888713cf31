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
  const inputs = { versionFrom: { kind: 'header', name: 'X-Version' }, healthUrl: [new URL('http://app.example/health')] } as const;
  const front = { balancer: 'lb-1', at: { address: '127.0.0.1', port: 80 }, urls: ['http://app.example/health'] };
  expect(unprovenNotes(inputs, [{ host: 'lb-1' }, { host: 'lb-2' }], [front])).toEqual([expect.stringMatching(/^lb-2: .*PROXY/)]);
  expect(unprovenNotes(inputs, [{ host: 'lb-1' }], [front])).toEqual([]);
});
