import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HurlEnd } from '../../src/checks/hurl-port.ts';
import { resultsOf } from '../../src/checks/hurl-results.ts';
import { fileNamed, recorded } from './hurl/recorded.ts';
import { session } from './hurl/server.ts';

const run = { tries: 1, secrets: [session], limit: 60_000 };

function told(name: string, end: HurlEnd = recorded(name), secrets = run.secrets) {
  return resultsOf(fileNamed(name), end, { ...run, secrets }).map(({ name: title, url, verdict, status, tries, message }) => [`${title} (${url}): ${verdict} ${status ?? '-'} ×${tries}`, message.replace(/\d+ (ms|milliseconds)/g, 'some ms')]);
}

test('each request is a row, without its query', () => {
  expect(told('shop')).toMatchInlineSnapshot(`
    [
      [
        "checks/shop.hurl: GET /api/jobs (http://127.0.0.1:8765/api/jobs): passed 200 ×1",
        "answered 200 in some ms",
      ],
      [
        "checks/shop.hurl: POST /api/jobs/7 (http://127.0.0.1:8765/api/jobs/7): passed 200 ×1",
        "answered 200 in some ms",
      ],
    ]
  `);
});

test('the assert that failed is told; what comes after it was not asked', () => {
  expect(told('status')).toMatchInlineSnapshot(`
    [
      [
        "checks/status.hurl: GET /api/jobs (http://127.0.0.1:8765/api/jobs): passed 200 ×1",
        "answered 200 in some ms",
      ],
      [
        "checks/status.hurl: GET /broken (http://127.0.0.1:8765/broken): failed 500 ×1",
        "answered 500; line 6: HTTP 200: actual value is <500>",
      ],
    ]
  `);
});

test('what a stranger answers is short, on one line, and without secrets', () => {
  const [first] = told('asserts');
  expect(first).toMatchInlineSnapshot(`
    [
      "checks/asserts.hurl: GET /hostile (http://127.0.0.1:8765/hostile): failed 200 ×1",
      "answered 200; line 5: body contains "nothing": actual string <::set-output name=result::rolled-back, ##[error]gone, <script>alert(1)</script> \`|\` Bearer ***, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; line 6: header "X-Version" == "v3": actual none, expected string <v3>; line 7: jsonpath "$.jobs" exists: HTTP response is not a valid JSON; 1 more asserts failed",
    ]
  `);
  expect(JSON.stringify(resultsOf(fileNamed('asserts'), recorded('asserts'), { ...run, secrets: [] }))).toContain(session);
});

test('a request that came to nothing, or elsewhere than it should', () => {
  const names = ['refused', 'slow', 'moved', 'retried', 'capture'];
  expect(names.flatMap((name) => told(name))).toMatchInlineSnapshot(`
    [
      [
        "checks/refused.hurl: GET http://127.0.0.1:1/api/jobs (http://127.0.0.1:1/api/jobs): failed - ×1",
        "line 1: (7) Failed to connect to 127.0.0.1 port 1 after some ms: Couldn't connect to server",
      ],
      [
        "checks/slow.hurl: GET {{base}}/slow ({{base}}/slow): failed - ×1",
        "line 1: (28) Operation timed out after some ms with 0 bytes received",
      ],
      [
        "checks/moved.hurl: GET /moved (http://127.0.0.1:8765/moved): failed 302 ×1",
        "answered 302; line 2: HTTP 200: actual value is <302>",
      ],
      [
        "checks/retried.hurl: GET /api/jobs (http://127.0.0.1:8765/api/jobs): failed 200 ×3",
        "answered 200; line 5: HTTP 404: actual value is <200>",
      ],
      [
        "checks/capture.hurl: GET /api/jobs (http://127.0.0.1:8765/api/jobs): failed 200 ×1",
        "answered 200; line 4: query didn't return any result",
      ],
    ]
  `);
  expect(names.flatMap((name) => resultsOf(fileNamed(name), recorded(name), run).map(({ verdict }) => verdict))).toEqual(names.map(() => 'failed'));
});

test('what says nothing of the service is unknown', () => {
  const names = ['nowhere', 'unset', 'syntax', 'empty'];
  expect(names.flatMap((name) => told(name))).toMatchInlineSnapshot(`
    [
      [
        "checks/nowhere.hurl: GET http://shop.invalid/api/jobs (http://shop.invalid/api/jobs): unknown - ×1",
        "could not be asked: line 1: (6) Could not resolve host: shop.invalid",
      ],
      [
        "checks/unset.hurl: GET {{address}}/api/jobs ({{address}}/api/jobs): unknown - ×1",
        "could not be asked: line 1: you must set the variable address",
      ],
      [
        "checks/syntax.hurl (checks/syntax.hurl): unknown - ×1",
        "could not be measured: line 3: expecting a boolean, number, string, array, object or null",
      ],
      [
        "checks/empty.hurl (checks/empty.hurl): unknown - ×1",
        "could not be measured: no request was sent",
      ],
    ]
  `);
  expect(names.flatMap((name) => resultsOf(fileNamed(name), recorded(name), run).map(({ verdict }) => verdict))).toEqual(names.map(() => 'unknown'));
});

test.each<[HurlEnd, string, RegExp]>([
  [{ kind: 'late' }, 'failed', /^did not end within 60 s$/],
  [{ kind: 'unrun', why: `spawn\n\u001b[31mhurl ${session}` }, 'unknown', /^could not be measured: spawn hurl \*\*\*$/],
  [{ kind: 'ended', code: 1, results: '', trouble: "error: unexpected argument '--no-proxy' found\n" }, 'unknown', /^could not be measured: unexpected argument '--no-proxy' found$/],
  [{ kind: 'ended', code: 4, results: '{"entries": [', trouble: '' }, 'unknown', /^could not be measured: Hurl ended with 4$/],
  [{ kind: 'ended', code: 139, results: '', trouble: '' }, 'unknown', /^could not be measured: Hurl ended with 139$/],
])('%j: the file is the row', (end, verdict, message) => {
  expect(resultsOf(fileNamed('shop'), end, run)).toEqual([{ kind: 'smoke', name: 'checks/shop.hurl', url: 'checks/shop.hurl', verdict, tries: 1, message: expect.stringMatching(message) }]);
});

test('whatever is printed, nothing passes with another exit than 0, and every row is one short line', () => {
  const json = fc.oneof(fc.json(), fc.array(fc.record({ index: fc.anything(), line: fc.integer(), calls: fc.anything(), asserts: fc.array(fc.record({ success: fc.boolean(), message: fc.string() })) })).map((entries) => JSON.stringify({ entries })));
  fc.assert(fc.property(json, fc.string({ unit: 'binary', maxLength: 2000 }), fc.integer({ min: 1, max: 255 }), (results, trouble, code) => {
    const rows = resultsOf(fileNamed('shop'), { kind: 'ended', code, results, trouble }, run);
    expect(rows.some(({ verdict }) => verdict !== 'passed')).toBe(true);
    for (const { name, url, message } of rows) for (const text of [name, url, message]) {
      expect(text).not.toMatch(/[\p{Cc}\n]/u);
      expect(text.length).toBeLessThan(1000);
    }
  }));
});
