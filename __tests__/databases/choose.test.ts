import { describe, expect, test } from 'vitest';
import { chooseBackup, type Made } from '../../src/databases/choose.ts';
import type { Manifest } from '../../src/databases/manifest.ts';
import { namesFor } from '../../src/databases/restoring.ts';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const made = (name: string, over: Partial<Manifest> = {}, bytes = 10): Made => ({
  path: `/b/${name}`, bytes,
  manifest: { kind: 'database', environment: 'production', app: '/app', run: name, by: 'backup', release: a, time: '2026-11-01T00:00:00Z', bytes: 10, sha256: '0'.repeat(64), engine: 'mysql', ...over },
});
const wanted = { environment: 'production', app: '/app', engine: 'mysql' as const, run: 'this' };
const at = (day: number): Partial<Manifest> => ({ time: `2026-11-0${day}T00:00:00Z` });

describe('the backup that is restored', () => {
  test.each<readonly [string, readonly Made[], { readonly release?: string }, string | RegExp]>([
    ['is the newest', [made('old', at(1)), made('new', at(3)), made('mid', at(2))], {}, '/b/new'],
    ['of the release that is wanted', [made('old', { ...at(1), release: b }), made('new', at(3))], { release: b }, '/b/old'],
    ['is not one that a rollback made of what was wrong', [made('old', at(1)), made('wrong', { ...at(3), by: 'rollback' })], {}, '/b/old'],
    ['unless there is no other', [made('wrong', { ...at(3), by: 'rollback' })], {}, '/b/wrong'],
    ['or it is of the release that is wanted', [made('old', { ...at(1), release: b }), made('wrong', { ...at(3), by: 'rollback', release: b })], { release: b }, '/b/wrong'],
    ['is never the one of this run', [made('this', at(9)), made('old', at(1))], {}, '/b/old'],
    ['is as long as it was', [made('cut', at(3), 9), made('old', at(1))], {}, '/b/old'],
    ['is of this kind of database', [made('pg', { ...at(3), engine: 'postgresql' }), made('old', at(1))], {}, '/b/old'],
    ['and of this application and environment', [made('x', { ...at(3), app: '/other' }), made('y', { ...at(3), environment: 'staging' }), made('z', { ...at(3), kind: 'app' }), made('old', at(1))], {}, '/b/old'],
    ['is missing', [], {}, /there is no backup/],
    ['is missing for that release', [made('old', at(1))], { release: b }, /backups of aaaaaaa, and none of bbbbbbb/],
    ['is cut short, every one', [made('cut', at(3), 9)], {}, /\/b\/cut: not as long/],
    ['is of another kind, every one', [made('pg', { engine: 'postgresql' })], {}, /another kind of database/],
  ])('%s', (_, all, about, chosen) => {
    const choice = chooseBackup(all, { ...wanted, ...about });
    if (typeof chosen === 'string') expect(choice.kind === 'chosen' ? choice.backup.path : choice).toBe(chosen);
    else expect(choice.kind === 'none' ? choice.why : choice).toMatch(chosen);
  });

  test('newer ones that were passed over are told', () => {
    const choice = chooseBackup([made('cut', at(3), 9), made('old', at(1)), made('older', at(1), 1)], wanted);
    expect(choice.kind === 'chosen' ? choice.damaged.map(({ path }) => path) : choice).toEqual(['/b/cut']);
  });
});

test.each([
  ['shop', /^shop_rb_[0-9a-f]{8}$/],
  ['shop_rb_0123abcd', /^shop_rb_[0-9a-f]{8}$/],
  ['shop_was_0123abcd', /^shop_rb_[0-9a-f]{8}$/],
  ['x'.repeat(63), /^x{50}_rb_[0-9a-f]{8}$/],
])('a restore of %s is named for it and for the run', (live, restored) => {
  const names = namesFor(live, '42-1');
  expect(names.live).toBe(live);
  expect(names.restored).toMatch(restored);
  expect(names).toEqual(namesFor(live, '42-1'));
  expect(namesFor(live, '42-2').restored).not.toBe(names.restored);
});
