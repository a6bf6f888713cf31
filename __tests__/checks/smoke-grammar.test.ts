import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSmokeTests, printSmokeTest, type SmokeTest } from '../../src/checks/smoke-grammar.ts';

const jobs = 'https://shop.test/api/jobs';
const url = new URL(jobs);
const plain: SmokeTest = { method: 'GET', url, status: ['2xx'] };

describe('parseSmokeTests', () => {
  test.each<[string, SmokeTest]>([
    [jobs, plain],
    [`  GET   ${jobs}  `, plain],
    [`post ${jobs}`, { ...plain, method: 'POST' }],
    [`${jobs} => 200`, { ...plain, status: [200] }],
    [`${jobs} =>404,5xx`, { ...plain, status: [404, '5xx'] }],
    [`${jobs} contains "jobs"`, { ...plain, contains: 'jobs' }],
    [`${jobs} contains "a \\"b\\" \\\\ => within 2s"`, { ...plain, contains: 'a "b" \\ => within 2s' }],
    [`${jobs} within 2s`, { ...plain, within: 2000 }],
    [`${jobs} within 2`, { ...plain, within: 2000 }],
    [`${jobs} within 250ms => 200 contains "x"`, { ...plain, status: [200], contains: 'x', within: 250 }],
    [`DELETE http://[::1]:8000/a?b=>c => 204`, { method: 'DELETE', url: new URL('http://[::1]:8000/a?b=>c'), status: [204] }],
  ])('%s', (line, smoke) => {
    expect(parseSmokeTests([line])).toEqual({ tests: [smoke], problems: [] });
  });

  test('every problem says what was got and what is allowed, and the good lines are read', () => {
    const lines = [
      'FETCH https://a.test/', '/api/jobs', 'GET', 'ftp://a.test/', 'GET https://anna:secret@a.test/', 'https://a.test/#top',
      `${jobs} => 20`, `${jobs} =>`, `${jobs} => 2xx,`, `${jobs} contains jobs`, `${jobs} contains "a" b"`, `${jobs} contains ""`, `${jobs} within soon`,
      `${jobs} within 0s`, `${jobs} within 2h`, `${jobs} => 200 => 201`, `${jobs} 200`, `HEAD ${jobs} contains "x"`, '', jobs,
    ];
    const { tests, problems } = parseSmokeTests(lines);
    expect(tests).toEqual([plain]);
    expect(problems).toMatchInlineSnapshot(`
      [
        "the method must be one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, got "FETCH"",
        "the address must be whole, such as https://example.com/api/jobs, got "/api/jobs"",
        "the address must be whole, such as https://example.com/api/jobs, got """,
        "the address must be whole, such as https://example.com/api/jobs, got "ftp://a.test/"",
        "the address must be without user and password: addresses are printed",
        "the address must be without a fragment, got "#top"",
        "after => a status such as 200, 2xx or 200,204 is allowed, got "20"",
        "after => a status such as 200, 2xx or 200,204 is allowed, got nothing",
        "after => a status such as 200, 2xx or 200,204 is allowed, got "2xx,"",
        "after contains a text in double quotes is allowed (\\" for a quote in it), got "jobs"",
        "after the address only => STATUS, contains "text" and within 2s are allowed, got "b""",
        "after contains a text in double quotes is allowed (\\" for a quote in it), got """"",
        "after within a duration from 1ms to 1h such as 2s or 500ms is allowed, got "soon"",
        "after within a duration from 1ms to 1h such as 2s or 500ms is allowed, got "0s"",
        "after within a duration from 1ms to 1h such as 2s or 500ms is allowed, got "2h"",
        "=> is allowed once",
        "after the address only => STATUS, contains "text" and within 2s are allowed, got "200"",
        "an answer to HEAD has no body that could contain a text",
        "the address must be whole, such as https://example.com/api/jobs, got """,
      ]
    `);
  });
});

const smokeTest: fc.Arbitrary<SmokeTest> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'),
  url: fc.webUrl({ withQueryParameters: true }).map((text) => new URL(text)),
  status: fc.array(fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom('2xx', '3xx', '4xx', '5xx')), { minLength: 1, maxLength: 4 })
    .map(([first = 200, ...rest]): SmokeTest['status'] => [first, ...rest]),
  contains: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)),
  within: fc.integer({ min: 1, max: 3_600_000 }),
}, { requiredKeys: ['method', 'url', 'status'] }).filter(({ method, contains }) => method !== 'HEAD' || contains === undefined);

test('what is printed reads as the same test', () => {
  fc.assert(fc.property(smokeTest, (smoke) => {
    expect(parseSmokeTests([printSmokeTest(smoke)])).toEqual({ tests: [smoke], problems: [] });
  }));
});

test('any line is a test or a problem, and never throws', () => {
  const word = fc.constantFrom(jobs, 'GET', '=>', '200', 'contains', '"x"', '"', '\\', 'within', '2s', 'http://', '\u0000');
  fc.assert(fc.property(fc.oneof(fc.string(), fc.array(word).map((all) => all.join(' '))), (line) => {
    const { tests, problems } = parseSmokeTests([line]);
    expect(tests.length + problems.length).toBe(1);
  }));
});
