/** Whoever is told may be dead, slow, babbling or hostile: nobody waits for it, and it is told of in words. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { trySending } from '../../src/adapters/send.ts';
import { sendOver } from '../../src/notify/sending.ts';
import { openTelling } from '../../src/notify/telling.ts';
import type { Clock } from '../../src/ports.ts';
import { closed, listening, serving, speaking } from '../adapters/server.ts';
import { begun, ended } from './events.ts';
import { opened, worldOf } from './notifiers.ts';

let folder = '';
const tls = { key: '', cert: '' };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telling-test-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'certificate')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  Object.assign(tls, { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The machine's time, in which a second of waiting lasts ten milliseconds. */
const hurried: Clock = { now: () => systemClock.now(), sleep: (duration, signal) => systemClock.sleep(duration / 100, signal) };

type Place = { readonly base: string; readonly port: number };

async function refused(): Promise<Place> {
  const server = await serving(() => {});
  // The port of a server that is closed is nobody's for the moment.
  const gone = await new Promise<number>((done) => {
    const other = createHttps().listen(0, '127.0.0.1', () => {
      const at = other.address();
      other.close(() => done(typeof at === 'object' && at !== null ? at.port : server.port));
    });
  });
  return at('http', gone);
}

const at = (scheme: string, port: number): Place => ({ base: `${scheme}://127.0.0.1:${port}`, port });
const endless = (response: ServerResponse): void => {
  const chunk = Buffer.alloc(16 * 1024, 'x');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};

/** An answer that never gets beyond its status. */
const dripping = (socket: Socket): void => {
  for (const [index, byte] of Buffer.from('HTTP/1.1 200 OK\r\n').entries()) setTimeout(() => socket.destroyed || socket.write(Buffer.of(byte)), index * 1000).unref();
};

/** How long one try may last where no answer comes. */
const short = 200;
const enough = 10_000;

const faults: readonly (readonly [string, () => Promise<Place>, RegExp, number])[] = [
  ['refused', refused, /the connection was refused$/, enough],
  ['a black hole', async () => at('http', (await speaking(() => {})).port), /no (connection|answer) within 0\.2 s$/, short],
  ['500', async () => at('http', (await serving((_request, response) => response.writeHead(500).end('oops'))).port), /answered 500 "oops"$/, enough],
  ['429', async () => at('http', (await serving((_request, response) => response.writeHead(429, { 'Retry-After': '2' }).end())).port), /answered 429$/, enough],
  ['one byte a second', async () => at('http', (await speaking(dripping)).port), /no (connection|answer) within 0\.2 s$/, short],
  ['a certificate of its own', async () => at('https', (await listening(createHttps(tls, (_request, response) => response.end('ok')))).port), /its certificate is not valid \(self-signed certificate\)$/, enough],
  ['an answer of a gigabyte', async () => at('http', (await serving((_request, response) => { response.writeHead(500, { 'Content-Length': 1_000_000_000 }); endless(response); })).port), /answered 500 "x{119}…"$/, enough],
];

describe.each(faults)('%s', (_what, open, why, limit) => {
  test('each one of those who are told says so once, and not where', async () => {
    const { base, port } = await open();
    const send = sendOver(trySending(limit), hurried);
    const { slack, statuspage, webhook } = opened(base, worldOf(send));
    const telling = openTelling([slack, statuspage, webhook], { clock: hurried });
    for (const each of [begun(), ended('rolled-back')]) telling.tell(each);
    const warnings = await telling.finish(1_000_000);
    expect(warnings.map((warning) => warning.split(' was not told: ')[0])).toEqual(['Slack', 'Statuspage', 'The webhook']);
    for (const warning of warnings) {
      expect(warning).toMatch(why);
      expect(warning).not.toContain('credential');
      expect(warning.replaceAll(`127.0.0.1:${port}`, '')).not.toMatch(/127|services|events|pages/);
    }
  });
});

test('what hangs is cut when the time is over', async () => {
  const hole = await speaking(() => {});
  const { slack } = opened(`http://127.0.0.1:${hole.port}`, worldOf(sendOver(trySending(600_000), hurried)));
  const telling = openTelling([slack], { clock: hurried });
  telling.tell(ended('rolled-back'));
  expect(await telling.finish(10_000)).toEqual(['Slack was not told how the rollback ended: it took longer than 10 s after the run']);
  await closed(hole);
});

describe('one try', () => {
  const ask = (base: string, more: { limit?: number; network?: Parameters<typeof trySending>[1]; body?: unknown } = {}) =>
    trySending(more.limit ?? 10_000, more.network)({ method: 'POST', url: new URL(`${base}/services/credential?a=b`), headers: { 'X-Own': 'yes' }, body: more.body ?? { text: 'é' }, signal: new AbortController().signal });

  test('sends JSON with its length, and reads the answer', async () => {
    const seen: unknown[] = [];
    const server = await serving((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        seen.push([request.method, request.url, request.headers['content-type'], request.headers['content-length'], request.headers['x-own'], Buffer.concat(chunks).toString()]);
        response.writeHead(503, { 'Retry-After': '7' }).end('later');
      });
    });
    expect(await ask(`http://127.0.0.1:${server.port}`)).toEqual({ kind: 'answered', status: 503, body: 'later', retryAfter: '7' });
    expect(seen).toEqual([['POST', '/services/credential?a=b', 'application/json; charset=utf-8', '13', 'yes', '{"text":"é"}']]);
  });

  test('of an endless answer 64 KiB are taken, and no more is sent for', async () => {
    const server = await serving((_request, response) => { response.writeHead(200); endless(response); });
    const tried = await ask(`http://127.0.0.1:${server.port}`);
    expect(tried).toMatchObject({ kind: 'answered', status: 200 });
    expect(tried.kind === 'answered' && tried.body.length).toBe(64 * 1024);
    await closed(server);
    // What the kernel's buffers took between the two; a gigabyte would be on its way.
    expect(server.connections[0]?.bytesWritten).toBeLessThan(64 * 1024 * 1024);
  });

  test('a connection that the server keeps is closed', async () => {
    const server = await speaking((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok')));
    expect(await ask(`http://127.0.0.1:${server.port}`)).toEqual({ kind: 'answered', status: 200, body: 'ok' });
    await closed(server);
  });

  test('a status that came counts, though the rest does not come', async () => {
    const server = await serving((_request, response) => { response.writeHead(200, { 'Content-Length': 10 }); response.write('o'); });
    expect(await ask(`http://127.0.0.1:${server.port}`, { limit: 1000 })).toEqual({ kind: 'answered', status: 200, body: 'o' });
  });

  test('follows no redirect', async () => {
    let asked = 0;
    const server = await serving((_request, response) => { asked += 1; response.writeHead(302, { Location: '/elsewhere' }).end(); });
    expect(await ask(`http://127.0.0.1:${server.port}`)).toMatchObject({ kind: 'answered', status: 302 });
    expect(asked).toBe(1);
  });

  test('takes a certificate that is trusted', async () => {
    const server = await listening(createHttps(tls, (_request, response) => response.end('ok')));
    const network = { resolve: async () => [], authorities: tls.cert };
    expect(await ask(`https://127.0.0.1:${server.port}`, { network })).toEqual({ kind: 'answered', status: 200, body: 'ok' });
  });

  test.each<[string, string, string]>([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'the reply is not HTTP (Expected HTTP/, RTSP/ or ICE/)'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', 'the connection was closed without an answer'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'X-A: a\r\n'.repeat(20_000)}`, 'the reply is not HTTP (Header overflow)'],
  ])('a reply of %s', async (_what, reply, why) => {
    const server = await speaking((socket) => socket.write(reply));
    const tried = await ask(`http://127.0.0.1:${server.port}`);
    expect(tried).toEqual({ kind: 'unanswered', why: expect.stringMatching(/^127\.0\.0\.1:\d+: /) });
    expect(tried.kind === 'unanswered' && tried.why.replace(/^127\.0\.0\.1:\d+: /, '')).toBe(why);
  });

  test('a name that does not resolve, and an address that nobody asks', async () => {
    const network = { resolve: async () => { throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }); } };
    expect(await ask('https://hooks.test', { network })).toEqual({ kind: 'unanswered', why: 'hooks.test: its name does not resolve (ENOTFOUND)' });
    expect(await ask('http://169.254.169.254')).toEqual({ kind: 'unanswered', why: '169.254.169.254: 169.254.169.254 is a link-local address, which is never asked' });
  });
});
