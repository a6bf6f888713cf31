import { expect, test } from 'vitest';
import { FakeClock } from './clock.ts';

test('sleepers wake in the order of their times, then of their falling asleep', async () => {
  const clock = new FakeClock(1000);
  const woken: string[] = [];
  const sleeper = async (name: string, ...durations: number[]) => {
    for (const duration of durations) {
      await clock.sleep(duration);
      woken.push(`${name} ${clock.now()}`);
    }
  };
  await Promise.all([sleeper('a', 30, 30), sleeper('b', 20, 20, 20), sleeper('c', 60), sleeper('d', 0)]);
  expect(woken).toEqual(['d 1000', 'b 1020', 'a 1030', 'b 1040', 'c 1060', 'a 1060', 'b 1060']);
});

test('an aborted sleep ends early and leaves the time as it is', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(10_000, stop.signal);
  await clock.sleep(100);
  stop.abort();
  await sleeping;
  await clock.sleep(5000, stop.signal);
  expect(clock.now()).toBe(100);
});
