import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again and again until the answer is not `undefined`, and returns it.
 * @param what completes "waited in vain until …"
 * @param ask may throw: that is "not yet", and the last such error is the cause when time is up
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, seconds = 60): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain until ${what}`, { cause });
    await pause(15);
  }
}
