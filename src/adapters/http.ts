import { lookup } from 'node:dns/promises';
import { request as send, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Http, HttpAnswer, HttpRequest } from '../ports.ts';
import { connect, type Network } from './http-connection.ts';
import { TooLate, troubleOf, Unasked } from './http-trouble.ts';

const bodyLimit = 1024 * 1024;

type Reply = { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string };

/** `Http` of the ports, from the runner or through a host. Proxies from the environment are not used: the service itself is asked. */
export function httpOver(network: Network = { resolve: (name) => lookup(name, { all: true }) }): Http {
  return async (request) => {
    const start = performance.now();
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(new TooLate()), request.timeout);
    const cancel = (): void => ending.abort(new Unasked('the run was ended before it was answered'));
    if (request.signal?.aborted === true) cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    const progress: Progress = {};
    try {
      const reply = await exchange(request, network, ending.signal, progress);
      return { kind: 'answered', ...reply, milliseconds: since(start) };
    } catch (error) {
      return unanswered(ending.signal.aborted && !(error instanceof Unasked) ? ending.signal.reason : error, request, progress, since(start));
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', cancel);
      progress.connection?.destroy();
    }
  };
}

/** How far a question came, for the words about its end. */
type Progress = { connection?: Duplex; status?: number };

async function exchange(request: HttpRequest, network: Network, signal: AbortSignal, progress: Progress): Promise<Reply> {
  const connection = await connect(request, network, signal);
  progress.connection = connection;
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  const { method, url, forwarded } = request;
  return new Promise<Reply>((resolve, reject) => {
    const asked = send({
      createConnection: () => connection,
      method,
      path: `${url.pathname}${url.search}`,
      headers: { Host: url.host, 'User-Agent': 'rollback-action', Accept: '*/*', 'Cache-Control': 'no-cache', Connection: 'close', ...(forwarded === undefined ? {} : { 'X-Forwarded-Proto': forwarded }) },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      progress.status = response.statusCode ?? 0;
      bodyOf(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body }), reject);
    });
    // Last resort, for an end without an error (a switch of protocols that nobody asked for).
    asked.on('close', () => {
      if (progress.status === undefined) reject(new Error('the connection was closed without an answer'));
    });
    asked.end();
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bodyLimit) break;
  }
  return Buffer.concat(chunks).subarray(0, bodyLimit).toString();
}

function headersOf({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(', ')]])));
}

function unanswered(error: unknown, { url, via, at, timeout }: HttpRequest, { connection, status }: Progress, milliseconds: number): HttpAnswer {
  // Path and query can carry tokens: host and port are enough.
  const host = at === undefined ? url.host : at.address.startsWith('/') ? at.address : `${at.address.includes(':') ? `[${at.address}]` : at.address}:${at.port}`;
  const place = via === undefined ? host : `${host} from ${via.name}`;
  if (error instanceof TooLate) {
    const got = status === undefined ? (connection === undefined ? 'no connection' : 'no answer') : `answered ${status}, but the reply was not complete`;
    return { kind: 'failed', why: `${place}: ${got} within ${timeout / 1000} s`, milliseconds };
  }
  const { kind, why } = troubleOf(error);
  const cut = status === undefined ? '' : `answered ${status}, but `;
  return kind === 'failed' ? { kind, why: `${place}: ${cut}${why}`, milliseconds } : { kind, why: `${place}: ${why}` };
}

function since(start: number): number {
  return Math.round(performance.now() - start);
}
