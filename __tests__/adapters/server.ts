/** Servers of the loopback that answer well and badly, and questions to them. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { httpOver } from '../../src/adapters/http.ts';
import type { HttpAnswer, HttpRequest, ReadableHost } from '../../src/ports.ts';

const resolve = async (name: string) => {
  if (name === 'nowhere.test') throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  if (name === 'slow-name.test') await pause(60_000, undefined, { ref: false });
  if (name === 'metadata.test') return [{ address: '127.0.0.1', family: 4 }, { address: '169.254.169.254', family: 4 }];
  if (name === 'two.test') return [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }];
  return [{ address: '127.0.0.1', family: 4 }];
};

export async function ask(url: string, more: Partial<HttpRequest> = {}, network: { authorities?: string } = {}): Promise<HttpAnswer> {
  return httpOver({ resolve, ...network })({ method: 'GET', url: new URL(url), timeout: 5000, ...more });
}

/** Starts a server on a free port of loopback; it ends with the test, together with its connections. */
export async function listening(server: Server): Promise<{ port: number; connections: Socket[] }> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

export const serving = (answer: RequestListener) => listening(createHttp(answer));
export const speaking = (speak: (socket: Socket) => void) => listening(createTcp((socket) => {
  speak(socket);
  // Unread, it would not see its end.
  socket.resume();
}));

/** Waits until every connection that the server saw is closed. */
export async function closed({ connections }: { connections: readonly Socket[] }): Promise<void> {
  // `once` would take the reset of a connection for its own failure.
  await Promise.all(connections.map(async (socket) => socket.closed || new Promise((done) => socket.once('close', done))));
}

/** A host of which only `dial` is of interest. */
export function via(dial: ReadableHost['dial']): ReadableHost {
  return { name: 'web-2', ask: () => Promise.reject(new Error('not asked')), dial };
}
