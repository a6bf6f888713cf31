import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RollbackError } from '../../src/errors.ts';
import { ask, closed, listening, serving, speaking, via } from './server.ts';

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

/** What an SSH channel is: a stream that is no socket. */
function channel(port: number): Duplex {
  const socket = connect(port, '127.0.0.1');
  const { readable, writable } = Duplex.toWeb(socket);
  return Duplex.fromWeb({ readable, writable });
}

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

  test('a server is asked at its own place, by the name that the URL has', async () => {
    const server = await serving(({ headers, url }, response) => response.end(`${headers.host} ${url}`));
    const dialled: unknown[] = [];
    const host = via(async (address, port) => (dialled.push([address, port]), channel(server.port)));
    const places = [{ address: 'blue', port: 8000 }, { address: '2001:db8::1', port: 80 }, { address: '/run/app.sock', port: 0 }];
    for (const at of places) expect(await ask('http://shop.test/health?deep=1', { via: host, at })).toMatchObject({ kind: 'answered', body: 'shop.test /health?deep=1' });
    expect(dialled).toEqual(places.map(({ address, port }) => [address, port]));
    const dead = via(() => Promise.reject(new Error('(SSH) Channel open failure: Connection refused')));
    const said = await Promise.all(places.map((at) => ask('http://shop.test/', { via: dead, at })));
    expect(said.map((answer) => 'why' in answer && answer.why.split(' from ')[0])).toEqual(['blue:8000', '[2001:db8::1]:80', '/run/app.sock']);
    expect(await ask('http://shop.test/', { via: dead, at: { address: '169.254.169.254', port: 80 } })).toMatchObject({ kind: 'unasked' });
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
    const broken = async (): Promise<Duplex> => {
      const stream: Duplex = new Duplex({ read() {}, write: () => stream.destroy() });
      return stream;
    };
    for (const dial of [async () => channel(port), broken]) {
      expect(await ask('https://shop.test/', { via: via(dial) })).toMatchObject({ kind: 'failed', why: expect.stringContaining('closed') });
    }
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

  test('a server that is asked at its own place may have any certificate', async () => {
    const server = await secure();
    const host = via(async () => channel(server.port));
    expect(await ask('https://other.test/', { via: host, at: { address: 'blue', port: 8443 } })).toMatchObject({ kind: 'answered', status: 200, body: 'other.test' });
    expect(await ask('https://other.test/', { via: host })).toMatchObject({ kind: 'failed' });
  });

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
