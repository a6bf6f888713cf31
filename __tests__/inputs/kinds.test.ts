import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { written } from '../../src/inputs/addresses.ts';
import type { Kind } from '../../src/inputs/kind.ts';
import { batch, sizeOf } from '../../src/inputs/kinds/batch.ts';
import { commit } from '../../src/inputs/kinds/commit.ts';
import { asDuration, duration } from '../../src/inputs/kinds/duration.ts';
import { host } from '../../src/inputs/kinds/host.ts';
import { knownHosts } from '../../src/inputs/kinds/known-hosts.ts';
import { directory, relativePath } from '../../src/inputs/kinds/path.ts';
import { period } from '../../src/inputs/kinds/period.ts';
import { isEncrypted, privateKey } from '../../src/inputs/kinds/private-key.ts';
import { unit } from '../../src/inputs/kinds/unit.ts';
import { databaseUrl } from '../../src/inputs/kinds/url.ts';
import { knownHostsLine } from './good.ts';

const anyDuration = duration({ from: 0 });

describe('duration', () => {
  test.each([['90s', 90_000], ['5m', 300_000], ['250ms', 250], ['2h', 7_200_000], ['45', 45_000], ['0', 0], ['120h', 432_000_000]])('%s', (text, expected) => {
    expect(anyDuration(text)).toEqual({ value: expected });
  });

  test('what is written as a duration reads as the same', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 432_000_000 }), (milliseconds) => {
      expect(anyDuration(asDuration(milliseconds))).toEqual({ value: milliseconds });
    }));
  });

  test.each(['', '-1', '1.5s', '1 s', '1d', '5M', '0x10', '1e3', '٣s', '121h', '9999999999'])('refuses %j', (text) => {
    expect(valueOf(anyDuration, text)).toBeUndefined();
  });
});

describe('period', () => {
  const day = 86_400_000;

  test.each([['1d', day], ['30d', 30 * day], ['4w', 28 * day], ['366d', 366 * day], ['52w', 364 * day]])('%s', (text, expected) => {
    expect(period(text)).toEqual({ value: expected });
  });

  test.each(['', '30', '0d', '-1d', '1.5d', '30 d', '60s', '1m', '367d', '53w', '030d', '٣d', '1d2'])('refuses %j', (text) => {
    expect(valueOf(period, text)).toBeUndefined();
  });
});

describe('batch', () => {
  test('never takes more than its share, never none, and comes to an end', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 256 }), (percent, total) => {
      const parsed = valueOf(batch, `${percent}%`);
      expect(parsed).toEqual({ percent });
      const size = sizeOf({ percent }, total);
      expect(size).toBeGreaterThanOrEqual(1);
      expect(size === 1 || size * 100 <= total * percent).toBe(true);
      expect(sizeOf({ hosts: percent }, total)).toBe(Math.min(percent, total));
    }));
  });
});

describe('host', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?$/);
  const line = fc.record(
    {
      user: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/),
      address: fc.oneof(fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')), fc.ipV4(), fc.ipV6()),
      port: fc.integer({ min: 1, max: 65_535 }),
    },
    { requiredKeys: ['address'] },
  );

  test('reads what it would write', () => {
    fc.assert(fc.property(line, (parts) => {
      expect(host(written(parts))).toEqual({ value: parts });
    }));
  });

  test('nothing that it takes could be an option, another user or two words', () => {
    fc.assert(fc.property(fc.stringMatching(/^[-a@:.[\]0-9 é]{1,12}$/), (text) => {
      const parts = valueOf(host, text);
      if (parts !== undefined) expect([parts.user ?? 'x', parts.address]).not.toContainEqual(expect.stringMatching(/^-|[@\s]|^$/));
    }), { numRuns: 1000 });
  });

  test.each(['web-1', 'deploy@web-1.example.com', 'web-1:2222', 'a@10.0.0.1:22', '[::1]', 'a@[2001:db8::1]:22', 'xn--wb-1-bpa', 'first.last@web-1'])('takes %s', (text) => {
    expect(valueOf(host, text)).toBeDefined();
  });

  test.each(['', '@web-1', '-web', 'web-', 'web..1', 'web-1:', 'web-1:0', 'web-1:022', 'web_1', '1.2.3', '1.2.3.04', '[::1', '::1', '[web-1]', '[fe80::1%eth0]', 'a b@web-1', 'ssh://web-1', `${'a'.repeat(64)}.com`])('refuses %j', (text) => {
    expect(valueOf(host, text)).toBeUndefined();
  });
});

describe('commit', () => {
  test.each([
    ['3f2a1bc', '3f2a1bc'], ['A'.repeat(40), 'a'.repeat(40)], ['f'.repeat(64), 'f'.repeat(64)],
    ['v1.2.3', 'v1.2.3'], ['release/2025', 'release/2025'], ['main', 'main'], ['äpfel', 'äpfel'], ['refs/tags/v1', 'refs/tags/v1'],
  ])('takes %s', (text, expected) => {
    expect(commit(text)).toEqual({ value: expected });
  });

  test('takes a name exactly when git does, but for what would read as something else', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a.~^:?*@{}/\\ [-]{1,8}$/), (text) => {
      const taken = valueOf(commit, text) !== undefined;
      expect(taken).toBe(!/^[-/]/.test(text) && gitTakes(text));
    }), { numRuns: 60 });
  });
});

describe('unit', () => {
  test.each([['api', 'api.service'], ['api.service', 'api.service'], ['app@1', 'app@1.service'], ['api.v2', 'api.v2.service'], ['x.timer', 'x.timer'], ['dev-disk\\x2d1', 'dev-disk\\x2d1.service']])('%s', (text, expected) => {
    expect(unit(text)).toEqual({ value: expected });
  });

  test.each(['*', 'a?', '[a]', 'a b', '-a', '--all', 'a;b', 'x.mount', '../x', 'a/b', 'ä'])('refuses %j', (text) => {
    expect(valueOf(unit, text)).toBeUndefined();
  });
});

describe('path', () => {
  test('what is taken is the same path, and stays below where it begins', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a./~]{1,10}$/), (text) => {
      const path = valueOf(relativePath, text);
      if (path !== undefined) expect(new URL(`file:///base/${path}`).pathname).toBe(`/base/${path === '.' ? '' : path}`);
    }), { numRuns: 1000 });
  });

  test.each([['/srv/shop', '/srv/shop'], ['/srv/shop/', '/srv/shop'], ['/usr/local/shop', '/usr/local/shop'], ['/home/deploy/app', '/home/deploy/app'], ['/srv/…/ä b', '/srv/…/ä b']])('directory %s', (text, expected) => {
    expect(directory(text)).toEqual({ value: expected });
  });

  test.each(['/', '/etc', '/etc/', '/var/lib', '/home', '/root', '/proc/1', '/dev/shm', '/lib/x', 'srv', '~/app', '/srv/../etc', '/srv/./a', '//srv', `/${'a'.repeat(1025)}`])('refuses %s', (text) => {
    expect(valueOf(directory, text)).toBeUndefined();
  });
});

describe('database URL', () => {
  test.each(['mysql://a:b@h/db', 'mariadb://h/db', 'mariadb+pymysql://a:p%40ss@h:3306/green_matchers?charset=utf8mb4', 'mysql+aiomysql://a@h/db', 'mysql:///db?unix_socket=/run/mysqld/mysqld.sock'])('takes %s', (text) => {
    expect(databaseUrl(text)).toEqual({ value: text });
  });

  test.each(['db', 'mysql:/a', 'postgresql://a:b@h', 'sqlite:///db', 'mysql://a:b@h', 'mysql://a:b@h/', 'mysql://a:b@h/-x', 'mysql://a:b@h/a/b', 'mysql://a:b c@h/db', 'mysql://a:b#c@h/db'])('refuses %s', (text) => {
    expect(valueOf(databaseUrl, text)).toBeUndefined();
  });
});

describe('private key', () => {
  test.each([
    ['an OpenSSH key', ['-t', 'ed25519'], '', false],
    ['an OpenSSH key with a passphrase', ['-t', 'ed25519'], 'sesame', true],
    ['a PEM key', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], '', false],
    ['a PEM key with a passphrase', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'sesame', true],
    ['a PKCS#8 key with a passphrase', ['-t', 'ecdsa', '-m', 'PKCS8'], 'sesame', true],
  ])('%s, as ssh-keygen makes it', (_what, options, passphrase, encrypted) => {
    const folder = mkdtempSync(join(tmpdir(), 'key-'));
    try {
      execFileSync('ssh-keygen', ['-q', '-N', passphrase, '-f', join(folder, 'key'), ...options]);
      const text = readFileSync(join(folder, 'key'), 'utf8');
      expect(privateKey(text.trim())).toEqual({ value: text });
      expect(isEncrypted(text)).toBe(encrypted);
      expect(valueOf(privateKey, readFileSync(join(folder, 'key.pub'), 'utf8').trim())).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('known_hosts', () => {
  const [, key = ''] = knownHostsLine.split('web-1 ');

  test.each([`web-1 ${key}`, `[web-1]:2222,10.0.0.1 ${key} a comment`, `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ${key}`, `@revoked web-1 ${key}`])('takes %s', (text) => {
    expect(knownHosts(text)).toEqual({ value: `${text}\n` });
  });

  test('the text stays as it is; the same line twice does no harm', () => {
    const text = `# web-1:22 SSH-2.0-OpenSSH_10.0\n${knownHostsLine}\n\n${knownHostsLine}`;
    expect(knownHosts(text)).toEqual({ value: `${text}\n` });
  });

  test.each([key, `@cert-authority *.example ${key}`, 'web-1', 'web-1 ssh-ed25519', 'web-1 ssh-ed25519 notakey', `@wrong web-1 ${key}`, 'SHA256:abc'])('refuses %s', (text) => {
    expect(valueOf(knownHosts, text)).toBeUndefined();
  });
});

function valueOf<T>(kind: Kind<T>, text: string): T | undefined {
  const parsed = kind(text);
  return 'value' in parsed ? parsed.value : undefined;
}

function gitTakes(name: string): boolean {
  try {
    execFileSync('git', ['check-ref-format', '--allow-onelevel', name], { stdio: 'ignore' });
    return name !== '@';
  } catch {
    return false;
  }
}
