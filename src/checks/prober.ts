import type { Downtime, Sample } from '../outcome.ts';
import type { Clock, Http, Milliseconds } from '../ports.ts';
import { downtime, thinned } from './downtime.ts';
import { askHealth } from './health.ts';
import { worst } from './verdict.ts';

const every: Milliseconds = 250;
const patience: Milliseconds = 2000;
const mostInFlight = 10;
/** Over 80 minutes at four a second. */
const mostKept = 20_000;

/** Asks all through a run, so that it is known afterwards how long the service was away. Dispose of it when its answer is of no use any more. */
export interface Prober extends AsyncDisposable {
  /** From now on the run changes something. Later calls change nothing. */
  mark(): void;
  /** Ends the asking, waits for what was asked (two seconds at most) and says what was found. Always the same after the first call. */
  stop(): Promise<Downtime>;
}

/**
 * Four times a second, each question by itself: a slow answer delays none of the next. Of several addresses, the worst counts. Which
 * release answers does not matter here: any 2xx is an answer.
 */
export function startProber(urls: readonly URL[], { http, clock }: { readonly http: Http; readonly clock: Clock }): Prober {
  const start = clock.now();
  const stopping = new AbortController();
  const giveUp = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let samples: Sample[] = [];
  let firstChange: Milliseconds | undefined;
  let found: Promise<Downtime> | undefined;

  const ask = async (time: Milliseconds): Promise<void> => {
    const findings = await Promise.all(urls.map((url) => askHealth({ url }, { http, signal: giveUp.signal }, patience)));
    const verdict = worst(findings.map((one) => one.verdict));
    samples.push({ time, verdict, milliseconds: Math.max(0, ...findings.map(({ milliseconds }) => milliseconds ?? 0)) });
    if (samples.length > mostKept) samples = thinned(inOrder(samples));
  };

  const asking = (async () => {
    while (!stopping.signal.aborted && urls.length > 0) {
      const now = clock.now();
      if (inFlight.size < mostInFlight) {
        const question = ask(now).finally(() => inFlight.delete(question));
        inFlight.add(question);
      }
      // On the beat, however long the asking took.
      await clock.sleep(every - ((now - start) % every), stopping.signal);
    }
  })();

  const end = async (): Promise<Downtime> => {
    const time = clock.now();
    stopping.abort();
    await asking;
    await Promise.all(inFlight);
    return downtime(inOrder(samples), start, time, firstChange);
  };

  return {
    mark: () => void (firstChange ??= clock.now()),
    stop: () => (found ??= end()),
    async [Symbol.asyncDispose]() {
      giveUp.abort();
      await (found ??= end());
    },
  };
}

function inOrder(samples: readonly Sample[]): Sample[] {
  return samples.toSorted((one, other) => one.time - other.time);
}
