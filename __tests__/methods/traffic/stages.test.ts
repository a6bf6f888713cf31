import { describe, expect, test } from 'vitest';
import { moveTraffic, type Move } from '../../../src/methods/traffic/stages.ts';
import type { BalancerFacts } from '../../../src/methods/traffic/balancers.ts';

const balancer = (host: string): BalancerFacts => ({
  host, user: 'deploy', text: 'upstream app { server green:8000; }\n', hash: `hash of ${host}`, way: 'sudo', unit: 'nginx.service', errorLog: '/var/log/nginx/error.log',
  members: [{ address: 'green:8000', key: 'green:8000', parameters: [], down: false, backup: false, weight: 1, line: 'server green:8000' }],
  use: { loaded: true, definedIn: ['/etc/nginx/app.conf'], fronts: [], stream: false, protocols: ['http'] }, ended: [], notes: [], seen: [`seen on ${host}`], recorded: [],
});

const move = (over: Partial<Move> = {}): Move => ({
  place: { environment: 'production', file: '/etc/nginx/app.conf', upstream: 'app' },
  begun: { run: '4711-1', actor: 'octocat', from: 'green', to: 'blue', startedAt: 1 },
  changes: ['lb-1', 'lb-2'].map((host) => ({ balancer: balancer(host), servers: [], text: 'upstream app { server blue:8000; }\n', questions: [] })),
  title: 'Give the traffic of app to blue (blue:8000)', servers: [{ balancer: 'lb-1', at: { address: 'blue', port: 8000 }, urls: ['http://app/health'] }], proofs: [], confirmWithin: 30, ...over,
});

describe('traffic moves', () => {
  const stages = moveTraffic(move());

  test('on all load balancers at once, each stage on all of them before the next', () => {
    expect(stages.map(({ name, touches, steps }) => [name, touches, steps.map(({ id, host }) => `${host} ${id}`)])).toEqual([
      ['Keep the configuration', false, ['lb-1 keep-traffic', 'lb-2 keep-traffic']],
      ['Write and test', true, ['lb-1 switch', 'lb-2 switch']],
      ['Reload', true, ['lb-1 reload-nginx', 'lb-2 reload-nginx']],
      ['Confirm', true, ['lb-1 confirm', 'lb-2 confirm']],
    ]);
  });

  test('when the servers have answered, and is confirmed when the load balancers have', () => {
    expect(stages.map(({ prove, proofs = [] }) => [prove, proofs.map(({ kind }) => kind)])).toEqual([[[], ['servers']], [[], []], [['lb-1', 'lb-2'], []], [[], []]]);
  });

  test('and goes back by what was kept: the undo of what was written', () => {
    expect(stages.flatMap(({ steps }) => steps).filter(({ undo }) => undo !== undefined).map(({ id, undo }) => [id, undo?.title])).toEqual([
      ['switch', '/etc/nginx/app.conf as it was found'], ['switch', '/etc/nginx/app.conf as it was found'],
    ]);
  });

  test('not at all where nothing changes', () => expect(moveTraffic(move({ changes: [] }))).toEqual([]));
});
