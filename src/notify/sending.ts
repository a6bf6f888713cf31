/** When a request is sent again, and how long is waited before. */
import type { Clock, Milliseconds } from '../ports.ts';
import type { Send, Sent } from './notifier.ts';

/** One try of a request, within its own time limit. It throws nothing. */
export type TryOnce = (request: Omit<Parameters<Send>[0], 'once'>) => Promise<Tried>;

export type Tried =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; /** The header as it came. */ readonly retryAfter?: string }
  | { readonly kind: 'unanswered'; readonly why: string };

const retries = 2;
/** The rate that Slack and Statuspage document, and good manners to anybody else. */
const spacing: Milliseconds = 1000;
/** Who asks to be left alone for longer than this is not asked again: by then the run has moved on. */
const longestWait: Milliseconds = 60_000;

/** Waits before what was not done is tried again, and whether it is. `retry`: how often it was already; `once`: only if it surely was not done. */
export type Again = (tried: Tried, retry: number, once: boolean, signal: AbortSignal) => Promise<boolean>;

export function againAfter(clock: Clock): Again {
  return async (tried, retry, once, signal) => {
    const wait = retry < retries ? waitBefore(tried, retry, once, clock.now()) : undefined;
    if (wait === undefined || signal.aborted) return false;
    await clock.sleep(wait, signal);
    return !signal.aborted;
  };
}

/** `Send`, with its retries and its rate, over single tries. */
export function sendOver(tryOnce: TryOnce, clock: Clock): Send {
  const free = new Map<string, Milliseconds>();
  const again = againAfter(clock);
  const turn = async ({ origin }: URL, signal: AbortSignal): Promise<void> => {
    const now = clock.now();
    const at = Math.max(now, free.get(origin) ?? now);
    free.set(origin, at + spacing);
    if (at > now) await clock.sleep(at - now, signal);
  };
  return async ({ once, ...request }) => {
    const { url, signal } = request;
    for (let retry = 0; ; retry += 1) {
      await turn(url, signal);
      if (signal.aborted) return ended;
      const tried = await tryOnce(request);
      if (!(await again(tried, retry, once === true, signal))) return sent(tried);
    }
  };
}

/**
 * @param retry how often it was tried again already
 * @param once only what was surely not done may be tried again: 429, and not a server's fault or silence
 * @param now milliseconds since the epoch, for a `Retry-After` that names a date
 * @returns undefined when it is not to be tried again
 */
export function waitBefore(tried: Tried, retry: number, once: boolean, now: Milliseconds): Milliseconds | undefined {
  const backoff = spacing * 2 ** retry;
  if (tried.kind === 'unanswered') return once ? undefined : backoff;
  // 420 is what Statuspage answered before there was a 429, and documents still.
  const busy = tried.status === 429 || tried.status === 420;
  if (!busy && (tried.status < 500 || once)) return undefined;
  const wait = Math.max(backoff, retryAfterOf(tried.retryAfter ?? '', now) ?? 0);
  return wait > longestWait ? undefined : wait;
}

/** A `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3); undefined when it is neither. */
export function retryAfterOf(header: string, now: Milliseconds): Milliseconds | undefined {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Every form of an HTTP date begins with a day; anything else that a Date would read (`1.5`) is none.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const ended: Sent = { kind: 'unanswered', why: 'there was no time left for it' };

function sent(tried: Tried): Sent {
  return tried.kind === 'unanswered' ? tried : { kind: 'answered', status: tried.status, body: tried.body };
}
