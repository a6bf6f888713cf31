import type { CheckResult } from '../outcome.ts';
import type { Clock, Http, Milliseconds } from '../ports.ts';
import { addressOf, placeName, type AskedAt } from './asked-at.ts';
import { type Expected, type Finding, judge } from './verdict.ts';

/** One address that says whether the service is well. */
export type HealthCheck = AskedAt & {
  readonly url: URL;
  /** Then only an answer of this release passes. */
  readonly expected?: Expected;
  /** Any status below 500 passes: what else is well at this address, nobody has said. */
  readonly lenient?: true;
};

export type HealthLimits = {
  /** So many in a row must pass. */
  readonly successes: number;
  /** From one answer to the next question. */
  readonly interval: Milliseconds;
  /** For all of it. `0` asks exactly once. */
  readonly timeout: Milliseconds;
};

export type Asking = { readonly http: Http; readonly clock: Clock; readonly signal: AbortSignal };

/** A service that needs longer than this for one answer is not well. */
export const longestTry: Milliseconds = 5000;

/** Asks once. */
export async function askHealth({ url, via, at, forwarded, expected, lenient }: HealthCheck, { http, signal }: Pick<Asking, 'http' | 'signal'>, timeout = longestTry): Promise<Finding> {
  return judge(await http({ method: 'GET', url, timeout, signal, ...(via !== undefined && { via }), ...(at !== undefined && { at }), ...(forwarded !== undefined && { forwarded }) }), expected, lenient);
}

/**
 * Asks until enough answers in a row passed or the time is over. What the last answer was decides then: `failed`, or `unknown` when
 * it could not be asked. When the run is cancelled the result is `unknown`.
 */
export async function untilHealthy(check: HealthCheck, limits: HealthLimits, { http, clock, signal }: Asking): Promise<CheckResult> {
  const end = clock.now() + limits.timeout;
  let inRow = 0;
  let tries = 0;
  let last: Finding | undefined;
  do {
    if (tries > 0) await clock.sleep(limits.interval, signal);
    if (signal.aborted) break;
    const timeout = limits.timeout === 0 ? longestTry : Math.min(longestTry, end - clock.now());
    const found = await askHealth(check, { http, signal }, timeout);
    tries++;
    inRow = found.verdict === 'passed' ? inRow + 1 : 0;
    // A slow try that was cut short by the limit says less than the one before it.
    const cut = timeout < longestTry && found.status === undefined && (found.milliseconds ?? 0) >= timeout;
    if (!cut || last === undefined) last = found;
    if (inRow >= limits.successes) return resultOf(check, tries, found);
  } while (!signal.aborted && clock.now() + limits.interval < end);

  if (signal.aborted || last === undefined) return resultOf(check, tries, { verdict: 'unknown', message: 'the run was ended before it was known' });
  return resultOf(check, tries, last.verdict === 'passed' ? tooFew(last, inRow, limits) : last);
}

/** The path names a health check: the host is in the URL. */
export function resultOf({ url, via, at }: HealthCheck, tries: number, finding: Finding): CheckResult {
  const { version: _version, ...found } = finding;
  return { kind: 'health', name: at === undefined ? url.pathname : `${url.pathname} at ${placeName(at)}`, url: addressOf(url, at), ...(via !== undefined && { host: via.name }), tries, ...found };
}

function tooFew(last: Finding, inRow: number, { successes, timeout }: HealthLimits): Finding {
  const message = `${last.message}, but only ${inRow} in a row passed within ${timeout / 1000} s, ${successes} were expected`;
  return { ...last, verdict: 'failed', message };
}
