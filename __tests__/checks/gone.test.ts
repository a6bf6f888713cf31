import { describe, expect, test } from 'vitest';
import { proveGone } from '../../src/checks/gone.ts';
import type { HttpAnswer, ReadableHost } from '../../src/ports.ts';

const via: ReadableHost = { name: 'lb-1', ask: () => Promise.reject(new Error('not asked')), dial: () => Promise.reject(new Error('not dialled')) };
const at = { address: '127.0.0.1', port: 80 };
const answered = (version: string, status = 200): HttpAnswer => ({ kind: 'answered', status, milliseconds: 1, body: '', headers: new Map([['x-version', version]]) });

/** What comes of requests that are answered so, in turn. */
async function prove(answers: readonly HttpAnswer[], known = true) {
  let asked = 0;
  const places: unknown[] = [];
  const http = async (request: { readonly via?: ReadableHost; readonly at?: unknown }): Promise<HttpAnswer> => {
    places.push([request.via?.name, request.at]);
    return answers[asked++ % answers.length] ?? answered('none');
  };
  const check = { url: new URL('http://shop.example/'), via, at, server: 'canary:8000', requests: 100, ...(known ? { known: { from: { kind: 'header', name: 'X-Version' } as const, version: 'v3' } } : {}) };
  const result = await proveGone(check, { http, signal: new AbortController().signal });
  return { ...result, asked, places: new Set(places.map((place) => JSON.stringify(place))).size };
}

describe('a server that has left', () => {
  test('answers none of so many requests, all made through the load balancer', async () => {
    expect(await prove([answered('v2')])).toMatchObject({
      verdict: 'passed', message: 'none of 100 requests was answered by canary:8000', asked: 100, places: 1, host: 'lb-1', url: 'http://127.0.0.1:80/', name: '/ at 127.0.0.1:80 × 100',
    });
  });

  test('that answers one of a hundred has not left', async () => {
    expect(await prove([...Array.from({ length: 99 }, () => answered('v2')), answered('v3')]))
      .toMatchObject({ verdict: 'failed', message: '1 of 100 requests were answered by canary:8000, which says that it is v3' });
  });

  test('whose place nobody takes is no success', async () => {
    expect(await prove([answered('v2'), answered('v2', 502)])).toMatchObject({ verdict: 'failed', message: '50 of 100 requests failed: answered 502' });
    expect(await prove([answered('v2'), { kind: 'failed', why: 'reset', milliseconds: 1 }])).toMatchObject({ verdict: 'failed', message: '50 of 100 requests failed: reset' });
  });

  test('has left, though one answer of another server was lost', async () => {
    expect(await prove([...Array.from({ length: 99 }, () => answered('v2')), answered('v2', 502)])).toMatchObject({ verdict: 'passed', message: 'none of 100 requests was answered by canary:8000; 1 failed' });
  });

  test('that could hardly be asked about is not known to have left', async () => {
    const unasked: HttpAnswer = { kind: 'unasked', why: 'the connection to lb-1 is lost' };
    expect(await prove([answered('v2'), unasked, unasked])).toMatchObject({ verdict: 'unknown', message: 'only 34 of 100 requests were answered: the connection to lb-1 is lost' });
  });

  test('and cannot be told from the others by what it says leaves that open', async () => {
    expect(await prove([answered('v3')], false)).toMatchObject({ verdict: 'passed', message: '100 of 100 requests were answered' });
  });
});
