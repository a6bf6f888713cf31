import { describe, expect, test } from 'vitest';
import { retryAfterOf, sendOver, waitBefore, type Tried } from '../../src/notify/sending.ts';
import { accepted } from '../../src/notify/refused.ts';
import { FakeClock } from '../fakes/clock.ts';

const now = Date.UTC(2025, 10, 23, 12, 0, 0);
const answered = (status: number, retryAfter?: string): Tried => ({ kind: 'answered', status, body: '', ...(retryAfter === undefined ? {} : { retryAfter }) });
const unanswered: Tried = { kind: 'unanswered', why: 'hooks.test: no answer within 5 s' };
const signal = new AbortController().signal;

/** Sends once over tries that come out as said, and tells when each began. */
async function sending(tries: readonly Tried[], more: { once?: true; signal?: AbortSignal } = {}) {
  const clock = new FakeClock(now);
  const starts: number[] = [];
  const send = sendOver(async () => {
    starts.push(clock.now() - now);
    return tries[starts.length - 1] ?? answered(200);
  }, clock);
  const sent = await send({ method: 'POST', url: new URL('https://hooks.test/secret'), body: {}, signal, ...more });
  return { sent, starts };
}

test.each<[string, readonly Tried[], readonly number[], string | number]>([
  ['a good answer', [answered(200)], [0], 200],
  ['a refusal, which would be the same again', [answered(404)], [0], 404],
  ['a redirect', [answered(302)], [0], 302],
  ['no answer, then a good one', [unanswered, answered(200)], [0, 1000], 200],
  ['no answer at all: three tries', [unanswered, unanswered, unanswered, answered(200)], [0, 1000, 3000], 'hooks.test: no answer within 5 s'],
  ['faults of the server', [answered(500), answered(503), answered(502)], [0, 1000, 3000], 502],
  ['too many requests', [answered(429, '7'), answered(200)], [0, 7000], 200],
  ['too many requests, as Statuspage says it', [answered(420), answered(200)], [0, 1000], 200],
  ['a wait shorter than the rate', [answered(429, '0'), answered(200)], [0, 1000], 200],
  ['a wait until a date', [answered(503, 'Sun, 23 Nov 2025 12:00:09 GMT'), answered(200)], [0, 9000], 200],
  ['a wait that is too long for anybody', [answered(429, '3600')], [0], 429],
])('%s', async (_what, tries, starts, end) => {
  const found = await sending(tries);
  expect(found.starts).toEqual(starts);
  expect(found.sent.kind === 'answered' ? found.sent.status : found.sent.why).toBe(end);
});

test.each<[string, Tried, boolean]>([['no answer', unanswered, false], ['a fault of the server', answered(500), false], ['too many requests', answered(429), true]])('what must not be done twice, after %s', async (_what, first, again) => {
  const { starts } = await sending([first, answered(200)], { once: true });
  expect(starts).toHaveLength(again ? 2 : 1);
});

test('an end of the time ends the waiting', async () => {
  const stop = new AbortController();
  const clock = new FakeClock(now);
  const send = sendOver(async () => answered(429, '30'), clock);
  const sent = send({ method: 'GET', url: new URL('https://hooks.test/'), signal: stop.signal });
  await clock.sleep(500);
  stop.abort();
  expect(await sent).toEqual({ kind: 'answered', status: 429, body: '' });
  expect(clock.now()).toBe(now + 500);
  expect(await send({ method: 'GET', url: new URL('https://hooks.test/'), signal: stop.signal })).toEqual({ kind: 'unanswered', why: 'there was no time left for it' });
});

test('a server is asked once a second, whoever asks; others do not wait for it', async () => {
  const clock = new FakeClock(now);
  const starts: string[] = [];
  const send = sendOver(async ({ url }) => {
    starts.push(`${clock.now() - now} ${url.pathname}`);
    return answered(200);
  }, clock);
  const ask = (url: string) => send({ method: 'GET', url: new URL(url), signal });
  await Promise.all([ask('https://one.test/a'), ask('https://one.test/b'), ask('https://two.test/c'), ask('https://one.test/d')]);
  expect(starts.toSorted()).toEqual(['0 /a', '0 /c', '1000 /b', '2000 /d']);
});

describe('Retry-After', () => {
  test.each<[string, number | undefined]>([
    ['5', 5000], [' 5 ', 5000], ['0', 0], ['Sun, 23 Nov 2025 12:00:30 GMT', 30_000], ['Sunday, 23-Nov-25 12:00:30 GMT', 30_000], ['Sun, 23 Nov 2025 11:00:00 GMT', 0],
    ['', undefined], ['soon', undefined], ['-5', undefined], ['1.5', undefined], ['Sunny', undefined],
  ])('%s', (header, expected) => expect(retryAfterOf(header, now)).toBe(expected));

  test('never shortens the wait', () => expect(waitBefore(answered(429, '1'), 1, false, now)).toBe(2000));
});

test.each<[number, string, string]>([
  [404, 'no_service', 'answered 404 "no_service"'],
  [401, '{"error":"Could not authenticate"}', 'answered 401 "{"error":"Could not authenticate"}"'],
  [502, '<html><body>Bad gateway</body></html>', 'answered 502'],
  [302, '', 'answered 302: it sends elsewhere, which is not followed'],
  [400, `::error::\u001b[31m${'x'.repeat(5_000_000)}`, `answered 400 ":\u200b:error::${'x'.repeat(109)}…"`],
])('an answer %i is told in words', (status, body, words) => {
  expect(() => accepted({ kind: 'answered', status, body })).toThrow(new Error(words));
});
