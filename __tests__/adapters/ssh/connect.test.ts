import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePrivateKey } from '../../../src/adapters/ssh/private-key.ts';
import { parseKnownHosts } from '../../../src/adapters/ssh/known-hosts.ts';
import { RollbackError } from '../../../src/errors.ts';
import { link } from '../../../src/hosts/link.ts';
import { attempt } from '../../fleet/run.ts';
import { addressOf, open, optionsFor, opener } from './opening.ts';
import { sshdAvailable, startSshd } from './sshd.ts';
import type { Sshd } from './sshd.ts';

const available = await sshdAvailable();
const pemBlock = /-----BEGIN[^]*END[^\n]*\n/;

async function refusal(opening: Promise<AsyncDisposable>): Promise<RollbackError> {
  try {
    await (await opening)[Symbol.asyncDispose]();
  } catch (error) {
    if (error instanceof RollbackError) return error;
    throw error;
  }
  throw new Error('It was let in');
}

describe.skipIf(!available)('a host', () => {
  let sshd: Sshd;
  let stranger: Sshd;
  beforeAll(async () => {
    sshd = await startSshd(['LogLevel VERBOSE']);
    stranger = await startSshd();
  });
  afterAll(async () => {
    await sshd[Symbol.asyncDispose]();
    await stranger[Symbol.asyncDispose]();
  });
  const known = (lines: string) => ({ knownHosts: parseKnownHosts(lines).entries });

  test.each(['ed25519', 'ecdsa', 'rsa'] as const)('is let through by its %s key', async (type) => {
    await using connection = await open(sshd, known(sshd.line(type)));
    expect(connection.alive).toBe(true);
  });

  test('is let through by one of several keys', async () => {
    await using connection = await open(sshd, known(`${sshd.line('rsa')}\n${sshd.line('ed25519')}`));
    expect(connection.alive).toBe(true);
  });

  test.each([
    ['is unknown', () => '', /the host key is not known: got ssh-ed25519 SHA256:/],
    ['is another host\'s', () => stranger.line('ed25519', sshd.port), /expected ssh-ed25519 SHA256:\S+, got ssh-ed25519 SHA256:/],
    ['is revoked', () => `${sshd.line()}\n@revoked ${sshd.line()}`, /the host key is revoked/],
    ['is of another type than the known one', () => sshd.line('rsa').replace(/ssh-rsa .*/, stranger.hostKeys.rsa), /expected ssh-rsa SHA256:\S+, got ssh-rsa/],
  ])('is refused before we say who we are when its key %s', async (_, lines, what) => {
    const before = sshd.log().length;
    const { failures, message } = await refusal(open(sshd, known(lines())));
    expect(failures).toMatchObject([{ code: 'host-key-mismatch', host: 'web-1' }]);
    expect(message).toMatch(what);
    expect(message).toMatch(new RegExp(`ssh-keyscan -t (ed25519|rsa) -p ${sshd.port} 127.0.0.1`));
    expect(sshd.log().slice(before)).not.toMatch(/publickey|Accepted|Failed/);
  });

  test('is refused when it has no key of the known type', async () => {
    await using onlyRsa = await startSshd(['HostKeyAlgorithms rsa-sha2-512']);
    expect((await refusal(open(onlyRsa))).failures).toMatchObject([{ code: 'host-key-mismatch', what: expect.stringMatching(/no key of the known type: expected ssh-ed25519/) }]);
  });

  test('that does not let us in says so, once', async () => {
    const slept: number[] = [];
    const clock = { now: () => 0, sleep: async (duration: number) => void slept.push(duration) };
    const key = parsePrivateKey(stranger.clientKey);
    const error = await refusal(open(sshd, { key, clock }));
    expect(error.failures).toMatchObject([{ code: 'authentication-failed', host: 'web-1' }]);
    expect(error.message).toContain(`the user ${sshd.user} was not let in with the key ${key.fingerprint}`);
    expect(slept).toEqual([]);
  });

  test('that is not there is tried three times', async () => {
    const slept: number[] = [];
    const clock = { now: () => 0, sleep: async (duration: number) => void slept.push(duration) };
    const error = await refusal(open(sshd, { clock }, 1));
    expect(error.failures).toMatchObject([{ code: 'host-unreachable', host: 'web-1', why: expect.stringContaining('ECONNREFUSED') }]);
    expect(slept).toEqual([1000, 2000]);
  });

  test.each([
    ['says nothing', ''],
    ['is no SSH server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('that %s is unreachable', async (_, greeting) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const error = await refusal(open(sshd, { timeout: 100 }, (server.address() as AddressInfo).port));
    server.close();
    expect(error.failures).toMatchObject([{ code: 'host-unreachable' }]);
  });
});

describe.skipIf(!available)('over a jump host', () => {
  test('forty hosts at once, each key checked, over one connection', async () => {
    await using sshd = await startSshd(['LogLevel VERBOSE']);
    await using bastion = await startSshd(['LogLevel VERBOSE']);
    const jump = addressOf(bastion, 'bastion');
    const options = { ...optionsFor(sshd, `${sshd.line()}\n${bastion.line()}`), key: parsePrivateKey(sshd.clientKey), jump };
    // Both let the same key in: the bastion is asked with the host's.
    await bastion.allow(sshd);
    await using through = opener(options);
    const connections = await Promise.all(Array.from({ length: 40 }, (_, index) => through.open(addressOf(sshd, `web-${index}`))));
    expect(connections.every(({ alive }) => alive)).toBe(true);
    expect(bastion.log().match(/Accepted publickey/g)).toHaveLength(1);
    await Promise.all(connections.map(async (connection) => connection[Symbol.asyncDispose]()));

    await using strict = opener({ ...options, knownHosts: parseKnownHosts(sshd.line()).entries });
    expect((await refusal(strict.open(addressOf(sshd)))).failures).toMatchObject([{ code: 'host-key-mismatch', host: 'bastion' }]);
    await using wrong = opener({ ...options, knownHosts: parseKnownHosts(bastion.line()).entries });
    expect((await refusal(wrong.open(addressOf(sshd)))).failures).toMatchObject([{ code: 'host-key-mismatch', host: 'web-1' }]);
    expect((await refusal(through.open({ ...addressOf(sshd), port: 1 }))).failures).toMatchObject([
      { code: 'host-unreachable', host: 'web-1', why: expect.stringContaining('from bastion') },
    ]);
  });
});

describe('a private key', () => {
  test('with a passphrase is opened once; a wrong one is told without the key', async () => {
    const { stdout } = await attempt(['sh', '-c', 'd=$(mktemp -d) && ssh-keygen -q -t ed25519 -N word -f "$d/k" && cat "$d/k" && ssh-keygen -lf "$d/k" && rm -r "$d"']);
    const [pem = ''] = pemBlock.exec(stdout) ?? [];
    const key = parsePrivateKey(pem, 'word');
    expect(stdout).toContain(key.fingerprint.split(' ')[1]);
    for (const passphrase of [undefined, 'other']) {
      expect(() => parsePrivateKey(pem, passphrase)).toThrow(/Input "ssh-private-key" cannot be used: .*ssh-passphrase/s);
    }
    expect(() => parsePrivateKey('no key')).toThrow(/Give the whole private key/);
  });
});

test('a link opens one connection for all who ask at once, and a new one when that is lost', async () => {
  let opened = 0;
  let alive = true;
  const way = link(async () => {
    opened += 1;
    return { get alive() { return alive; }, exec: () => Promise.reject(new Error()), dial: () => Promise.reject(new Error()), [Symbol.asyncDispose]: async () => undefined };
  });
  await Promise.all([way.connection(), way.connection(), way.connection()]);
  expect(opened).toBe(1);
  alive = false;
  await way.connection();
  expect(opened).toBe(2);
});
