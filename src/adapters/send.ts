/** One JSON request to whoever is told of a run. */
import { request as ask, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TryOnce, Tried } from '../notify/sending.ts';
import type { Milliseconds } from '../ports.ts';
import { connect, type Network } from './http-connection.ts';
import { TooLate, troubleOf } from './http-trouble.ts';
import { namesOfTelling } from './names.ts';

const bodyLimit = 64 * 1024;

/**
 * A try ends after `limit`, whatever the server does: then its connection is destroyed, as it is after 64 KiB of the answer. A status that came
 * counts though its body is not complete: it was received. Certificates are verified, redirects not followed. Words hold no path: it can be the credential.
 */
export function trySending(limit: Milliseconds = 5000, network: Network = { resolve: namesOfTelling }): TryOnce {
  return async (request) => {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(new TooLate()), limit);
    const stop = (): void => ending.abort(new Error('there was no time left for it'));
    if (request.signal.aborted) stop();
    request.signal.addEventListener('abort', stop, { once: true });
    const progress: Progress = { chunks: [], size: 0 };
    try {
      await exchange(request, network, ending.signal, progress);
    } catch (error) {
      if (progress.response === undefined) return { kind: 'unanswered', why: `${request.url.host}: ${whyOf(ending.signal.aborted ? ending.signal.reason : error, progress, limit)}` };
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', stop);
      progress.connection?.destroy();
    }
    return answered(progress, request.url.host);
  };
}

/** How far a request came. */
type Progress = { connection?: Duplex; response?: IncomingMessage; readonly chunks: Buffer[]; size: number };

async function exchange({ method, url, headers, body }: Parameters<TryOnce>[0], network: Network, signal: AbortSignal, progress: Progress): Promise<void> {
  const connection = await connect({ url }, network, signal);
  progress.connection = connection;
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = ask({
      createConnection: () => connection,
      method,
      path: `${url.pathname}${url.search}`,
      headers: {
        Host: url.host, 'User-Agent': 'rollback-action', Accept: 'application/json, */*', Connection: 'close', ...headers,
        ...(payload === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': payload.length }),
      },
    });
    asked.on('error', reject);
    asked.on('response', resolve);
    // Last resort, for an end without an error (a switch of protocols that nobody asked for).
    asked.on('close', () => reject(new Error('the connection was closed without an answer')));
    asked.end(payload);
  });
  progress.response = response;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    progress.chunks.push(chunk);
    progress.size += chunk.length;
    if (progress.size >= bodyLimit) break;
  }
}

function answered({ response, chunks }: Progress, host: string): Tried {
  const retryAfter = response?.headers['retry-after'];
  const status = response?.statusCode;
  if (status === undefined) return { kind: 'unanswered', why: `${host}: the reply has no status` };
  return { kind: 'answered', status, body: Buffer.concat(chunks).subarray(0, bodyLimit).toString(), ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function whyOf(error: unknown, { connection }: Progress, limit: Milliseconds): string {
  if (error instanceof TooLate) return `${connection === undefined ? 'no connection' : 'no answer'} within ${limit / 1000} s`;
  return troubleOf(error).why;
}
