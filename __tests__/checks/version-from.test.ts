import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRelease, parseVersionFrom, placeOf, versionIn } from '../../src/checks/version-from.ts';

describe('parseVersionFrom', () => {
  test.each([
    ['header:X-Version', { kind: 'header', name: 'X-Version' }],
    [' header: x-version ', { kind: 'header', name: 'x-version' }],
    ['json:/commit', { kind: 'json', pointer: '/commit' }],
    ['json:/build/0/a~1b~0', { kind: 'json', pointer: '/build/0/a~1b~0' }],
    ['json:/', { kind: 'json', pointer: '/' }],
  ])('%s', (text, from) => expect(parseVersionFrom(text)).toEqual(from));

  test.each(['', 'X-Version', 'header:', 'header:X Version', 'header:X-Version:', 'Header:X', 'json:', 'json:commit', 'json:$.commit', 'json:/a~2', 'xml:/a'])
    ('%j is neither', (text) => expect(parseVersionFrom(text)).toBeUndefined());
});

describe('versionIn', () => {
  const said = (text: string, body: string, headers: Record<string, string> = {}) => {
    const from = parseVersionFrom(text);
    if (from === undefined) throw new Error(text);
    return versionIn({ kind: 'answered', status: 200, milliseconds: 1, body, headers: new Map(Object.entries(headers)) }, from);
  };
  test.each([
    ['header:X-Version', '', { 'x-version': ' v2 ' }, 'v2'],
    ['header:X-Version', '', { 'x-version': '' }, undefined],
    ['header:X-Version', '', {}, undefined],
    ['json:/commit', '{"commit":"abc"}', {}, 'abc'],
    ['json:/commit', '{"commit":7}', {}, '7'],
    ['json:/commit', '{"commit":null}', {}, undefined],
    ['json:/commit', '{"commit":{"a":1}}', {}, undefined],
    ['json:/commit', '<html>', {}, undefined],
    ['json:/commit', '', {}, undefined],
    ['json:/commit', 'null', {}, undefined],
    ['json:/a/1/b', '{"a":[0,{"b":"x"}]}', {}, 'x'],
    ['json:/a~1b/~01', '{"a/b":{"~1":"x"}}', {}, 'x'],
    ['json:/', '{"":"x"}', {}, 'x'],
    ['json:/constructor/name', '{}', {}, undefined],
    ['json:/__proto__', '{}', {}, undefined],
  ])('%s of %j and %j', (text, body, headers, version) => expect(said(text, body, headers)).toBe(version));
});

describe('isRelease', () => {
  const sha = '2f6c1d09a4b3e5f708192a3b4c5d6e7f80912a3b';
  const release = { sha, names: ['v2', 'stable-2024'] };
  test.each([
    [sha, true], [sha.toUpperCase(), true], ['2f6c1d0', true], ['2f6c1d09a4', true], ['v2', true], ['stable-2024', true],
    ['2f6c1d', false], ['2f6c1d1', false], [`${sha}0`, false], ['', false], ['v', false], ['V2', false], ['v20', false], ['c1d09a4', false], ['2f6c1d0-dirty', false],
  ])('%s: %s', (version, expected) => expect(isRelease(version, release)).toBe(expected));

  test('of two commits, a version is at most one of them', () => {
    const commit = fc.string({ maxLength: 20 }).map((text) => createHash('sha1').update(text).digest('hex'));
    fc.assert(fc.property(commit, commit, fc.integer({ min: 7, max: 40 }), (one, other, digits) => {
      const version = one.slice(0, digits);
      expect(isRelease(version, { sha: one, names: [] })).toBe(true);
      expect(isRelease(version, { sha: other, names: [] })).toBe(other.slice(0, digits) === version);
    }));
  });
});

test('the place in words', () => {
  expect(placeOf({ kind: 'header', name: 'X-Version' })).toBe('the header X-Version');
  expect(placeOf({ kind: 'json', pointer: '/commit' })).toBe('/commit in the body');
});
