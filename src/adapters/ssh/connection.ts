/**
 * One wrapper around an ssh2 connection that closes what ssh2 and node-ssh leave open: errors after `ready` that nobody listens to, commands
 * that never settle or settle as success when the connection is lost, output without bound, characters broken between chunks.
 */
import type { Duplex } from 'node:stream';
import type { Client, ClientCallback, ClientChannel } from 'ssh2';
import { RollbackError } from '../../errors.ts';
import type { Connection, ExecEnd } from '../../hosts/connection.ts';
import { Bounded } from './bounded.ts';

const chunkSize = 64 * 1024;
const kept = { first: 64 * 1024, last: 1024 * 1024, stderr: 4 * 1024 };

/** Wraps a client that is ready. `command` is all that ever stands on its command line. */
export function wrap(client: Client, name: string, command: string, health: Health): Connection {
  return {
    get alive() {
      return health.lost === undefined;
    },
    exec: (stdin, limit) => exec(client, health, command, stdin, limit),
    dial: (address, port) => dial(client, health, name, address, port),
    [Symbol.asyncDispose]: () => close(client, health),
  };
}

/** Listens to a client from before it connects until the process ends. */
export type Health = {
  /** Why the connection is gone; undefined while it stands. */
  readonly lost: string | undefined;
  /** Calls back once when the connection is lost, at once if it already is; returns how to stop listening. */
  onLost(callback: (why: string) => void): () => void;
};

export function watch(client: Client): Health {
  let lost: string | undefined;
  const callbacks = new Set<(why: string) => void>();
  const lose = (why: string): void => {
    if (lost !== undefined) return;
    lost = why;
    for (const callback of callbacks) callback(why);
    callbacks.clear();
  };
  // Without a listener for every single `error`, a reset or a keepalive timeout ends the process.
  client.on('error', (error) => lose(error.message));
  client.on('end', () => lose('the host closed the connection'));
  client.on('close', () => lose('the connection was closed'));
  return {
    get lost() {
      return lost;
    },
    onLost(callback) {
      if (lost === undefined) callbacks.add(callback);
      else callback(lost);
      return () => callbacks.delete(callback);
    },
  };
}

function exec(client: Client, health: Health, command: string, stdin: string, limit: number): Promise<ExecEnd> {
  return new Promise((resolve) => {
    let channel: ClientChannel | undefined;
    const settle = (end: ExecEnd): void => {
      clearTimeout(timer);
      stopListening();
      channel?.close();
      resolve(end);
    };
    const timer = setTimeout(() => settle({ kind: 'timeout', why: `no answer within ${limit / 1000} s` }), limit);
    let stopListening = (): void => {};
    stopListening = health.onLost((why) => settle({ kind: 'lost', why }));
    if (health.lost !== undefined) return;
    try {
      client.exec(command, (error, opened) => {
        if (error !== undefined) return settle({ kind: 'lost', why: error.message });
        channel = opened;
        follow(opened, settle);
        void feed(opened, Buffer.from(stdin));
      });
    } catch (error) {
      settle({ kind: 'lost', why: String(error) });
    }
  });
}

/** Only an exit status makes an end: a channel that closes without one tells nothing of the command. */
function follow(channel: ClientChannel, settle: (end: ExecEnd) => void): void {
  const stdout = new Bounded(kept.first, kept.last);
  const stderr = new Bounded(0, kept.stderr);
  let exit: { code: number | null; signal?: string } | undefined;
  channel.on('data', (chunk: Buffer) => stdout.add(chunk));
  channel.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  channel.on('error', () => {});
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = signal === undefined ? { code } : { code, signal };
  });
  channel.on('close', () => {
    if (exit === undefined) return settle({ kind: 'lost', why: 'the connection closed before the command ended' });
    if (exit.code === null) return settle({ kind: 'lost', why: `the shell on the host was ended by ${exit.signal ?? 'a signal'}` });
    const { text, gap } = stdout.text();
    settle({ kind: 'ended', code: exit.code, stdout: text, ...(gap === undefined ? {} : { gap }), stderr: stderr.text().text });
  });
}

/** Writes no faster than the host reads; stops when the channel closes. */
async function feed(channel: ClientChannel, bytes: Buffer): Promise<void> {
  let closed = false;
  const closing = new Promise<void>((resolve) => {
    channel.once('close', () => {
      closed = true;
      resolve();
    });
  });
  for (let at = 0; at < bytes.length && !closed; at += chunkSize) {
    if (channel.write(bytes.subarray(at, at + chunkSize))) continue;
    let drained = (): void => {};
    await Promise.race([closing, new Promise<void>((resolve) => channel.once('drain', (drained = resolve)))]);
    channel.off('drain', drained);
  }
  if (!closed) channel.end();
}

function dial(client: Client, health: Health, name: string, address: string, port: number): Promise<Duplex> {
  const socket = address.startsWith('/');
  const place = socket ? address : `${address}:${port}`;
  return new Promise((resolve, reject) => {
    const gone = (why: string): RollbackError => new RollbackError({
      what: `the connection was lost while it led to ${place}`, code: 'host-lost', host: name, why,
      fix: 'Look whether the host is up and its sshd runs, then run the rollback again',
    });
    const stopListening = health.onLost((why) => reject(gone(why)));
    if (health.lost !== undefined) return;
    const refuse = (error: unknown): void => {
      stopListening();
      // ssh2 knows a moment before we do.
      if (isLost(error)) return reject(gone(error.message));
      reject(forbidsForwarding(error)
        ? new RollbackError({
          what: `sshd does not let this user connect to ${place}`, code: 'no-rights', host: name,
          fix: `Allow it in sshd_config: ${socket ? '"AllowStreamLocalForwarding local"' : '"AllowTcpForwarding local" and a PermitOpen that has the address'}; no "restrict" or "no-port-forwarding" in authorized_keys`,
        })
        : error instanceof Error ? error : new Error(String(error)));
    };
    try {
      const opened: ClientCallback = (error, channel) => {
        if (error !== undefined) return refuse(error);
        stopListening();
        // A stream that just ends would look like the address's own answer.
        const stop = health.onLost((why) => {
          if (channel.listenerCount('error') > 0) channel.emit('error', gone(why));
        });
        channel.once('close', stop);
        resolve(channel);
      };
      if (socket) client.openssh_forwardOutStreamLocal(address, opened);
      else client.forwardOut('127.0.0.1', 0, address, port, opened);
    } catch (error) {
      refuse(error);
    }
  });
}

/** What ssh2 says of a channel on a connection that is gone: it was never the address that was asked. */
function isLost(error: unknown): error is Error {
  return error instanceof Error && /^(Not connected|No response from server)$/.test(error.message);
}

/** RFC 4254 5.1: SSH_OPEN_ADMINISTRATIVELY_PROHIBITED. */
function forbidsForwarding(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === 1;
}

async function close(client: Client, health: Health): Promise<void> {
  if (health.lost === undefined) {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 500);
      health.onLost(() => resolve());
      client.end();
    });
    clearTimeout(timer);
  }
  client.destroy();
}
