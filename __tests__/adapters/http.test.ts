import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { httpOver } from '../../src/adapters/http.ts';
import { RollbackError } from '../../src/errors.ts';
import type { HttpAnswer, HttpRequest, ReadableHost } from '../../src/ports.ts';

const resolve = async (name: string) => {
  if (name === 'nowhere.test') throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  if (name === 'slow-name.test') await pause(60_000, undefined, { ref: false });
  if (name === 'metadata.test') return [{ address: '127.0.0.1', family: 4 }, { address: '169.254.169.254', family: 4 }];
  if (name === 'two.test') return [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }];
  return [{ address: '127.0.0.1', family: 4 }];
};

let folder = '';
let certificate = '';
let key = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'http-test-'));
  const [keyFile, file] = [join(folder, 'key'), join(folder, 'certificate')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
    '-subj', '/CN=shop.test', '-addext', 'subjectAltName=DNS:shop.test', '-keyout', keyFile, '-out', file], { stdio: 'ignore' });
  certificate = readFileSync(file, 'utf8');
  key = readFileSync(keyFile, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function ask(url: string, more: Partial<HttpRequest> = {}, network: { authorities?: string } = {}): Promise<HttpAnswer> {
  return httpOver({ resolve, ...network })({ method: 'GET', url: new URL(url), timeout: 5000, ...more });
}

/** Starts a server on a free port of loopback; it ends with the test, together with its connections. */
async function listening(server: Server): Promise<{ port: number; connections: Socket[] }> {
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

const serving = (answer: RequestListener) => listening(createHttp(answer));
const speaking = (speak: (socket: Socket) => void) => listening(createTcp((socket) => {
  speak(socket);
  // Unread, it would not see its end.
  socket.resume();
}));

/** Waits until every connection that the server saw is closed. */
async function closed({ connections }: { connections: readonly Socket[] }): Promise<void> {
  // `once` would take the reset of a connection for its own failure.
  await Promise.all(connections.map(async (socket) => socket.closed || new Promise((done) => socket.once('close', done))));
}

/** A host of which only `dial` is of interest. */
function via(dial: ReadableHost['dial']): ReadableHost {
  return { name: 'web-2', ask: () => Promise.reject(new Error('not asked')), dial };
}

/** What an SSH channel is: a stream that is no socket. */
function channel(port: number): Duplex {
  const socket = connect(port, '127.0.0.1');
  const { readable, writable } = Duplex.toWeb(socket);
  return Duplex.fromWeb({ readable, writable });
}

describe('an answer', () => {
  test('has status, headers and body', async () => {
    const { port } = await serving((_, response) => {
      response.writeHead(503, { 'X-Version': 'v2', 'Set-Cookie': ['a=1', 'b=2'] }).end('{"commit":"Grün"}');
    });
    const answer = await ask(`http://127.0.0.1:${port}/health`);
    expect(answer).toMatchObject({ kind: 'answered', status: 503, body: '{"commit":"Grün"}', milliseconds: expect.any(Number) });
    expect(answer.kind === 'answered' && answer.headers.get('x-version')).toBe('v2');
    expect(answer.kind === 'answered' && answer.headers.get('set-cookie')).toBe('a=1, b=2');
  });

  test('is asked for with the method, the whole path and our own headers', async () => {
    const { port } = await serving(({ method, url, headers }, response) => response.end(JSON.stringify({ method, url, headers })));
    const answer = await ask(`http://shop.test:${port}/a%20b?c=d`, { method: 'POST' });
    expect(JSON.parse(answer.kind === 'answered' ? answer.body : '')).toEqual({
      method: 'POST',
      url: '/a%20b?c=d',
      headers: {
        host: `shop.test:${port}`, 'user-agent': 'rollback-action', accept: '*/*', 'cache-control': 'no-cache',
        connection: 'close', 'content-length': '0',
      },
    });
  });

  test('comes on a fresh connection every time, and none is left open', async () => {
    const server = await serving((_, response) => response.end('ok'));
    for (let i = 0; i < 3; i++) await ask(`http://127.0.0.1:${server.port}/`);
    expect(server.connections).toHaveLength(3);
    await closed(server);
  });

  test('that redirects is not followed', async () => {
    const asked: unknown[] = [];
    const { port } = await serving(({ url }, response) => {
      asked.push(url);
      response.writeHead(302, { Location: '/login' }).end();
    });
    expect(await ask(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answered', status: 302 });
    expect(asked).toEqual(['/']);
  });

  test('of 10 MB is an answer, of which 1 MiB is read', async () => {
    const server = await serving((_, response) => response.end(Buffer.alloc(10_000_000, 'x')));
    const answer = await ask(`http://127.0.0.1:${server.port}/`);
    expect(answer).toMatchObject({ kind: 'answered', status: 200 });
    expect(answer.kind === 'answered' && answer.body.length).toBe(1024 * 1024);
    await closed(server);
  });

  test('without an end is an answer once 1 MiB was read', async () => {
    const server = await serving((_, response) => {
      const more = (): unknown => (response.destroyed ? undefined : response.write(Buffer.alloc(65_536, 'x'), more));
      more();
    });
    expect(await ask(`http://127.0.0.1:${server.port}/`)).toMatchObject({ kind: 'answered', status: 200 });
    await closed(server);
  });

  test('comes from the second address of a name when nobody listens at the first', async () => {
    const { port } = await serving((_, response) => response.end('ok'));
    expect(await ask(`http://two.test:${port}/`)).toMatchObject({ kind: 'answered', status: 200 });
  });
});

describe('a wrong answer has failed', () => {
  const said = (text: string) => (socket: Socket): void => {
    socket.once('data', () => socket.end(text));
  };
  test.each<[string, (socket: Socket) => void, RegExp]>([
    ['resets', (socket) => socket.once('data', () => socket.resetAndDestroy()), /: the connection was closed before the answer was complete$/],
    ['closes', (socket) => socket.once('data', () => socket.end()), /: the connection was closed before the answer was complete$/],
    ['speaks another protocol', said('SSH-2.0-OpenSSH_9.2\r\n'), /: the reply is not HTTP \(.+\)$/],
    ['breaks off in the head', said('HTTP/1.1 200 OK\r\nX-Ver'), /: the connection was closed before the answer was complete$/],
    ['breaks off in the body', said('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'), /: answered 200, but the connection was closed before the answer was complete$/],
    ['breaks off in a chunk', said('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'), /: answered 200, but the connection was closed before the answer was complete$/],
    ['switches protocols unasked', said('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'), /closed/],
    ['has endless headers', (socket) => socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)), /: the reply is not HTTP \(.+\)$/],
  ])('a server that %s', async (_, speak, why) => {
    const server = await speaking(speak);
    const answer = await ask(`http://127.0.0.1:${server.port}/`);
    expect(answer).toMatchObject({ kind: 'failed', why: expect.stringMatching(why), milliseconds: expect.any(Number) });
    expect(answer).toMatchObject({ why: expect.stringMatching(/^127\.0\.0\.1:\d+: /) });
    await closed(server);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['accepts and hangs', () => {}, 'no answer within 0.2 s'],
    ['babbles in the head', babbling('HTTP/1.1 200 OK\r\nX: '), 'no answer within 0.2 s'],
    ['babbles in the body', babbling('HTTP/1.1 200 OK\r\n\r\n'), 'answered 200, but the reply was not complete within 0.2 s'],
  ])('a server that %s', async (_, speak, why) => {
    const server = await speaking(speak);
    expect(await ask(`http://127.0.0.1:${server.port}/`, { timeout: 200 })).toMatchObject({ kind: 'failed', why: `127.0.0.1:${server.port}: ${why}` });
    await closed(server);
  });

  test('a port where nobody listens, whose URL holds a token', async () => {
    const server = createTcp();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    for (const name of ['127.0.0.1', 'two.test']) {
      const answer = await ask(`http://${name}:${port}/?token=secret`);
      expect(answer).toMatchObject({ kind: 'failed', why: `${name}:${port}: the connection was refused` });
    }
  });
});

function babbling(head: string) {
  return (socket: Socket): void => {
    socket.write(head);
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  };
}

describe('what could not be asked is unasked', () => {
  test.each([
    ['http://nowhere.test/', 'nowhere.test: its name does not resolve (ENOTFOUND)'],
    ['http://slow-name.test/', 'slow-name.test: its name did not resolve in time'],
    ['http://metadata.test/', 'metadata.test: 169.254.169.254 is a link-local address, which is never asked'],
    ['http://169.254.169.254/latest/meta-data/', '169.254.169.254: 169.254.169.254 is a link-local address, which is never asked'],
    ['http://2852039166/', '169.254.169.254: 169.254.169.254 is a link-local address, which is never asked'],
    ['http://[::ffff:169.254.0.1]:8000/', '[::ffff:a9fe:1]:8000: ::ffff:a9fe:1 is a link-local address, which is never asked'],
    ['http://[fe80::1]/', '[fe80::1]: fe80::1 is a link-local address, which is never asked'],
    ['http://[fd00:ec2::254]/', '[fd00:ec2::254]: fd00:ec2::254 is a link-local address, which is never asked'],
  ])('%s', async (url, why) => {
    expect(await ask(url, { timeout: 200 })).toEqual({ kind: 'unasked', why });
    expect(await ask(url, { timeout: 200, via: via(async () => Promise.reject(new RollbackError({ what: why.replace(/^.*?: /, ''), code: 'no-rights', fix: '' }))) }))
      .toEqual({ kind: 'unasked', why: why.replace(': ', ' from web-2: ') });
  });

  test('a question that is given up, before and after it began', async () => {
    const server = await speaking((socket) => socket.once('data', () => stop.abort()));
    const stop = new AbortController();
    const why = `127.0.0.1:${server.port}: the run was ended before it was answered`;
    expect(await ask(`http://127.0.0.1:${server.port}/`, { signal: stop.signal })).toEqual({ kind: 'unasked', why });
    expect(await ask(`http://127.0.0.1:${server.port}/`, { signal: stop.signal })).toEqual({ kind: 'unasked', why });
    await closed(server);
  });
});

describe('from a host', () => {
  test('the address is dialled as the URL names it, and keeps its Host', async () => {
    const server = await serving(({ headers }, response) => response.end(headers.host));
    const dialled: unknown[] = [];
    const host = via(async (address, port) => (dialled.push([address, port]), channel(server.port)));
    for (const url of ['http://localhost:8000/health', 'http://[::1]/', 'http://10.0.0.7/']) {
      expect(await ask(url, { via: host })).toMatchObject({ kind: 'answered', status: 200, body: new URL(url).host });
    }
    expect(dialled).toEqual([['localhost', 8000], ['::1', 80], ['10.0.0.7', 80]]);
    await closed(server);
  });

  test('a refused connection has failed', async () => {
    const host = via(() => Promise.reject(new Error('(SSH) Channel open failure: Connection refused')));
    expect(await ask('http://127.0.0.1:8000/', { via: host }))
      .toMatchObject({ kind: 'failed', why: '127.0.0.1:8000 from web-2: (SSH) Channel open failure: Connection refused' });
  });

  test.each(['http', 'https'])('a host lost in the middle of %s is unasked', async (scheme) => {
    const lost = new RollbackError({ what: 'the connection to web-2 is lost', code: 'host-lost', host: 'web-2', fix: 'Look at it.' });
    const host = via(async () => {
      const stream: Duplex = new Duplex({ read() {}, write: () => stream.destroy(lost) });
      return stream;
    });
    expect(await ask(`${scheme}://shop.test/`, { via: host })).toEqual({ kind: 'unasked', why: 'shop.test from web-2: the connection to web-2 is lost' });
    const inBody = via(async () => {
      const stream: Duplex = new Duplex({ read() {}, write: () => (stream.push('HTTP/1.1 200 OK\r\n\r\nhalf'), setImmediate(() => stream.destroy(lost))) });
      return stream;
    });
    expect(await ask('http://shop.test/', { via: inBody })).toMatchObject({ kind: 'unasked' });
  });

  test('a connection that closes during the TLS handshake has failed, at once', async () => {
    const { port } = await speaking((socket) => socket.destroy());
    expect(await ask('https://shop.test/', { via: via(async () => channel(port)) })).toMatchObject({ kind: 'failed', why: expect.stringContaining('closed') });
  });

  test('a host that dials too slowly has failed, and its late connection is closed', async () => {
    const late = new Duplex({ read() {}, write() {} });
    const closing = once(late, 'close');
    const dialling = Promise.withResolvers<Duplex>();
    const host = via(() => dialling.promise);
    expect(await ask('http://127.0.0.1:8000/', { via: host, timeout: 50 }))
      .toMatchObject({ kind: 'failed', why: '127.0.0.1:8000 from web-2: no connection within 0.05 s' });
    dialling.resolve(late);
    await closing;
  });
});

describe('TLS', () => {
  const secure = () => listening(createHttps({ cert: certificate, key }, ({ headers }, response) => response.end(headers.host)));

  test.each(['the runner', 'a host'])('a certificate that is trusted and of the right name, from %s', async (from) => {
    const server = await secure();
    const more = from === 'a host' ? { via: via(async () => channel(server.port)) } : {};
    expect(await ask(`https://shop.test:${server.port}/`, more, { authorities: certificate })).toMatchObject({ kind: 'answered', status: 200, body: `shop.test:${server.port}` });
    expect(await ask(`https://other.test:${server.port}/`, more, { authorities: certificate }))
      .toMatchObject({ kind: 'failed', why: expect.stringMatching(/: its certificate is not valid \(Host: other\.test\. is not in the cert's altnames: DNS:shop\.test\)$/) });
    expect(await ask(`https://shop.test:${server.port}/`, more)).toMatchObject({ kind: 'failed', why: expect.stringMatching(/: its certificate is not valid \(self-signed certificate\)$/) });
    await closed(server);
  });

  test('a server that speaks plain HTTP, hangs or resets has failed', async () => {
    const plain = await serving((_, response) => response.end('ok'));
    expect(await ask(`https://shop.test:${plain.port}/`)).toMatchObject({ kind: 'failed', why: expect.stringMatching(/: TLS failed \([a-z ]+\)$/) });
    const silent = await speaking(() => {});
    expect(await ask(`https://shop.test:${silent.port}/`, { timeout: 100 })).toMatchObject({ kind: 'failed', why: expect.stringMatching(/: no connection within 0.1 s$/) });
    const rude = await speaking((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await ask(`https://shop.test:${rude.port}/`)).toMatchObject({ kind: 'failed', why: expect.stringMatching(/closed before the answer/) });
    await Promise.all([plain, silent, rude].map(closed));
  });
});
