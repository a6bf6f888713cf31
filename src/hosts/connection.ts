import type { Duplex } from 'node:stream';
import type { Milliseconds } from '../ports.ts';

/** Where a host is and how it is called. */
export type Address = {
  /** As the user wrote it; leads every message. */
  readonly name: string;
  readonly user: string;
  /** Host name or IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
};

export type ExecEnd =
  | {
      readonly kind: 'ended';
      readonly code: number;
      readonly stdout: string;
      /** Where in `stdout` bytes were left out, when there were too many to keep. */
      readonly gap?: number;
      /** The last 4 KiB. */
      readonly stderr: string;
    }
  /** The connection went away, or the shell was killed: what became of the command is not known. */
  | { readonly kind: 'lost'; readonly why: string }
  /** The connection stands, the command did not end in time; it may still run. */
  | { readonly kind: 'timeout'; readonly why: string };

/** One SSH connection to one host. Its command line is fixed when it is opened; all else is standard input. */
export interface Connection extends AsyncDisposable {
  /** False for ever once the connection was lost or closed. */
  readonly alive: boolean;
  /** Runs the fixed command with this standard input. Never throws, never hangs beyond `limit`. */
  exec(stdin: string, limit: Milliseconds): Promise<ExecEnd>;
  /**
   * A TCP connection made by the host. When the SSH connection is lost it ends with an `error`.
   * @throws RollbackError `no-rights` when sshd forbids forwarding, `host-lost` when the connection is gone; else the address's own Error
   */
  dial(address: string, port: number): Promise<Duplex>;
}

/** Opens a connection, with tries of its own. @throws RollbackError */
export type Open = (address: Address) => Promise<Connection>;
