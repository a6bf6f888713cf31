import type { Clock, Milliseconds } from '../../src/ports.ts';

type Sleeper = { readonly until: Milliseconds; readonly wake: () => void };

/**
 * A clock of virtual time, for unit tests: nothing really sleeps, and every run is the same.
 *
 * Time stands still while anything runs. When everything waits (no promise is left to settle in this turn of the event loop), it jumps
 * to the next sleeper and wakes that one alone; of sleepers until the same time, the one that fell asleep first wakes first. So
 * things that sleep side by side happen in the order and at the times of a real clock. It works for code that waits for nothing but this
 * clock and settled promises: real sockets and processes take real time, which this clock does not see.
 *
 *     const clock = new FakeClock();
 *     const soon = clock.sleep(5000).then(() => clock.now());
 *     await clock.sleep(60_000);   // returns at once; meanwhile `soon` came true at 5000
 */
export class FakeClock implements Clock {
  #now: Milliseconds;
  readonly #sleepers: Sleeper[] = [];
  #turning = false;

  constructor(start: Milliseconds = 0) {
    this.#now = start;
  }

  now(): Milliseconds {
    return this.#now;
  }

  async sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { until: this.#now + Math.max(0, duration), wake };
    const rouse = (): void => {
      const at = this.#sleepers.indexOf(sleeper);
      if (at !== -1) this.#sleepers.splice(at, 1);
      wake();
    };
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', rouse, { once: true });
    this.#turn();
    await promise;
    signal?.removeEventListener('abort', rouse);
  }

  /** Wakes one sleeper a turn, as long as there are any. */
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      const next = this.#sleepers.reduce<Sleeper | undefined>((first, one) => (first !== undefined && first.until <= one.until ? first : one), undefined);
      if (next === undefined) return;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#now = next.until;
      next.wake();
      this.#turn();
    });
  }
}
