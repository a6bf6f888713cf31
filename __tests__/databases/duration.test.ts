import { expect, test } from 'vitest';
import { durationsOf, speedsFrom } from '../../src/databases/duration.ts';
import type { Manifest } from '../../src/databases/manifest.ts';

const manifest = (over: Partial<Manifest>): Manifest => ({
  kind: 'database', environment: 'production', app: '/app', run: '1', release: 'a'.repeat(40), time: '2026-11-01T00:00:00Z', bytes: 1e6, sha256: '0'.repeat(64), ...over,
});

test.each<readonly [string, readonly Manifest[], ReturnType<typeof speedsFrom>]>([
  ['nothing was measured', [], { dump: 40e6, restore: 12e6, basis: 'assumed' }],
  ['less than a second says nothing', [manifest({ 'sql-bytes': 100e6, seconds: 0.5 })], { dump: 40e6, restore: 12e6, basis: 'assumed' }],
  ['dumps were', [manifest({ 'sql-bytes': 100e6, seconds: 2 })], { dump: 50e6, restore: 12e6, basis: 'measured' }],
  ['a slow dump means a slow restore', [manifest({ 'sql-bytes': 10e6, seconds: 2 })], { dump: 5e6, restore: 5e6, basis: 'measured' }],
  ['the latest counts', [manifest({ 'sql-bytes': 100e6, seconds: 1 }), manifest({ time: '2026-11-02T00:00:00Z', 'sql-bytes': 100e6, seconds: 4, 'restore-seconds': 10 })], { dump: 25e6, restore: 10e6, basis: 'measured' }],
])('speeds: %s', (_, manifests, speeds) => expect(speedsFrom(manifests)).toEqual(speeds));

test('a gigabyte', () => {
  expect(durationsOf(1e9, 2e9, { dump: 50e6, restore: 10e6, basis: 'measured' })).toEqual({ dump: 21_000, restore: 201_000, compare: 61_000 });
});
