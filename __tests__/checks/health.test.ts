import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HealthCheck, untilHealthy } from '../../src/checks/health.ts';
import type { Expected } from '../../src/checks/verdict.ts';
import type { ReadableHost } from '../../src/ports.ts';
import { FakeClock } from '../fakes/clock.ts';
import { fakeHttp, refused, type Reply, unasked } from '../fakes/service.ts';

const url = new URL('https://shop.test/health');
const v2: Expected = { from: { kind: 'header', name: 'X-Version' }, release: { sha: '2f6c1d09a4b3e5f708192a3b4c5d6e7f80912a3b', names: ['v2'] } };
const limits = { successes: 3, interval: 1000, timeout: 60_000 };

const good: Reply = { status: 200, version: 'v2' };
const bad: Reply = { status: 500 };
const hanging: Reply = { status: 200, after: 3_600_000 };

/** Asks a service that gives these answers in turn, the last one for ever. */
async function healthOf(replies: readonly Reply[], { check = {}, stop = new AbortController(), ...more }: { check?: Partial<HealthCheck>; stop?: AbortController } & Partial<typeof limits> = {}) {
  const clock = new FakeClock();
  const http = fakeHttp(clock, (_, count) => replies[Math.min(count, replies.length) - 1] ?? bad);
  const result = await untilHealthy({ url, ...check }, { ...limits, ...more }, { http, clock, signal: stop.signal });
  return { result, time: clock.now(), requests: http.requests };
}

describe('passed', () => {
  test('after three good answers in a row, and not later', async () => {
    const { result, time } = await healthOf([refused, bad, good, good, bad, good]);
    expect(result).toEqual({
      kind: 'health', name: '/health', url: 'https://shop.test/health', verdict: 'passed', status: 200, milliseconds: 10, tries: 8, message: 'answered 200 in 10 ms',
    });
    expect(time).toBe(7 * 1000 + 7 * 10);
  });

  test('by the release that is expected, from a host', async () => {
    const via: ReadableHost = { name: 'web-2', ask: () => Promise.reject(new Error('unused')), dial: () => Promise.reject(new Error('unused')) };
    const { result, requests } = await healthOf([{ status: 200, version: 'v3' }, good], { check: { expected: v2, via } });
    expect(result).toMatchObject({ host: 'web-2', verdict: 'passed', tries: 4, message: 'answered 200 in 10 ms as v2' });
    expect(result).not.toHaveProperty('wrongRelease');
    expect(requests.every((request) => request.via === via && request.method === 'GET')).toBe(true);
  });
});

describe('at the end of the time', () => {
  test.each<[string, readonly Reply[], object]>([
    ['bad answers', [bad], { verdict: 'failed', status: 500, message: 'answered 500, a 2xx was expected' }],
    ['refused', [refused], { verdict: 'failed', message: 'shop.test: the connection was refused' }],
    ['another release', [{ status: 200, version: 'v3' }], { verdict: 'failed', wrongRelease: true, message: 'answered 200 as v3, v2 (2f6c1d0) was expected' }],
    ['nothing that could be asked', [unasked], { verdict: 'unknown', message: 'could not be asked: shop.test: its name does not resolve (ENOTFOUND)' }],
    ['at last unknown', [bad, bad, unasked], { verdict: 'unknown' }],
    ['at last known', [unasked, unasked, bad], { verdict: 'failed', status: 500 }],
  ])('%s', async (_, replies, expected) => {
    const { result, time } = await healthOf(replies, { check: { expected: v2 } });
    expect(result).toMatchObject(expected);
    expect(time).toBeLessThanOrEqual(60_000);
    expect(time).toBeGreaterThan(58_000);
  });

  test('a service that flaps has failed', async () => {
    const { result } = await healthOf(Array.from({ length: 100 }, (_, index) => (index % 3 === 2 ? bad : good)), { timeout: 30_000 });
    expect(result).toMatchObject({ verdict: 'failed', message: expect.stringMatching(/^answered (500, a 2xx was expected|200 in 10 ms, but only [12] in a row passed within 30 s, 3 were expected)$/) });
  });

  test('one that became well too late has failed, and it is said how far it came', async () => {
    const { result } = await healthOf([bad, bad, good], { timeout: 4000 });
    expect(result).toMatchObject({ verdict: 'failed', message: 'answered 200 in 10 ms, but only 2 in a row passed within 4 s, 3 were expected' });
  });

  test('one that hangs has failed; no try takes more than 5 s or goes beyond the end', async () => {
    const { result, time, requests } = await healthOf([hanging], { timeout: 20_000 });
    expect(result).toMatchObject({ verdict: 'failed', message: 'no answer within 5 s', tries: 4 });
    expect(requests.map(({ time: asked, timeout }) => [asked, timeout])).toEqual([[0, 5000], [6000, 5000], [12_000, 5000], [18_000, 2000]]);
    expect(time).toBe(20_000);
  });

  test('a try that the end cut short does not hide what the one before it said', async () => {
    const { result } = await healthOf([bad, bad, hanging], { timeout: 3000 });
    expect(result).toMatchObject({ verdict: 'failed', status: 500, tries: 3 });
  });
});

test('without any time it is asked once', async () => {
  expect(await healthOf([good], { timeout: 0, successes: 1 })).toMatchObject({ result: { verdict: 'passed', tries: 1 }, requests: [{ timeout: 5000 }] });
  expect(await healthOf([bad], { timeout: 0, successes: 1 })).toMatchObject({ result: { verdict: 'failed', tries: 1 } });
});

test('a cancelled run knows nothing, at once', async () => {
  const stop = new AbortController();
  stop.abort();
  const { result, requests, time } = await healthOf([good], { stop });
  expect({ result, time, requests: requests.length }).toMatchObject({ result: { verdict: 'unknown', tries: 0 }, time: 0, requests: 0 });
});

test('passes exactly when the answers within the time hold so many good ones in a row', async () => {
  const reply = fc.constantFrom(good, bad, refused, unasked);
  await fc.assert(fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 5 }), async (replies, successes) => {
    const { result, time, requests } = await healthOf([...replies, bad], { successes, timeout: 40_000 });
    const rows = replies.map((one) => (one === good ? 'g' : 'b')).join('').indexOf('g'.repeat(successes));
    expect(result.verdict === 'passed').toBe(rows !== -1);
    if (rows !== -1) expect(requests).toHaveLength(rows + successes);
    expect(time).toBeLessThanOrEqual(40_000);
  }), { numRuns: 50 });
});
