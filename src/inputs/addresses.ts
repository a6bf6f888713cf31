import type { HostLine } from './kinds/host.ts';

/** A host as the connection needs it. */
export type HostAddress = {
  /** As the user wrote it, without the user, and without the port unless two hosts differ only there. */
  readonly name: string;
  readonly user: string;
  /** Host name, IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
};

/** What stands for the parts that a line leaves out. */
export type Standard = { readonly user: string | undefined; readonly port: number };

/**
 * The hosts, complete, in their order; lines of the same place become one and the same object.
 * @throws RangeError when neither a line nor the standard names a user
 */
export function resolveHosts(lines: readonly HostLine[], standard: Standard): readonly HostAddress[] {
  const places = new Map(lines.map((line) => [placeOf(line, standard), line]));
  const addresses = [...places.values()].map(({ address }) => address.toLowerCase());
  const resolved = new Map<string, HostAddress>();
  for (const [place, line] of places) {
    const user = line.user ?? standard.user;
    if (user === undefined) throw new RangeError(`No user for ${written(line)}`);
    const alone = addresses.filter((address) => address === line.address.toLowerCase()).length === 1;
    const port = line.port ?? standard.port;
    const name = written(alone ? { address: line.address } : { address: line.address, port });
    resolved.set(place, { name, user, address: line.address, port });
  }
  return lines.flatMap((line) => resolved.get(placeOf(line, standard)) ?? []);
}

/** Address and port. Two users of one place are one host still. */
export function placeOf({ address, port }: HostLine, standard: Standard): string {
  return written({ address: address.toLowerCase(), port: port ?? standard.port });
}

/** A host line as a user would write it. */
export function written({ user, address, port }: HostLine): string {
  const bare = address.includes(':') ? `[${address}]` : address;
  return `${user === undefined ? '' : `${user}@`}${bare}${port === undefined ? '' : `:${port}`}`;
}
