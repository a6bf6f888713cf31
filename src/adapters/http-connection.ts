import { once } from 'node:events';
import { BlockList, connect as connectTcp, isIP, isIPv6, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { HttpRequest } from '../ports.ts';
import { TooLate, Unasked } from './http-trouble.ts';

export type Address = { readonly address: string; readonly family: number };

export type Network = {
  /** All addresses of a name. */
  readonly resolve: (name: string) => Promise<readonly Address[]>;
  /** Certificate authorities to trust instead of Node's own, PEM. */
  readonly authorities?: string;
};

/** Link-local addresses are where clouds hand out a machine's credentials; no service is checked there. */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');

/**
 * A fresh connection to the server of a URL, ready for a request, TLS included.
 * The addresses that were judged are the ones that are connected to, whatever the name says a moment later.
 * When the signal is aborted, it rejects with its reason and leaves nothing open.
 */
export async function connect({ url, via, at }: Pick<HttpRequest, 'url' | 'via' | 'at'>, network: Network, signal: AbortSignal): Promise<Duplex> {
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (isIP(host) !== 0) permit(host);

  let tcp: Duplex;
  if (via === undefined) {
    const socket = connectTcp({ host, port, autoSelectFamily: true, lookup: fixed(await addresses(host, network, signal)) });
    await ready(socket, 'connect', signal);
    tcp = socket;
  } else {
    const { address, port: open } = at ?? { address: host, port };
    if (isIP(address) !== 0) permit(address);
    tcp = await dialled(via.dial(address, open), signal);
  }
  if (!secure) return tcp;

  const trust = network.authorities === undefined ? {} : { ca: network.authorities };
  const tls = connectTls({ socket: tcp, host, ...(isIP(host) === 0 ? { servername: host } : {}), ...trust, ...(at === undefined ? {} : { rejectUnauthorized: false }) });
  await ready(tls, 'secureConnect', signal, tcp);
  return tls;
}

async function addresses(host: string, network: Network, signal: AbortSignal): Promise<readonly Address[]> {
  if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
  const found = await unlessAborted(network.resolve(host), signal).catch((error: unknown) => {
    throw error instanceof TooLate ? new Unasked('its name did not resolve in time') : error;
  });
  for (const { address } of found) permit(address);
  return found;
}

function permit(address: string): void {
  if (forbidden.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) throw new Unasked(`${address} is a link-local address, which is never asked`);
}

function fixed(all: readonly Address[]): LookupFunction {
  return (name, options, callback) => {
    const [first] = all;
    if (first === undefined) callback(Object.assign(new Error(`no address for ${name}`), { code: 'ENOTFOUND' }), '');
    else if (options.all === true) callback(null, [...all]);
    else callback(null, first.address, first.family);
  };
}

/** A host that answers after the time was over must not leave its connection open. */
async function dialled(dialling: Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  const listening = dialling.then((stream) => stream.on('error', ignore));
  listening.then((stream) => signal.aborted && stream.destroy(), ignore);
  return unlessAborted(listening, signal);
}

async function ready(socket: Duplex, event: string, signal: AbortSignal, below?: Duplex): Promise<void> {
  // An error between two listeners would end the process.
  socket.on('error', ignore);
  // Of a stream that is no socket of Node's, TLS does not pass on a close without an end or an error.
  const closed = (): unknown => socket.destroy(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
  below?.once('close', closed);
  try {
    await unlessAborted(once(socket, event), signal);
  } catch (error) {
    socket.destroy();
    below?.destroy();
    throw error;
  } finally {
    below?.off('close', closed);
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject);
  });
}

function ignore(): void {}
