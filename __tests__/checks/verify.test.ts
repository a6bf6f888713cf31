import { expect, test } from 'vitest';
import type { HealthCheck } from '../../src/checks/health.ts';
import { parseSmokeTests } from '../../src/checks/smoke-grammar.ts';
import { type Verification, verify } from '../../src/checks/verify.ts';
import { FakeClock } from '../fakes/clock.ts';
import { fakeHttp, type Reply, unasked } from '../fakes/service.ts';

const expected: NonNullable<HealthCheck['expected']> = { from: { kind: 'header', name: 'X-Version' }, release: { sha: '2f6c1d09a4b3e5f708192a3b4c5d6e7f80912a3b', names: ['v2'] } };
const health = ['https://shop.test/health', 'https://shop.test/ready'].map((url) => ({ url: new URL(url), expected }));
const whole: Verification = {
  health, limits: { successes: 3, interval: 1000, timeout: 10_000 }, smoke: parseSmokeTests(['https://shop.test/api/jobs']).tests, soak: 5000, questions: 5,
};
const good: Reply = { status: 200, version: 'v2' };

async function verified(reply: (path: string, time: number, count: number) => Reply, more: Partial<Verification> = {}) {
  const clock = new FakeClock();
  const http = fakeHttp(clock, ({ url }, count) => reply(url.pathname, clock.now(), count));
  const results = await verify({ ...whole, ...more }, { http, clock, signal: new AbortController().signal });
  return { lines: results.map(({ name, verdict, message }) => `${name}: ${verdict}: ${message}`), time: clock.now() };
}

test('health, then identity, then smoke tests, then the soak', async () => {
  expect(await verified(() => good)).toMatchInlineSnapshot(`
    {
      "lines": [
        "/health: passed: answered 200 in 10 ms as v2",
        "/ready: passed: answered 200 in 10 ms as v2",
        "/health × 5: passed: all of 5 answers came from v2",
        "/ready × 5: passed: all of 5 answers came from v2",
        "GET /api/jobs: passed: answered 200 in 10 ms",
        "/health for 5 s: passed: answered 200 in 10 ms as v2, 5 s after all checks had passed",
        "/ready for 5 s: passed: answered 200 in 10 ms as v2, 5 s after all checks had passed",
      ],
      "time": 7060,
    }
  `);
});

test('without a release to expect, smoke tests and a soak, health is all', async () => {
  const plain = health.map(({ url }) => ({ url }));
  expect((await verified(() => ({ status: 200 }), { health: plain, smoke: [], soak: 0 })).lines).toMatchInlineSnapshot(`
    [
      "/health: passed: answered 200 in 10 ms",
      "/ready: passed: answered 200 in 10 ms",
    ]
  `);
});

test.each<[string, (path: string, time: number, count: number) => Reply, number, RegExp]>([
  ['health', (path) => (path === '/ready' ? { status: 500 } : good), 2, /^\/ready: failed: answered 500/],
  ['what cannot be asked', (path) => (path === '/ready' ? unasked : good), 2, /^\/ready: unknown: could not be asked/],
  ['one stale worker', (_, time, count) => (time > 2000 && count % 4 === 0 ? { status: 200, version: 'v3' } : good), 4, /failed: \d of 5 answers came from another release \(v3\)$/],
  ['a smoke test', (path) => (path === '/api/jobs' ? { status: 500 } : good), 5, /^GET \/api\/jobs: failed: answered 500/],
  ['a death in the soak', (_, time) => (time > 4500 ? { status: 502 } : good), 7, /for 5 s: failed: answered 502, a 2xx was expected, 3 s after all checks had passed$/],
])('%s ends it', async (_, reply, count, last) => {
  const { lines } = await verified(reply);
  expect(lines).toHaveLength(count);
  expect(lines.at(-1)).toMatch(last);
});

test('in the soak, what cannot be asked for a while is no failure, but no proof when it lasts', async () => {
  expect((await verified((_, time) => (time > 3000 && time < 5000 ? unasked : good))).lines.slice(-2)).toMatchInlineSnapshot(`
    [
      "/health for 5 s: passed: answered 200 in 10 ms as v2, 5 s after all checks had passed",
      "/ready for 5 s: passed: answered 200 in 10 ms as v2, 5 s after all checks had passed",
    ]
  `);
  expect((await verified((_, time) => (time > 3000 ? unasked : good))).lines.slice(-2)).toMatchInlineSnapshot(`
    [
      "/health for 5 s: unknown: could not be asked: shop.test: its name does not resolve (ENOTFOUND), 5 s after all checks had passed",
      "/ready for 5 s: unknown: could not be asked: shop.test: its name does not resolve (ENOTFOUND), 5 s after all checks had passed",
    ]
  `);
});
