import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpFunctions } from '../../src/commands/nginx/http.ts';
import { words } from '../../src/commands/quote.ts';
import { prelude } from '../../src/hosts/prelude.ts';

const folder = mkdtempSync(join(tmpdir(), 'nginx-http-'));
const socket = join(folder, 'app.sock');
const seen: { host: string | undefined; path: string | undefined; connection: string | undefined }[] = [];

const answer: RequestListener = (request: IncomingMessage, response) => {
  seen.push({ host: request.headers.host, path: request.url, connection: request.headers.connection });
  const [, status = '200'] = /^\/status\/(\d+)/.exec(request.url ?? '') ?? [];
  if (request.url === '/never') return;
  response.writeHead(Number(status), { 'x-Version': ' v 1 ', ...(status === '302' ? { location: '/status/200' } : {}) });
  response.end(request.url === '/long' ? 'x'.repeat(300_000) : 'says "well"\n');
};

const servers: Server[] = [];
async function listen(server: Server | HttpServer, at: { path: string } | { port: number; host: string }): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(at, resolve));
  const address = server.address() as AddressInfo | string;
  return typeof address === 'string' ? 0 : address.port;
}

let ports: { http: number; https: number; garbage: number; closed: number };
beforeAll(async () => {
  const local = { port: 0, host: '127.0.0.1' };
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=other.example', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr.toString()}`);
  const gone = createTcp();
  const closed = await listen(gone, local);
  await new Promise((resolve) => void gone.close(resolve));
  await listen(createHttp(answer), { path: socket });
  ports = {
    http: await listen(createHttp(answer), local),
    https: await listen(createHttps({ key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) }, answer), local),
    garbage: await listen(createTcp((connection) => void connection.on('error', () => undefined).end('no HTTP at all\r\n')), local),
    closed,
  };
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** Runs a script without stopping this process, which is the server. */
async function run(script: string, shell: readonly [string, ...(readonly string[])] = ['sh']): Promise<{ readonly code: number | null; readonly output: string; readonly facts: ReadonlyMap<string, readonly string[]> }> {
  const child = spawn(shell[0], shell.slice(1), { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], http_proxy: 'http://127.0.0.1:1/', https_proxy: 'http://127.0.0.1:1/' } });
  let [output, told] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  (child.stdio[3] as NodeJS.ReadableStream).on('data', (chunk: Buffer) => (told += chunk.toString()));
  child.stdin?.end(`${prelude}set -eu\n${script}`);
  const code = await new Promise<number | null>((resolve) => void child.on('close', resolve));
  const facts = new Map<string, string[]>();
  for (const line of told.split('\n').filter(Boolean)) {
    const equals = line.indexOf('=');
    facts.set(line.slice(0, equals), [...(facts.get(line.slice(0, equals)) ?? []), line.slice(equals + 1)]);
  }
  return { code, output, facts };
}

const clients = ['curl', 'python3', 'wget'].filter((client) => spawnSync('sh', ['-c', `command -v ${client}`]).status === 0);

describe.each(clients)('asked by %s', (client) => {
  const ask = async (scheme: string, address: string, path: string, seconds = '3'): Promise<string> => {
    const made = mkdtempSync(join(folder, 'ask-'));
    const { output } = await run(`${httpFunctions}http_client=${client}
http_ask ${words(made, scheme, address, 'green-matchers.example', path, seconds)}
echo "$http_status|$(http_header ${words(made, 'X-Version')})|$(wc -c <${words(join(made, 'body'))} | tr -d ' ')|$http_why"`);
    return output;
  };

  test('a good answer: status, header, body; by the name and on a connection of its own', async () => {
    seen.length = 0;
    expect(await ask('http', `127.0.0.1:${ports.http}`, "/health?a='b'")).toBe('200|v 1|12|\n');
    expect(seen).toEqual([{ host: 'green-matchers.example', path: expect.stringMatching(/^\/health\?a=('|%27)b('|%27)$/) as string, connection: expect.stringMatching(/^close$/i) as string }]);
  });

  test.each(['404', '503', '302'])('a %s is that', async (status) => {
    expect(await ask('http', `127.0.0.1:${ports.http}`, `/status/${status}`)).toMatch(new RegExp(`^${status}\\|v 1\\|${client === 'wget' && status === '302' ? 0 : 12}\\|\\n$`));
  });

  test('no certificate is looked at', async () => {
    expect(await ask('https', `127.0.0.1:${ports.https}`, '/')).toBe('200|v 1|12|\n');
  });

  test('a long body is cut', async () => {
    expect(await ask('http', `127.0.0.1:${ports.http}`, '/long')).toBe('200|v 1|65536|\n');
  });

  test('nobody there, no answer, no HTTP, no such name: none, and why', async () => {
    expect(await ask('http', `127.0.0.1:${ports.closed}`, '/')).toMatch(/^000\|\|0\|.*(refused|connect)/i);
    expect(await ask('http', `127.0.0.1:${ports.http}`, '/never', '1')).toMatch(/^000\|\|0\|.*tim/i);
    expect(await ask('http', `127.0.0.1:${ports.garbage}`, '/')).toMatch(/^000\|.*\|.+/);
    expect(await ask('http', 'nobody.invalid:80', '/')).toMatch(/^000\|\|0\|.+/);
  });

  test.skipIf(client === 'wget')('through a unix socket', async () => {
    expect(await ask('http', `unix:${socket}`, '/')).toBe('200|v 1|12|\n');
  });
});

test('wget says that it asks no unix sockets, and none of them that there is none', async () => {
  const asked = (client: string): string => `${httpFunctions}http_client=${client}\nhttp_ask ${words(folder, 'http', 'unix:/x', 'x', '/', '1')}\necho "$http_status $http_why"`;
  expect((await run(asked('wget'))).output).toMatch(/^000 wget asks no unix sockets/);
  expect((await run(asked('none'))).output).toMatch(/^000 the host has neither curl nor python3 nor wget/);
});
