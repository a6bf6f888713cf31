/** A whole watch in virtual time: inputs as a user writes them, a world as a test wants it. */
import { readWatchInputs } from '../../src/inputs/watch.ts';
import type { HttpAnswer, HttpRequest, Milliseconds } from '../../src/ports.ts';
import type { WatchReport } from '../../src/triggers/outcome.ts';
import { watch, type WatchWorld } from '../../src/watching.ts';
import { FakeClock } from '../fakes/clock.ts';

/** A whole minute, so that CloudWatch's periods and the watch's own are the same. */
export const start: Milliseconds = Date.parse('2025-11-23T12:00:00Z');

export type Told = { readonly status?: number; readonly after?: Milliseconds; readonly kind?: 'failed' | 'unasked'; readonly body?: string; readonly version?: string };

/** What a request gets, by its address, how long the watch lasts already, and which request to this path it is (from 1 on). */
export type Production = (path: string, at: Milliseconds, nth: number, request: HttpRequest) => Told;

export const healthy: Production = () => ({});

export function httpOf(clock: FakeClock, production: Production): WatchWorld['http'] {
  const counts = new Map<string, number>();
  return async (request): Promise<HttpAnswer> => {
    const path = request.url.pathname;
    const nth = (counts.get(path) ?? 0) + 1;
    counts.set(path, nth);
    const { status = 200, after = 20, kind, body = 'ok', version } = production(path, clock.now() - start, nth, request);
    await clock.sleep(Math.min(after, request.timeout));
    if (kind === 'unasked') return { kind, why: 'green.example: the name does not resolve' };
    if (kind === 'failed') return { kind, why: 'green.example: the connection was refused', milliseconds: after };
    if (after >= request.timeout) return { kind: 'failed', why: `green.example: no answer within ${request.timeout / 1000} s`, milliseconds: request.timeout };
    return { kind: 'answered', status, headers: new Map(version === undefined ? [] : [['x-version', version]]), body, milliseconds: after };
  };
}

export const silentLog = { info: () => undefined, warning: () => undefined, error: () => undefined, group: () => undefined };

/** @param world what is more than HTTP: CloudWatch, hosts */
export async function watched(inputs: Readonly<Record<string, string>>, production: Production = healthy, world: (clock: FakeClock) => Partial<WatchWorld> = () => ({}), commit?: string): Promise<WatchReport> {
  const clock = new FakeClock(start);
  const run = { id: '42-1-watch', url: '', actor: 'octocat', trigger: 'push', repository: 'green/matchers', serverUrl: 'https://github.com', environment: 'production', method: 'watch', reason: '', dryRun: false, startedAt: start };
  return watch(readWatchInputs(inputs, undefined), run, { commit, names: [] }, {
    clock, log: silentLog, http: httpOf(clock, production),
    connect: () => Promise.reject(new Error('there are no hosts')),
    cloudWatch: () => Promise.reject(new Error('there is no CloudWatch')),
    ...world(clock),
  });
}

/** Seconds from the beginning of the watch to its end. */
export function lasted({ run }: WatchReport): number {
  return (run.endedAt - start) / 1000;
}
