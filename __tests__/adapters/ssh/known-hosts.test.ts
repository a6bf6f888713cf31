import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { judge, keysFor, parseKnownHosts } from '../../../src/adapters/ssh/known-hosts.ts';

const field = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const blob = (type: string, fill: number): Buffer => Buffer.concat([field(Buffer.from(type)), field(Buffer.alloc(32, fill))]);
const ed = blob('ssh-ed25519', 1);
const other = blob('ssh-ed25519', 2);
const rsa = blob('ssh-rsa', 3);
const text = (key: Buffer): string => `${key.toString('latin1', 4, 4 + key.readUInt32BE(0))} ${key.toString('base64')}`;
const hashed = (name: string): string => {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};
const found = (lines: string, host: string, port = 22): number => {
  const { entries, problems } = parseKnownHosts(lines);
  expect(problems).toEqual([]);
  return keysFor(entries, host, port).length;
};

describe('which lines speak of a host', () => {
  test.each([
    ['plain', `web-1 ${text(ed)}`, 'web-1', 22, 1],
    ['upper case', `Web-1 ${text(ed)}`, 'wEB-1', 22, 1],
    ['with a comment', `web-1 ${text(ed)} root@web-1`, 'web-1', 22, 1],
    ['another host', `web-1 ${text(ed)}`, 'web-10', 22, 0],
    ['a dot is a dot', `web.1 ${text(ed)}`, 'webx1', 22, 0],
    ['a list', `web-1,10.0.0.1,web-2 ${text(ed)}`, '10.0.0.1', 22, 1],
    ['star', `*.example.com ${text(ed)}`, 'web.example.com', 22, 1],
    ['star takes nothing away', `*.example.com ${text(ed)}`, 'example.com', 22, 0],
    ['question mark', `web-? ${text(ed)}`, 'web-1', 22, 1],
    ['question mark is one', `web-? ${text(ed)}`, 'web-10', 22, 0],
    ['negated', `*.example.com,!old.example.com ${text(ed)}`, 'old.example.com', 22, 0],
    ['negated, another', `*.example.com,!old.example.com ${text(ed)}`, 'new.example.com', 22, 1],
    ['negated alone', `!web-1 ${text(ed)}`, 'web-2', 22, 0],
    ['port', `[web-1]:2222 ${text(ed)}`, 'web-1', 2222, 1],
    ['another port', `[web-1]:2222 ${text(ed)}`, 'web-1', 2223, 0],
    ['a line for a port is not for 22', `[web-1]:2222 ${text(ed)}`, 'web-1', 22, 0],
    ['a line without port is for every port', `web-1 ${text(ed)}`, 'web-1', 2222, 1],
    ['but not beside one with it', `web-1 ${text(other)}\n[web-1]:2222 ${text(ed)}`, 'web-1', 2222, 1],
    ['IPv6', `::1 ${text(ed)}`, '::1', 22, 1],
    ['IPv6 and port', `[::1]:2222 ${text(ed)}`, '::1', 2222, 1],
    ['hashed', `${hashed('web-1')} ${text(ed)}`, 'web-1', 22, 1],
    ['hashed, another', `${hashed('web-1')} ${text(ed)}`, 'web-2', 22, 0],
    ['hashed with port', `${hashed('[web-1]:2222')} ${text(ed)}`, 'web-1', 2222, 1],
    ['several', `# pinned in May\n\nweb-1 ${text(ed)}\r\nweb-1\t${text(rsa)}\n`, 'web-1', 22, 2],
  ])('%s', (_, lines, host, port, count) => {
    expect(found(lines, host, port)).toBe(count);
  });
});

test('every bad line is named, the others count', () => {
  const { entries, problems } = parseKnownHosts([
    'web-1', `web-1 ${text(ed).slice(0, -8)}`, `web-2 ${text(ed)}`, `@cert-authority *.example.com ${text(ed)}`, `@other web ${text(ed)}`,
    `web-1 ssh-dss ${rsa.toString('base64')}`, `web-1 ssh-rsa ${ed.toString('base64')}`, `|1|x ${text(ed)}`, `web,,db ${text(ed)}`, 'web-1 ssh-rsa not-base64!',
  ].join('\n'));
  expect(entries.map(({ line }) => line)).toEqual([3]);
  expect(problems).toMatchInlineSnapshot(`
    [
      "line 1: expected "host key-type key", as ssh-keyscan prints it",
      "line 2: the key is damaged, it is not a whole ssh-ed25519 key",
      "line 4: @cert-authority cannot be used here: give the host's own key",
      "line 5: unknown marker "@other", expected @revoked",
      "line 6: the key type "ssh-dss" cannot be used, expected one of ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa",
      "line 7: the key is damaged, it is not a whole ssh-rsa key",
      "line 8: "|1|x" is not a host name, a list of patterns or a hashed name",
      "line 9: "web,,db" is not a host name, a list of patterns or a hashed name",
      "line 10: the key is damaged, it is not a whole ssh-rsa key",
    ]
  `);
});

describe('the verdict on an offered key', () => {
  const verdict = (lines: string): unknown => judge(keysFor(parseKnownHosts(lines).entries, 'web-1', 22), ed);
  test.each([
    ['known', `web-1 ${text(ed)}`],
    ['known', `web-1 ${text(other)}\nweb-1 ${text(ed)}`],
    ['unknown', ''],
    ['unknown', `web-2 ${text(ed)}`],
    ['unknown', `@revoked web-1 ${text(other)}`],
    ['changed', `web-1 ${text(other)}`],
    ['changed', `web-1 ${text(rsa)}`],
    ['revoked', `@revoked web-1 ${text(ed)}`],
    ['revoked', `web-1 ${text(ed)}\n@revoked * ${text(ed)}`],
  ])('%s: %s', (kind, lines) => {
    expect(verdict(lines)).toMatchObject({ kind });
  });

  test('fingerprints are those of ssh-keygen', () => {
    const real = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    expect(judge(keysFor(parseKnownHosts(`github.com ssh-ed25519 ${real}`).entries, 'github.com', 22), Buffer.from(real, 'base64'))).toEqual({ kind: 'known' });
    expect(judge([], Buffer.from(real, 'base64'))).toEqual({
      kind: 'unknown', offered: 'ssh-ed25519 SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    });
  });
});
