import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';
import type { KeyType, KnownHost } from './known-hosts.ts';

const signatures = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const satisfies Record<KeyType, readonly ServerHostKeyAlgorithm[]>;

/**
 * What we offer a host. Only the key types that are pinned for it, so that it answers with one that can be compared; every type when none
 * is, to be able to name the key that is then refused. No SHA-1. No group exchange (ssh2 blocks for 1.7 s), no chacha20-poly1305
 * (ssh2 hangs through a jump host) and no -etm: without the two, Terrapin (CVE-2023-48795) has nothing to cut.
 */
export function offered(pinned: readonly KnownHost[]): Algorithms {
  const types = new Set(pinned.filter(({ revoked }) => !revoked).map(({ type }) => type));
  const all = Object.entries(signatures).filter(([type]) => types.size === 0 || [...types].some((one) => one === type));
  return {
    serverHostKey: all.flatMap(([, names]) => names),
    kex: [
      'curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
    ],
    cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
    hmac: ['hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
  };
}
