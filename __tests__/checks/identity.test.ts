import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { httpOver } from '../../src/adapters/http.ts';
import { proveIdentity } from '../../src/checks/identity.ts';
import type { HttpAnswer } from '../../src/ports.ts';
import { FakeClock } from '../fakes/clock.ts';
import { fakeHttp, refused, type Reply, unasked } from '../fakes/service.ts';

const good: Reply = { status: 200, version: 'v2' };
const stale: Reply = { status: 200, version: 'v3' };

const expected = { from: { kind: 'header', name: 'X-Version' }, release: { sha: '2f6c1d09a4b3e5f708192a3b4c5d6e7f80912a3b', names: ['v2'] } } as const;

async function identityOf(reply: (count: number) => Reply | HttpAnswer, questions?: number) {
  const clock = new FakeClock();
  const http = fakeHttp(clock, (_, count) => reply(count));
  const result = await proveIdentity({ url: new URL('https://shop.test/health'), expected }, { http, signal: new AbortController().signal }, questions);
  return { result, time: clock.now(), asked: http.requests.length };
}

test('forty answers of the release, eight at once', async () => {
  const { result, time, asked } = await identityOf(() => good);
  expect(result).toEqual({
    kind: 'health', name: '/health × 40', url: 'https://shop.test/health', verdict: 'passed', status: 200, milliseconds: 10, tries: 40,
    message: 'all of 40 answers came from v2',
  });
  expect({ time, asked }).toEqual({ time: 50, asked: 40 });
});

describe('not proved', () => {
  test.each<[string, (count: number) => Reply, object]>([
    ['one stale worker of three', (count) => (count % 3 === 1 ? stale : good), { verdict: 'failed', wrongRelease: true, message: '14 of 40 answers came from another release (v3)' }],
    ['a single stale answer', (count) => (count === 40 ? stale : good), { verdict: 'failed', wrongRelease: true, message: '1 of 40 answers came from another release (v3)' }],
    ['several others', (count) => (count > 4 ? good : { status: 200, version: `v${count + 2}` }), { wrongRelease: true, message: '4 of 40 answers came from another release (v3, v4, v5, v6)' }],
    ['one that names no release', (count) => (count === 7 ? { status: 200 } : good), { verdict: 'failed', wrongRelease: true, message: '1 of 40 answers came from another release (one that does not say which)' }],
    ['stale and dead ones', (count) => (count === 1 ? refused : count === 2 ? stale : good), { verdict: 'failed', wrongRelease: true, message: '1 of 40 answers came from another release (v3)' }],
    ['one dead worker', (count) => (count % 4 === 0 ? refused : good), { verdict: 'failed', message: '10 of 40 answers were wrong: shop.test: the connection was refused' }],
    ['one broken worker', (count) => (count === 9 ? { status: 502 } : good), { verdict: 'failed', message: '1 of 40 answers were wrong: answered 502, a 2xx was expected' }],
    ['more than half unasked', (count) => (count > 21 ? good : unasked), { verdict: 'unknown', message: 'only 19 of 40 questions were answered: could not be asked: shop.test: its name does not resolve (ENOTFOUND)' }],
    ['all unasked', () => unasked, { verdict: 'unknown' }],
    ['a stale one among unasked', (count) => (count === 3 ? stale : unasked), { verdict: 'failed', wrongRelease: true, message: '1 of 1 answers came from another release (v3)' }],
  ])('%s', async (_, reply, expected) => {
    const { result } = await identityOf(reply);
    expect(result).toMatchObject(expected);
    if (!('wrongRelease' in expected)) expect(result).not.toHaveProperty('wrongRelease');
  });
});

test('half of the answers are enough, if all of them are right', async () => {
  expect((await identityOf((count) => (count > 20 ? good : unasked))).result).toMatchObject({ verdict: 'passed', message: 'all of 20 answers came from v2' });
});

test('as many questions as are wanted', async () => {
  expect(await identityOf(() => good, 3)).toMatchObject({ asked: 3, result: { name: '/health × 3', tries: 3 } });
});

test('over real connections, each to the next of three workers, of which one is stale', async () => {
  const version = new WeakMap<object, string>();
  let connections = 0;
  await using server = createServer(({ socket }, response) => response.setHeader('X-Version', version.get(socket) ?? '').end());
  server.on('connection', (socket: object) => version.set(socket, connections++ % 3 === 2 ? 'v3' : 'v2'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/health`);
  expect(await proveIdentity({ url, expected }, { http: httpOver(), signal: new AbortController().signal }))
    .toMatchObject({ verdict: 'failed', wrongRelease: true, message: '13 of 40 answers came from another release (v3)' });
  expect(connections).toBe(40);
});
