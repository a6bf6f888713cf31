import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { RollbackError } from '../../src/errors.ts';
import { ask, closed, serving, speaking, via } from './server.ts';

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

function babbling(head: string) {
  return (socket: Socket): void => {
    socket.write(head);
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  };
}
