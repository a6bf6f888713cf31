import { describe, expect, test } from 'vitest';
import { deploymentHistory } from '../../src/adapters/deployment-history.ts';
import { pagesOf } from '../metrics/github.ts';
import { at, day, deployed, now, year } from '../metrics/records.ts';

const ask = (since: number, apiUrl: string, more: Readonly<Record<string, string | undefined>> = {}) =>
  deploymentHistory(since, { token: 't', repository: 'green/matchers', environment: 'staging', apiUrl, ...more });

/** One an hour, the last an hour ago. */
const hourly = (count: number) => Array.from({ length: count }, (_none, index) => deployed(new Date(now - (count - index) * 3_600_000).toISOString(), index));

test('every record comes as GitHub has it, statuses oldest first', async () => {
  await using there = await pagesOf(year.deployments);
  expect(await ask(0, there.url)).toEqual(year);
  expect(there.asked).toEqual([{ last: 100, before: null, environments: ['staging'], orderBy: expect.anything() }]);
});

test('page by page, newest first, until they are older than what is needed', async () => {
  await using there = await pagesOf(hourly(1000));
  const since = now - 250 * 3_600_000;
  const history = await ask(since, there.url);
  expect(history).toMatchObject({ since });
  expect('deployments' in history && history.deployments.length).toBe(300);
  expect('deployments' in history && history.deployments.map(({ time }) => time)).toEqual(hourly(300).map(({ time }) => time));
  expect(there.asked.map(({ before }) => before)).toEqual([null, '900', '800']);
});

test('all of them where there are no more', async () => {
  await using there = await pagesOf(hourly(200));
  expect(await ask(at('2000-01-01T00:00:00Z'), there.url)).toEqual({ deployments: hourly(200), since: Number.NEGATIVE_INFINITY });
  expect(there.asked).toHaveLength(2);
});

test('no more than 5,000, and it says from when on', async () => {
  await using there = await pagesOf(hourly(5050));
  const history = await ask(now - 365 * day, there.url);
  expect('deployments' in history && history.deployments.length).toBe(5000);
  expect(history).toMatchObject({ since: hourly(5000)[0]?.time });
  expect(there.asked).toHaveLength(50);
});

test('an empty environment', async () => {
  await using there = await pagesOf([]);
  expect(await ask(0, there.url)).toEqual({ deployments: [], since: Number.NEGATIVE_INFINITY });
});

describe('GitHub', () => {
  test('has a moment of weakness', async () => {
    await using there = await pagesOf(year.deployments, 1);
    expect(await ask(0, there.url)).toEqual(year);
  });

  test('is broken', async () => {
    await using there = await pagesOf(year.deployments, 2);
    expect(await ask(0, there.url)).toEqual({ why: expect.stringContaining('timed out') });
  });

  test('does not let the token read them, and is not asked again', async () => {
    await using there = await pagesOf(undefined);
    expect(await ask(0, there.url)).toEqual({ why: expect.stringContaining('Resource not accessible by integration') });
    expect(there.requests()).toBe(1);
  });

  test('knows no such repository', async () => {
    await using there = await pagesOf([]);
    expect(await ask(0, there.url, { repository: 'green/none' })).toEqual({ why: 'the repository green/none was not found' });
  });

  test('is not there', async () => {
    expect(await ask(0, 'http://127.0.0.1:9')).toEqual({ why: expect.any(String) });
  });

  test.each([[{ token: undefined }, 'no "github-token" is given'], [{ repository: '' }, 'the repository is not known']])('is not asked with %j', async (more, why) => {
    expect(await ask(0, 'http://127.0.0.1:9', more)).toEqual({ why });
  });
});
