import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';

test('the time is the machine’s, in whole milliseconds since the epoch', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000);
  expect(Number.isInteger(systemClock.now())).toBe(true);
});

test('sleeps at least as long as it is told', async () => {
  const start = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - start).toBeGreaterThanOrEqual(19);
});

test('an aborted sleep ends early, without an error', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, stop.signal);
});
