import { describe, expect, test } from 'vitest';
import { parseSmokeTests } from '../../src/checks/smoke-grammar.ts';
import { runSmokeTests } from '../../src/checks/smoke.ts';
import { FakeClock } from '../fakes/clock.ts';
import { fakeHttp, refused, type Reply, unasked } from '../fakes/service.ts';

/** Runs tests against a service that gives these answers in turn at each address, the last one for ever. */
async function smoke(lines: string | readonly string[], replies: readonly Reply[]) {
  const { tests, problems } = parseSmokeTests([lines].flat());
  expect(problems).toEqual([]);
  const clock = new FakeClock();
  const counts = new Map<string, number>();
  const http = fakeHttp(clock, ({ url }) => {
    const count = (counts.get(url.href) ?? 0) + 1;
    counts.set(url.href, count);
    return replies[Math.min(count, replies.length) - 1] ?? refused;
  });
  const results = await runSmokeTests(tests, { http, clock, signal: new AbortController().signal });
  return { results, time: clock.now(), requests: http.requests };
}

const jobs = 'https://shop.test/api/jobs?page=1';

describe('one test', () => {
  test.each<[string, readonly Reply[], object]>([
    [jobs, [{ status: 200 }], { kind: 'smoke', name: 'GET /api/jobs', url: jobs, verdict: 'passed', status: 200, milliseconds: 10, tries: 1, message: 'answered 200 in 10 ms' }],
    [jobs, [{ status: 302 }], { verdict: 'failed', status: 302, tries: 3, message: 'answered 302, a 2xx was expected' }],
    [`${jobs} => 302`, [{ status: 302 }], { verdict: 'passed' }],
    [`${jobs} => 404,5xx`, [{ status: 503 }], { verdict: 'passed' }],
    [`${jobs} => 404,5xx`, [{ status: 200 }], { verdict: 'failed', message: 'answered 200, 404 or a 5xx was expected' }],
    [`${jobs} contains "Grün"`, [{ status: 200, body: '[{"title":"Grün"}]' }], { verdict: 'passed' }],
    [`${jobs} contains "\\"x\\""`, [{ status: 500, body: 'x' }], { verdict: 'failed', message: 'answered 500, a 2xx was expected, the body does not contain "\\"x\\""' }],
    [`${jobs} within 2s`, [{ status: 200, after: 2000 }], { verdict: 'passed' }],
    [`${jobs} within 2s`, [{ status: 200, after: 2001 }], { verdict: 'failed', milliseconds: 2001, message: 'answered 200, took 2001 ms, at most 2000 ms were expected' }],
    [jobs, [{ status: 200, after: 10_001 }], { verdict: 'failed', message: 'no answer within 10 s' }],
    [`${jobs} within 1m`, [{ status: 200, after: 59_000 }], { verdict: 'passed' }],
    [jobs, [refused, { status: 500 }, { status: 200 }], { verdict: 'passed', tries: 3 }],
    [jobs, [{ status: 500 }, { status: 500 }, refused], { verdict: 'failed', tries: 3, message: 'shop.test: the connection was refused' }],
    [jobs, [unasked], { verdict: 'unknown', tries: 3, message: 'could not be asked: shop.test: its name does not resolve (ENOTFOUND)' }],
  ])('%s of %j', async (line, replies, expected) => {
    const { results } = await smoke(line, replies);
    expect(results).toMatchObject([expected]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is never repeated', async (method) => {
    const { results, requests } = await smoke(`${method} ${jobs}`, [{ status: 500 }, { status: 200 }]);
    expect(results).toMatchObject([{ name: `${method} /api/jobs`, verdict: 'failed', tries: 1 }]);
    expect(requests).toMatchObject([{ method }]);
  });
});

test('all run at once, their tries two seconds apart, and the results keep their order', async () => {
  const lines = ['https://shop.test/a', 'https://shop.test/b', 'POST https://shop.test/c'];
  const { results, time, requests } = await smoke(lines, [refused]);
  expect(results.map(({ name }) => name)).toEqual(['GET /a', 'GET /b', 'POST /c']);
  expect(requests.map((request) => [request.url.pathname, request.time])).toEqual([['/a', 0], ['/b', 0], ['/c', 0], ['/a', 2000], ['/b', 2000], ['/a', 4000], ['/b', 4000]]);
  expect(time).toBe(4000);
});

test('a cancelled run tries nothing again', async () => {
  const stop = new AbortController();
  const clock = new FakeClock();
  const http = fakeHttp(clock, () => {
    stop.abort();
    return refused;
  });
  const { tests } = parseSmokeTests([jobs]);
  expect(await runSmokeTests(tests, { http, clock, signal: stop.signal })).toMatchObject([{ tries: 1 }]);
});
