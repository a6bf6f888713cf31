import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { Config } from 'node-ssh';
import type { AuthHandlerMiddleware } from 'ssh2';
import { messageOf, RollbackError } from '../../errors.ts';
import type { Failure } from '../../errors.ts';
import type { Address, Connection } from '../../hosts/connection.ts';
import type { Milliseconds } from '../../ports.ts';
import { offered } from './algorithms.ts';
import { watch, wrap } from './connection.ts';
import { noPinnedKeyType, notLetIn, unreachable, wrongHostKey } from './failures.ts';
import { describe, judge, keysFor } from './known-hosts.ts';
import type { KnownHost, Verdict } from './known-hosts.ts';
import type { PrivateKey } from './private-key.ts';

export type Credentials = {
  readonly key: PrivateKey;
  readonly knownHosts: readonly KnownHost[];
  /** The whole of what is ever sent as a command line. */
  readonly command: string;
  /** From the first packet to being let in. */
  readonly timeout: Milliseconds;
  /** After three of these without an answer the connection is lost. */
  readonly keepalive: Milliseconds;
};

/**
 * One try to connect; `through` is the way over a jump host.
 * @throws RollbackError `host-unreachable`, `host-key-mismatch`, `authentication-failed`
 */
export async function connect(host: Address, credentials: Credentials, through?: Duplex): Promise<Connection> {
  const pinned = keysFor(credentials.knownHosts, host.address, host.port);
  let verdict: Verdict | undefined;
  const config: Config = {
    ...(through === undefined ? { host: host.address, port: host.port } : { sock: through }),
    username: host.user,
    authHandler: onlyKey(host.user, credentials.key),
    algorithms: offered(pinned),
    readyTimeout: credentials.timeout,
    keepaliveInterval: credentials.keepalive,
    keepaliveCountMax: 3,
    // ssh2 lets every host through unless this answers exactly `false`, and at once.
    hostVerifier: (key: Buffer) => {
      let ok: unknown = false;
      try {
        verdict = judge(pinned, key);
        ok = verdict.kind === 'known';
      } catch {
        ok = false;
      }
      return ok === true;
    },
  };
  const ssh = new NodeSSH();
  const connecting = ssh.connect(config);
  // Set by then, and gone as soon as the connection is.
  const client = ssh.connection;
  if (client === null) throw await connecting.then(() => new Error('node-ssh made no connection'));
  const health = watch(client);
  try {
    await connecting;
  } catch (error) {
    client.destroy();
    throw new RollbackError(failureOf(error, host, credentials, pinned, verdict), { cause: error });
  }
  // ssh2 leaves Nagle's algorithm on: a run of five commands takes 0.93 s with it and 0.32 s without.
  client.setNoDelay(true);
  return wrap(client, host.name, credentials.command, health);
}

/** One method, one key, and then no more: `false` is what tells ssh2 so, though its types do not know. */
function onlyKey(username: string, { parsed }: PrivateKey): AuthHandlerMiddleware {
  let asked = false;
  return (_left, _partial, next) => {
    if (asked) return false;
    asked = true;
    return next({ type: 'publickey', username, key: parsed });
  };
}

function failureOf(
  error: unknown, host: Address, { key }: Credentials, pinned: readonly KnownHost[], verdict: Verdict | undefined,
): Failure {
  const why = messageOf(error);
  if (verdict !== undefined && verdict.kind !== 'known') return wrongHostKey(host, verdict);
  if (/no matching host key/i.test(why)) return noPinnedKeyType(host, pinned.map((entry) => describe(entry.key)));
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  if (level === 'client-authentication') return notLetIn(host, key.fingerprint);
  return unreachable(host, why);
}
