import type { AddressInfo } from 'node:net';

/** As much as servers of node:net, node:http and ssh2 have in common. */
type Listener = {
  listen(port: number, address: string, listening: () => void): unknown;
  once(event: 'error', failed: (error: Error) => void): unknown;
  address(): AddressInfo | string | null;
};

/** Lets a server listen on the loopback. @returns its port */
export async function listen(server: Listener): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}
