import type { Clock, Http, HttpAnswer, HttpRequest, Milliseconds } from '../../src/ports.ts';

/** An answer as a service gives it: `{ status: 200, version: 'v2' }`; how long it takes is virtual time. */
export type Reply = HttpAnswer | { readonly status: number; readonly version?: string; readonly body?: string; readonly after?: Milliseconds };

/** A stand-in for the network: answers as `reply` says, in the clock's time, and keeps to time limits and signals as the real one does. */
export function fakeHttp(clock: Clock, reply: (request: HttpRequest, count: number) => Reply): Http & { readonly requests: readonly (HttpRequest & { readonly time: Milliseconds })[] } {
  const requests: (HttpRequest & { time: Milliseconds })[] = [];
  const http: Http = async (request) => {
    requests.push({ ...request, time: clock.now() });
    const given = reply(request, requests.length);
    if (givenUp(request)) return { kind: 'unasked', why: 'given up' };
    if ('kind' in given) return given;
    const after = given.after ?? 10;
    await clock.sleep(Math.min(after, request.timeout), request.signal);
    if (givenUp(request)) return { kind: 'unasked', why: 'given up' };
    if (after > request.timeout) return { kind: 'failed', why: `no answer within ${request.timeout / 1000} s`, milliseconds: request.timeout };
    return {
      kind: 'answered', status: given.status, milliseconds: after, body: given.body ?? '',
      headers: new Map(given.version === undefined ? [] : [['x-version', given.version]]),
    };
  };
  return Object.assign(http, { requests });
}

function givenUp({ signal }: HttpRequest): boolean {
  return signal?.aborted ?? false;
}

export const refused: HttpAnswer = { kind: 'failed', why: 'shop.test: the connection was refused', milliseconds: 1 };
export const unasked: HttpAnswer = { kind: 'unasked', why: 'shop.test: its name does not resolve (ENOTFOUND)' };
