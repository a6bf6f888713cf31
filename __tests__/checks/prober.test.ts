import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startProber } from '../../src/checks/prober.ts';
import type { Clock } from '../../src/ports.ts';
import { FakeClock } from '../fakes/clock.ts';
import { fakeHttp, type Reply, refused, unasked } from '../fakes/service.ts';

const url = new URL('https://shop.test/health');
const good: Reply = { status: 200 };

test('asks four times a second, on the beat', async () => {
  const clock = new FakeClock(1_000_000);
  const http = fakeHttp(clock, () => good);
  await using prober = startProber([url], { http, clock });
  await clock.sleep(10_000);
  const { samples, total, caused } = await prober.stop();
  expect(samples.map(({ time }) => time)).toEqual(Array.from({ length: samples.length }, (_, index) => 1_000_000 + index * 250));
  expect(samples.length).toBeGreaterThanOrEqual(40);
  expect(samples.length).toBeLessThanOrEqual(41);
  expect({ total, caused, first: samples[0] }).toEqual({ total: 0, caused: 0, first: { time: 1_000_000, verdict: 'passed', milliseconds: 10 } });
});

test('keeps the beat although every sleep takes longer than it should', async () => {
  const clock = new FakeClock();
  const late: Clock = { now: () => clock.now(), sleep: (duration, signal) => clock.sleep(duration + 30, signal) };
  const http = fakeHttp(clock, () => good);
  await using prober = startProber([url], { http, clock: late });
  await clock.sleep(10_000);
  const { samples } = await prober.stop();
  expect(samples.map(({ time }) => time % 250)).toEqual([0, ...samples.slice(1).map(() => 30)]);
  expect(samples).toHaveLength(40);
});

test('an outage of 800 ms, whenever it begins, is found as 0.6 to 1.2 s, all of it caused by the run', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1000, max: 8000 }), fc.constantFrom<Reply>(refused, { status: 502 }, { status: 200, after: 60_000 }), async (begin, reply) => {
    const clock = new FakeClock();
    const http = fakeHttp(clock, () => (clock.now() >= begin && clock.now() < begin + 800 ? reply : good));
    await using prober = startProber([url], { http, clock });
    await clock.sleep(900);
    prober.mark();
    await clock.sleep(11_100);
    const { total, caused } = await prober.stop();
    expect(total).toBeGreaterThanOrEqual(0.6);
    expect(total).toBeLessThanOrEqual(1.2);
    expect(caused).toBe(total);
  }), { numRuns: 100 });
});

test('what was down before the first change is not caused by the run', async () => {
  const clock = new FakeClock();
  const http = fakeHttp(clock, () => (clock.now() < 8000 ? refused : good));
  await using prober = startProber([url], { http, clock });
  await clock.sleep(5000);
  prober.mark();
  await clock.sleep(5000);
  prober.mark();
  expect(await prober.stop()).toMatchObject({ total: 8, caused: 3 });
});

test('a service that hangs delays no question, and ten at most wait', async () => {
  const clock = new FakeClock();
  let waiting = 0;
  let most = 0;
  const hanging = fakeHttp(clock, () => ({ status: 200, after: 60_000 }));
  const http: typeof hanging = Object.assign(async (request: Parameters<typeof hanging>[0]) => {
    most = Math.max(most, ++waiting);
    const answer = await hanging(request);
    waiting--;
    return answer;
  }, { requests: hanging.requests });
  await using prober = startProber([url], { http, clock });
  await clock.sleep(10_000);
  const { samples, total } = await prober.stop();
  expect(hanging.requests.slice(0, 5).map(({ time, timeout }) => [time, timeout])).toEqual([[0, 2000], [250, 2000], [500, 2000], [750, 2000], [1000, 2000]]);
  expect(samples.every(({ verdict }) => verdict === 'failed')).toBe(true);
  expect(total).toBe(10);
  expect(most).toBeLessThanOrEqual(10);
  expect(clock.now()).toBeLessThanOrEqual(12_000);
});

test('of several addresses the worst counts; what cannot be asked is not down', async () => {
  const clock = new FakeClock();
  const http = fakeHttp(clock, ({ url: { pathname } }) => {
    if (pathname === '/health') return clock.now() >= 1000 && clock.now() < 2000 ? refused : good;
    return clock.now() >= 1500 && clock.now() < 3000 ? unasked : good;
  });
  await using prober = startProber([url, new URL('https://shop.test/ready')], { http, clock });
  await clock.sleep(4000);
  const { samples, total } = await prober.stop();
  expect(total).toBe(1);
  expect(samples.slice(0, 16).map(({ verdict }) => verdict[0]).join('')).toBe('ppppffffuuuupppp');
});

test('nothing to ask means no samples', async () => {
  const clock = new FakeClock();
  await using prober = startProber([], { http: fakeHttp(clock, () => refused), clock });
  await clock.sleep(1000);
  expect(await prober.stop()).toEqual({ total: 0, caused: 0, samples: [] });
});

test('when its answer is of no use any more it gives up what it asked', async () => {
  const clock = new FakeClock();
  {
    await using prober = startProber([url], { http: fakeHttp(clock, () => ({ status: 200, after: 60_000 })), clock });
    prober.mark();
    await clock.sleep(1000);
  }
  expect(clock.now()).toBe(1000);
});

test('a long run keeps a bounded number of samples and its downtime', async () => {
  const clock = new FakeClock();
  const http = fakeHttp(clock, () => (clock.now() >= 600_000 && clock.now() < 660_000 ? refused : good));
  await using prober = startProber([url], { http, clock });
  await clock.sleep(2 * 3_600_000);
  const { samples, total } = await prober.stop();
  expect(http.requests.length).toBeGreaterThan(28_000);
  expect(samples.length).toBeLessThanOrEqual(20_000);
  expect(total).toBe(60);
});
