/** An SSH server in this process, on the loopback: one key is let in, commands really run, forwarding really connects. */
import type { ChildProcessByStdio } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2';
import { listen } from './listen.mts';

export type SshServer = AsyncDisposable & {
  readonly port: number;
  /** Its host key, `ssh-ed25519 AAAA…`; new for every server. */
  readonly publicKey: string;
};

/** A process with its three streams. */
export type Command = ChildProcessByStdio<Writable, Readable, Readable>;

/** What is behind a server. */
export type Behind = {
  /** Starts a command. Without it there are no sessions, as on a bastion. */
  readonly run?: (command: string) => Command;
  /** The port on this machine's loopback for an address as it is known there; undefined refuses the forwarding. */
  readonly route: (address: string, port: number) => number | undefined;
};

/** @param allowed the public key that is let in, for any user name */
export async function startSshServer(allowed: string, behind: Behind): Promise<SshServer> {
  const key = ssh2.utils.generateKeyPairSync('ed25519');
  const clientKey = ssh2.utils.parseKey(allowed);
  if (clientKey instanceof Error) throw clientKey;
  const connections = new Set<Connection>();
  const ssh = new ssh2.Server({ hostKeys: [key.private] }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    // A client that is gone is no trouble of the host's.
    connection.on('error', () => connection.end());
    connection.on('authentication', (asked) => authenticate(asked, clientKey));
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const port = behind.route(destIP, destPort);
      if (port === undefined) return reject();
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        const channel = accept();
        for (const stream of [socket, channel]) stream.on('error', () => stream.destroy());
        channel.pipe(socket).pipe(channel);
      });
    });
    const { run } = behind;
    if (run !== undefined) connection.on('session', (accept) => accept().on('exec', (take, _refuse, { command }) => attach(run(command), take())));
  });
  // ssh2's own listener leaves Nagle's algorithm on: every answer would wait 40 ms.
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
  const port = await listen(server);
  return {
    port,
    publicKey: key.public.trim(),
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function authenticate(asked: AuthContext, allowed: ParsedKey): void {
  if (asked.method !== 'publickey' || !asked.key.data.equals(allowed.getPublicSSH())) return asked.reject(['publickey']);
  // The first question is only whether the key would do; the second one is signed.
  if (asked.signature === undefined || asked.blob === undefined) return asked.accept();
  if (allowed.verify(asked.blob, asked.signature, asked.hashAlgo) === true) asked.accept();
  else asked.reject(['publickey']);
}

/** A command goes on when its connection is lost, as under sshd; it only finds nobody at the other end. */
function attach(command: Command, channel: ServerChannel): void {
  command.stdin.on('error', () => undefined);
  channel.on('error', () => undefined);
  channel.on('close', () => {
    for (const stream of [command.stdin, command.stdout, command.stderr]) stream.destroy();
  });
  channel.pipe(command.stdin);
  command.stdout.pipe(channel, { end: false });
  command.stderr.pipe(channel.stderr, { end: false });
  command.on('close', (code, signal) => {
    if (code === null) channel.exit(signal?.replace('SIG', '') ?? 'KILL');
    else channel.exit(code);
    channel.end();
  });
}
