import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The machine's time. It never jumps: a clock that is set while a run lasts would lengthen or cut every limit. */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  async sleep(duration, signal) {
    try {
      await pause(duration, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
