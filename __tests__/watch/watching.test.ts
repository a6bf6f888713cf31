/** The whole watch in virtual time: which releases it sends back, for what reason, and how soon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { healthy, lasted, type Production, start, watched } from './scene.ts';

const inputs = { 'health-url': 'https://green.example/health', 'probe-urls': 'https://green.example/api/jobs' };

describe('a release that has to go back', () => {
  test.each<[what: string, production: Production, trigger: string, within: number]>([
    ['/health answers 500', (path) => ({ status: path === '/health' ? 500 : 200 }), 'health', 30],
    ['refuses connections', (path) => (path === '/health' ? { kind: 'failed' } : {}), 'health', 30],
    ['hangs', (path) => ({ after: path === '/health' ? 60_000 : 20 }), 'health', 45],
    ['fails one request in five', (path, _at, nth) => ({ status: path !== '/health' && nth % 5 === 0 ? 500 : 200 }), 'error-rate', 180],
    ['answers in 3 s', (path) => ({ after: path === '/health' ? 20 : 3000 }), 'response-time', 200],
    ['dies after 40 s', (_path, at) => (at >= 40_000 ? { kind: 'failed' } : {}), 'health', 70],
    ['dies in the last seconds of the watch', (path, at) => (path === '/health' && at > 585_000 ? { kind: 'failed' } : {}), 'health', 630],
    ['begins to fail in the last minutes', (path, at) => ({ status: path !== '/health' && at >= 480_000 ? 500 : 200 }), 'error-rate', 660],
  ])('%s', async (_what, production, trigger, within) => {
    const report = await watched(inputs, production);
    expect(report.verdict, report.verdict.reason).toMatchObject({ needed: 'yes', trigger, likelyToHelp: 'unknown' });
    expect(lasted(report)).toBeLessThanOrEqual(within);
  });

  test('periods can be shortened', async () => {
    const report = await watched({ ...inputs, interval: '1s', period: '5s' }, (path, _at, nth) => ({ status: path !== '/health' && nth % 5 === 0 ? 500 : 200 }));
    expect(report.verdict).toMatchObject({ needed: 'yes', trigger: 'error-rate' });
    expect(lasted(report)).toBeLessThanOrEqual(15);
  });

  test('is told as of when it was first seen', async () => {
    const report = await watched(inputs, (path, at) => (path === '/health' && at >= 40_000 ? { kind: 'failed' } : {}));
    expect(report.verdict.detectedAt).toBe(start + 40_000);
  });
});

describe('a release that is well', () => {
  test.each<[what: string, production: Production]>([
    ['all the time', healthy],
    ['but for a health check that fails twice in a row, now and then', (path, _at, nth) => ({ status: path === '/health' && nth % 4 < 2 ? 500 : 200 })],
    ['but for one minute', (path, at) => ({ status: path !== '/health' && at >= 120_000 && at < 180_000 ? 500 : 200 })],
    ['with 4 % of errors', (path, _at, nth) => ({ status: path !== '/health' && nth % 25 === 0 ? 500 : 200 })],
    ['and could not be asked four times', (path, at) => (path === '/health' && at < 40_000 ? { kind: 'unasked' } : {})],
    ['and is not quick', () => ({ after: 1900 })],
  ])('%s', async (_what, production) => {
    const report = await watched(inputs, production);
    expect(report.verdict, report.verdict.reason).toMatchObject({ needed: 'no', likelyToHelp: 'no' });
    // What fails just at the end is asked on, until it is known whether it goes on.
    expect(lasted(report)).toBeGreaterThanOrEqual(600);
    expect(lasted(report)).toBeLessThanOrEqual(630);
  });
});

describe('not known', () => {
  test('could not be asked five times in a row', async () => {
    const report = await watched(inputs, (path, at) => (path === '/health' && at < 50_000 ? { kind: 'unasked' } : {}));
    expect(report.verdict).toMatchObject({ needed: 'unknown', trigger: 'health' });
  });

  test('but what fails all the same is a reason', async () => {
    const report = await watched(inputs, (path) => (path === '/health' ? { kind: 'unasked' } : { status: 500 }));
    expect(report.verdict).toMatchObject({ needed: 'yes', trigger: 'error-rate' });
  });

  test('is answered as the user says', async () => {
    const report = await watched({ ...inputs, 'on-unknown': 'yes' }, () => ({ kind: 'unasked' }));
    expect(report.verdict).toMatchObject({ needed: 'yes', trigger: 'health' });
    expect(report.verdict.reason).toContain('"on-unknown" says to go back then');
  });
});

describe('which release answers', () => {
  const sha = 'abcdef0'.padEnd(40, '1');
  const asked = (version: string, commit = sha) => watched({ ...inputs, 'version-from': 'header:X-Version' }, () => ({ version }), undefined, commit);

  test.each<[what: string, version: string, commit: string, needed: string]>([
    ['the one', sha, sha, 'no'],
    ['by a short SHA', sha.slice(0, 9), sha, 'no'],
    ['another', 'b'.repeat(40), sha, 'yes'],
    ['by the tag that was named', 'v4', 'v4', 'no'],
    ['by another tag than was named', 'v3', 'v4', 'yes'],
    // It may be this one under a name that nobody has told.
    ['by a tag, where none is known', 'v4', sha, 'unknown'],
  ])('%s', async (_what, version, commit, needed) => {
    const { verdict } = await asked(version, commit);
    expect(verdict.needed, verdict.reason).toBe(needed);
  });
});

describe('Prometheus', () => {
  const query = { ...inputs, 'prometheus-url': 'http://prometheus.example:9090/base', 'error-rate-query': '100 * sum(rate(errors[1m])) / sum(rate(requests[1m]))', 'deployed-at': '2025-11-23T12:00:00Z' };
  const vector = (value: string) => JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [start / 1000, value] }] } });
  const matrix = (...values: string[]) => JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: values.map((value, index) => [start / 1000 - 600 + index * 60, value]) }] } });
  const prometheus = (now: (at: number) => { body: string; status?: number }, before = matrix('1', '1', '1')): Production => (path, at) =>
    (path === '/base/api/v1/query' ? now(at) : path === '/base/api/v1/query_range' ? { body: before } : {});

  test.each<[what: string, production: Production, needed: string, helps?: string]>([
    ['well', prometheus(() => ({ body: vector('3') })), 'no'],
    ['too many errors', prometheus(() => ({ body: vector('23.4') })), 'yes', 'yes'],
    ['as before', prometheus(() => ({ body: vector('23.4') }), matrix('1', '20', '25', '22')), 'unknown', 'no'],
    ['a scalar', prometheus(() => ({ body: JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [start / 1000, '50'] } }) })), 'yes'],
    ['several series', prometheus(() => ({ body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ value: [1, '1'] }, { value: [1, '2'] }] } }) })), 'unknown'],
    ['a mistake in the query', prometheus(() => ({ status: 400, body: JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }) })), 'unknown'],
    ['no page of Prometheus', prometheus(() => ({ body: '<html>' })), 'unknown'],
  ])('%s', async (_what, production, needed, helps) => {
    const report = await watched(query, production);
    expect(report.verdict.needed, report.verdict.reason).toBe(needed);
    if (helps !== undefined) expect(report.verdict.likelyToHelp).toBe(helps);
  });

  test('no requests are no data: own probes fill in', async () => {
    const report = await watched(query, prometheus(() => ({ body: vector('NaN') })));
    expect(report.verdict.needed, report.verdict.reason).toBe('no');
    expect(JSON.stringify(report.series)).toContain('own probes: the source has no requests');
  });

  test('the query is passed on whole, at the end of the period', async () => {
    const asked: URL[] = [];
    await watched({ ...query, duration: '3m' }, (_path, _at, _nth, { url }) => {
      if (url.pathname.startsWith('/base')) asked.push(url);
      return { body: vector('1') };
    });
    expect(asked[0]?.href).toContain('/base/api/v1/query_range?');
    expect(asked.slice(1).map((url) => [url.searchParams.get('query'), Number(url.searchParams.get('time')) * 1000 - start])).toEqual([60_000, 120_000, 180_000].map((time) => [query['error-rate-query'], time]));
  });
});

test('whatever rate a service has that is never above its limit, it stays; always above it, it goes: 200 services', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 40 }), async (every) => {
    // One request in `every` fails, all through; 10 % are the limit, and a period has 24 requests.
    const report = await watched({ ...inputs, duration: '5m' }, (path, _at, nth) => ({ status: path !== '/health' && nth % every === 0 ? 500 : 200 }));
    const rates = report.series.find(({ trigger }) => trigger === 'error-rate')?.readings.map(({ value = 0 }) => value) ?? [];
    if (rates.every((rate) => rate <= 10)) expect(report.verdict.needed).toBe('no');
    if (rates.every((rate) => rate > 10)) expect(report.verdict.needed).toBe('yes');
  }), { numRuns: 200 });
});
