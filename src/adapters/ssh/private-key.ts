import { utils } from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { RollbackError } from '../../errors.ts';
import { describe } from './known-hosts.ts';

/** Parsed once for all hosts: a passphrase costs 225 ms of blocking at every parse, in which other handshakes time out. */
export type PrivateKey = {
  readonly parsed: ParsedKey;
  /** `ssh-ed25519 SHA256:…` */
  readonly fingerprint: string;
};

/** @throws RollbackError `invalid-input`; never with a part of the key in it. */
export function parsePrivateKey(pem: string, passphrase?: string): PrivateKey {
  const result: unknown = utils.parseKey(pem, passphrase);
  const parsed: unknown = Array.isArray(result) ? result[0] : result;
  if (isKey(parsed) && parsed.isPrivateKey()) return { parsed, fingerprint: describe(parsed.getPublicSSH()) };
  const why = parsed instanceof Error ? parsed.message : 'it holds no private key';
  throw new RollbackError({
    what: 'Input "ssh-private-key" cannot be used',
    code: 'invalid-input',
    why,
    fix: /passphrase|decrypt|integrity|bad/i.test(why)
      ? 'Check Input "ssh-passphrase" against the key: ssh-keygen -y -f <key>'
      : 'Give the whole private key, from its BEGIN to its END line, in PEM or OpenSSH form',
  });
}

function isKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'isPrivateKey' in value && 'getPublicSSH' in value;
}
