import { messageOf, RollbackError } from '../errors.ts';

/** The address could not be asked, which says nothing about who would have answered there. */
export class Unasked extends Error {
  override readonly name = 'Unasked';
}

/** The time for the whole exchange was over. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

export type Trouble = { readonly kind: 'failed' | 'unasked'; readonly why: string };

/** Faults of the machine that asks, not of the one that is asked. */
const ours = new Map([
  ['ENETUNREACH', 'there is no route to it from here'],
  ['EADDRNOTAVAIL', 'no local address or port is free for it'],
  ['EACCES', 'this machine does not permit the connection'],
  ['EPERM', 'this machine does not permit the connection'],
  ['EMFILE', 'too many files are open here'],
  ['ENFILE', 'too many files are open here'],
  ['ENOBUFS', 'this machine is out of memory for connections'],
  ['ENOMEM', 'this machine is out of memory for connections'],
]);

const theirs = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was closed before the answer was complete'],
  ['EPIPE', 'the connection was closed before the answer was complete'],
  ['ETIMEDOUT', 'nothing answers at that address'],
  ['EHOSTUNREACH', 'nothing answers at that address'],
]);

/** What an error on the way to an answer means. Anything that is not known to be our own fault is the address's. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unasked) return { kind: 'unasked', why: error.message };
  if (error instanceof RollbackError) return { kind: 'unasked', why: error.failures.map(({ what }) => what).join('; ') };
  // One error for all the addresses of a name: it is enough that one of them was asked.
  if (error instanceof AggregateError && error.errors.length > 0) {
    const all = error.errors.map(troubleOf);
    return all.find(({ kind }) => kind === 'failed') ?? all[0] ?? { kind: 'failed', why: messageOf(error) };
  }
  const code = textAt(error, 'code');
  const our = ours.get(code);
  if (our !== undefined) return { kind: 'unasked', why: our };
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return { kind: 'unasked', why: `its name does not resolve (${code})` };
  const reason = textAt(error, 'reason');
  if (code.startsWith('HPE_')) return { kind: 'failed', why: `the reply is not HTTP (${reason || messageOf(error)})` };
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return { kind: 'failed', why: `TLS failed (${reason || messageOf(error)})` };
  if (code.startsWith('ERR_TLS_') || /CERT|ISSUER|SIGNATURE/.test(code)) {
    // Node adds advice about its own options after a semicolon.
    const cause = (reason || messageOf(error)).replace(/;.*/, '');
    return { kind: 'failed', why: `its certificate is not valid (${cause})` };
  }
  return { kind: 'failed', why: theirs.get(code) ?? (messageOf(error) || code) };
}

function textAt(error: unknown, key: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' ? value : '';
}
