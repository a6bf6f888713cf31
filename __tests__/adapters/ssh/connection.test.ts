/** What ssh2 and node-ssh leave open, one by one, against a real sshd. The command is a plain `sh`, so that a test says what it does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/hosts/connection.ts';
import { Relay } from '../../fleet/relay.ts';
import { until } from '../../fleet/until.ts';
import { watch, wrap } from '../../../src/adapters/ssh/connection.ts';
import { parseKnownHosts } from '../../../src/adapters/ssh/known-hosts.ts';
import { open } from './opening.ts';
import { sshdAvailable, startSshd } from './sshd.ts';
import type { Sshd } from './sshd.ts';

const { Server, utils } = ssh2;

describe.skipIf(!(await sshdAvailable()))('a connection', () => {
  let sshd: Sshd;
  let connection: Connection;
  beforeAll(async () => {
    sshd = await startSshd();
    connection = await open(sshd, { command: 'exec sh' });
  });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await sshd[Symbol.asyncDispose]();
  });

  test('tells status and both streams', async () => {
    expect(await connection.exec('echo out; echo err >&2; exit 3', 5000)).toEqual({ kind: 'ended', code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('a shell ended by a signal is lost, not ended', async () => {
    expect(await connection.exec('kill -9 $$', 5000)).toEqual({ kind: 'lost', why: 'the shell on the host was ended by SIGKILL' });
  });

  test('a command that hangs is given up, the connection stands', async () => {
    expect(await connection.exec('sleep 30', 100)).toEqual({ kind: 'timeout', why: 'no answer within 0.1 s' });
    expect(await connection.exec('exit 0', 5000)).toMatchObject({ code: 0 });
  });

  test('a command that does not read its input ends', async () => {
    await using early = await open(sshd, { command: 'exit 4' });
    expect(await early.exec('x'.repeat(5_000_000), 5000)).toMatchObject({ kind: 'ended', code: 4 });
  });

  test('5 MB of input arrive', async () => {
    await using counting = await open(sshd, { command: 'wc -c' });
    expect(await counting.exec('é'.repeat(2_500_000), 5000)).toMatchObject({ stdout: '5000000\n' });
  });

  test('700 MB of output leave their beginning and their end', async () => {
    const end = await connection.exec("echo begin; head -c 700000000 /dev/zero | tr '\\000' x; echo end", 60_000);
    if (end.kind !== 'ended') throw new Error(end.why);
    expect(end.stdout).toMatch(/^begin\nx+end\n$/);
    expect(end.stdout.length).toBe((64 + 1024) * 1024);
    expect(end.gap).toBe(64 * 1024);
  }, 60_000);

  test('characters are whole wherever chunks break', async () => {
    await using echoing = await open(sshd, { command: 'cat' });
    const sent = 'x' + '€é😀'.repeat(70_000);
    const end = await echoing.exec(sent, 5000);
    expect(end.kind === 'ended' && end.stdout === sent).toBe(true);
  });

  test.each([
    ['RST', 'reset'], ['FIN', 'end'], ['silence', 'silence'],
  ] as const)('cut by %s, everything on it is lost and the process lives', async (_, how) => {
    await using relay = await Relay.to('127.0.0.1', sshd.port);
    await using cut = await open(sshd, { command: 'exec sh', knownHosts: parseKnownHosts(sshd.line('ed25519', relay.port)).entries }, relay.port);
    const running = [cut.exec('echo half; sleep 20', 30_000), cut.exec('sleep 20', 30_000)];
    await using server = await answering();
    const dialled = await cut.dial('127.0.0.1', server.port);
    const broke = new Promise<Error>((resolve) => dialled.once('error', resolve));
    await cut.exec('exit 0', 5000);
    relay.cut(how);
    expect(await Promise.all(running)).toMatchObject([{ kind: 'lost' }, { kind: 'lost' }]);
    expect((await broke).message).toMatch(/web-1: the connection was lost while it led to/);
    expect(cut.alive).toBe(false);
    expect(await cut.exec('exit 0', 5000)).toMatchObject({ kind: 'lost' });
    await expect(cut.dial('127.0.0.1', server.port)).rejects.toMatchObject({ failures: [{ code: 'host-lost' }] });
  });

  test('an sshd that is ended takes its sessions with it', async () => {
    await using own = await startSshd();
    await using cut = await open(own, { command: 'exec sh' });
    const running = cut.exec('kill $(ps -o ppid= -p $$); sleep 20', 30_000);
    expect(await running).toMatchObject({ kind: 'lost' });
    await until('it is known', () => (cut.alive ? undefined : true));
  });

  test('a channel that closes without an exit status is lost, not ended', async () => {
    const key = utils.generateKeyPairSync('ed25519');
    const server = new Server({ hostKeys: [key.private] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => context.accept());
      client.on('session', (accept) => accept().on('exec', (acceptExec) => acceptExec().end('half')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await using cut = await open(sshd, { knownHosts: parseKnownHosts(`[127.0.0.1]:${port} ${key.public}`).entries }, port);
    expect(await cut.exec('', 5000)).toEqual({ kind: 'lost', why: 'the connection closed before the command ended' });
    server.close();
  });

  test('dial reaches what the host reaches', async () => {
    await using server = await answering();
    const way = await connection.dial('127.0.0.1', server.port);
    way.end('ping');
    expect(await text(way)).toBe('got ping');
    await expect(connection.dial('127.0.0.1', 1)).rejects.toThrow(/Connection refused/);
  });

  test.each(['Not connected', 'No response from server'])('dial that ssh2 refuses with “%s” has lost its host, not been refused by the address', async (message) => {
    const { Client } = ssh2;
    for (const thrown of [true, false]) {
      const client = Object.assign(new Client(), {
        forwardOut: (...[, , , , opened]: Parameters<InstanceType<typeof Client>['forwardOut']>) => {
          if (thrown) throw new Error(message);
          opened?.(new Error(message), undefined as never);
        },
      });
      const wrapped = wrap(client, 'web-1', 'sh', watch(client));
      await expect(wrapped.dial('127.0.0.1', 1)).rejects.toMatchObject({ failures: [{ code: 'host-lost', host: 'web-1' }] });
    }
  });

  test('dial reaches unix sockets too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'socket-'));
    const server = createServer({ allowHalfOpen: true }, (socket) => void text(socket).then((got) => socket.end(`got ${got}`)));
    await new Promise<void>((resolve) => server.listen(join(folder, 'app.sock'), resolve));
    const way = await connection.dial(join(folder, 'app.sock'), 0);
    way.end('ping');
    expect(await text(way)).toBe('got ping');
    server.close();
    await expect(connection.dial(join(folder, 'none.sock'), 0)).rejects.toThrow(/open failed|Connection refused/);
    rmSync(folder, { recursive: true });
  });

  test('dial says when sshd forbids it', async () => {
    await using strict = await startSshd(['AllowTcpForwarding no']);
    await using forbidden = await open(strict);
    await expect(forbidden.dial('127.0.0.1', strict.port)).rejects.toMatchObject({ failures: [{ code: 'no-rights', host: 'web-1' }] });
  });
});

async function answering(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    void text(socket).then((got) => socket.end(`got ${got}`), () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
