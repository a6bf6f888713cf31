/**
 * The known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") and what it says of a key that a host offers.
 * Certificate authorities are told as not usable: ssh2 knows no host certificates.
 */
import { createHash, createHmac } from 'node:crypto';

type Names =
  | { readonly kind: 'patterns'; readonly patterns: readonly { readonly negated: boolean; readonly pattern: RegExp }[] }
  | { readonly kind: 'hashed'; readonly salt: Buffer; readonly hash: string };

export type KeyType = (typeof keyTypes)[number];

export type KnownHost = {
  readonly line: number;
  readonly names: Names;
  readonly revoked: boolean;
  readonly type: KeyType;
  readonly key: Buffer;
};

/** What the lines say of the key that a host offers. Keys are told as `ssh-ed25519 SHA256:…`. */
export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' | 'revoked'; readonly offered: string }
  | { readonly kind: 'changed'; readonly offered: string; readonly expected: readonly string[] };

const keyTypes = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'] as const;

/** Every line that is one; what is wrong with the others, led by their number. */
export function parseKnownHosts(text: string): { readonly entries: readonly KnownHost[]; readonly problems: readonly string[] } {
  const entries: KnownHost[] = [];
  const problems: string[] = [];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const entry = parseLine(line, index + 1);
    if (typeof entry === 'string') problems.push(`line ${index + 1}: ${entry}`);
    else entries.push(entry);
  }
  return { entries, problems };
}

function parseLine(text: string, line: number): KnownHost | string {
  const fields = text.split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined;
  if (marker === '@cert-authority') return '@cert-authority cannot be used here: give the host\'s own key';
  if (marker !== undefined && marker !== '@revoked') return `unknown marker "${marker}", expected @revoked`;
  const [hosts, typeName, encoded] = fields;
  if (hosts === undefined || typeName === undefined || encoded === undefined) {
    return 'expected "host key-type key", as ssh-keyscan prints it';
  }
  const names = parseNames(hosts);
  if (names === undefined) return `"${hosts}" is not a host name, a list of patterns or a hashed name`;
  const type = keyTypes.find((known) => known === typeName);
  if (type === undefined) return `the key type "${typeName}" cannot be used, expected one of ${keyTypes.join(', ')}`;
  const key = Buffer.from(encoded, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || typeOf(key) !== type) return `the key is damaged, it is not a whole ${type} key`;
  return { line, names, revoked: marker === '@revoked', type, key };
}

function parseNames(hosts: string): Names | undefined {
  if (hosts.startsWith('|')) {
    const [, salt, hash] = /^\|1\|([A-Za-z0-9+/]+=*)\|([A-Za-z0-9+/]+=*)$/.exec(hosts) ?? [];
    return salt === undefined || hash === undefined ? undefined : { kind: 'hashed', salt: Buffer.from(salt, 'base64'), hash };
  }
  const patterns = hosts.split(',').map((one) => {
    const negated = one.startsWith('!');
    return { negated, text: negated ? one.slice(1) : one };
  });
  if (patterns.some(({ text }) => text === '')) return undefined;
  return { kind: 'patterns', patterns: patterns.map(({ negated, text }) => ({ negated, pattern: wildcard(text) })) };
}

function wildcard(text: string): RegExp {
  const source = text.toLowerCase().replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

/** The key type that a key blob names, when the blob is a whole one: a sequence of length-prefixed fields. */
function typeOf(key: Buffer): string | undefined {
  let type: string | undefined;
  let at = 0;
  while (at + 4 <= key.length) {
    const end = at + 4 + key.readUInt32BE(at);
    if (end > key.length) return undefined;
    type ??= key.toString('latin1', at + 4, end);
    at = end;
  }
  return at === key.length ? type : undefined;
}

/**
 * The lines that speak of a host. As in OpenSSH, a port other than 22 is looked up as `[host]:port`, and the lines for the
 * bare name count only when there are none for the port; one matching `!pattern` takes its line out.
 */
export function keysFor(entries: readonly KnownHost[], host: string, port: number): readonly KnownHost[] {
  const bare = host.toLowerCase();
  const named = (name: string): readonly KnownHost[] => entries.filter(({ names }) => matches(names, name));
  if (port === 22) return named(bare);
  const withPort = named(`[${bare}]:${port}`);
  return withPort.some(({ revoked }) => !revoked) ? withPort : [...withPort, ...named(bare)];
}

function matches(names: Names, name: string): boolean {
  if (names.kind === 'hashed') return createHmac('sha1', names.salt).update(name).digest('base64') === names.hash;
  const hits = names.patterns.filter(({ pattern }) => pattern.test(name));
  return hits.length > 0 && hits.every(({ negated }) => !negated);
}

/** Judges the key that a host offered by the lines that `keysFor` found for it. */
export function judge(entries: readonly KnownHost[], offered: Buffer): Verdict {
  const same = entries.filter(({ key }) => key.equals(offered));
  if (same.some(({ revoked }) => revoked)) return { kind: 'revoked', offered: describe(offered) };
  if (same.length > 0) return { kind: 'known' };
  const expected = entries.filter(({ revoked }) => !revoked).map(({ key }) => describe(key));
  return expected.length === 0
    ? { kind: 'unknown', offered: describe(offered) }
    : { kind: 'changed', offered: describe(offered), expected };
}

/** `ssh-ed25519 SHA256:…`, the fingerprint as ssh-keygen prints it. */
export function describe(key: Buffer): string {
  const hash = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  return `${typeOf(key) ?? 'unreadable key'} SHA256:${hash}`;
}
