import { describe, expect, test } from 'vitest';
import { type Expected, judge, worst } from '../../src/checks/verdict.ts';
import type { HttpAnswer } from '../../src/ports.ts';

const v2: Expected = {
  from: { kind: 'header', name: 'X-Version' },
  release: { sha: '2f6c1d09a4b3e5f708192a3b4c5d6e7f80912a3b', names: ['v2'] },
};
const answered = (status: number, headers: Record<string, string> = {}): HttpAnswer => ({
  kind: 'answered', status, milliseconds: 12, body: '', headers: new Map(Object.entries(headers)),
});

describe('judge', () => {
  test.each<[HttpAnswer, Expected | undefined, string, string]>([
    [answered(200), undefined, 'passed', 'answered 200 in 12 ms'],
    [answered(204), undefined, 'passed', 'answered 204 in 12 ms'],
    [answered(199), undefined, 'failed', 'answered 199, a 2xx was expected'],
    [answered(300), undefined, 'failed', 'answered 300, a 2xx was expected'],
    [answered(302, { location: '/login?token=secret' }), undefined, 'failed', 'answered 302 to /login, a 2xx was expected'],
    [answered(500, { 'x-version': 'v2' }), v2, 'failed', 'answered 500, a 2xx was expected'],
    [answered(200, { 'x-version': 'v2' }), v2, 'passed', 'answered 200 in 12 ms as v2'],
    [answered(200, { 'x-version': '2f6c1d09a4' }), v2, 'passed', 'answered 200 in 12 ms as 2f6c1d09a4'],
    [answered(200, { 'x-version': 'v3' }), v2, 'failed', 'answered 200 as v3, v2 (2f6c1d0) was expected'],
    [answered(200), v2, 'failed', 'answered 200 without the header X-Version: it does not say whether it is v2 (2f6c1d0)'],
    [answered(200, { 'x-version': 'v3' }), { ...v2, release: { ...v2.release, names: [] } }, 'failed', 'answered 200 as v3, 2f6c1d0 was expected'],
    [{ kind: 'failed', why: 'shop.test: the connection was refused', milliseconds: 1 }, v2, 'failed', 'shop.test: the connection was refused'],
    [{ kind: 'unasked', why: 'shop.test: no name' }, v2, 'unknown', 'could not be asked: shop.test: no name'],
  ])('%j', (answer, expected, verdict, message) => expect(judge(answer, expected)).toMatchObject({ verdict, message }));

  test.each([[200, 'passed'], [302, 'passed'], [404, 'passed'], [499, 'passed'], [500, 'failed'], [503, 'failed']])('where nobody said what is well, %d has %s', (status, verdict) => {
    expect(judge(answered(status), undefined, true).verdict).toBe(verdict);
  });

  test('only an answer of another release is one of a wrong release', () => {
    expect(judge(answered(200, { 'x-version': 'v3' }), v2)).toEqual({
      verdict: 'failed', message: 'answered 200 as v3, v2 (2f6c1d0) was expected', status: 200, milliseconds: 12, version: 'v3', wrongRelease: true,
    });
    expect(judge(answered(200), v2).wrongRelease).toBeUndefined();
    expect(judge(answered(500, { 'x-version': 'v3' }), v2).wrongRelease).toBeUndefined();
  });

  test('a version from the world is short and plain in the message', () => {
    const { message } = judge(answered(200, { 'x-version': `\u001b[31m::error::\u202e${'x'.repeat(500)}` }), v2);
    expect(message).toMatch(/^answered 200 as [\x20-\x7e]{63}…, v2 \(2f6c1d0\) was expected$/);
  });
});

test.each([
  [[], 'unknown'],
  [['passed'], 'passed'],
  [['passed', 'unknown'], 'unknown'],
  [['unknown', 'failed', 'passed'], 'failed'],
] as const)('the worst of %j is %s', (verdicts, verdict) => expect(worst(verdicts)).toBe(verdict));
