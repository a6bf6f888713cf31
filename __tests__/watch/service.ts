/** A service on the loopback that is as well or as ill as a test wants it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = { readonly status?: number; readonly after?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** @param answer what a request gets; `nth` counts the requests of its path from 1 on */
export async function service(answer: (path: string, nth: number) => Answer): Promise<{ readonly url: string; asked(path: string): number } & AsyncDisposable> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const nth = (counts.get(path) ?? 0) + 1;
    counts.set(path, nth);
    const { status = 200, after = 0, headers = {}, body = 'ok' } = answer(path, nth);
    setTimeout(() => response.writeHead(status, headers).end(body), after);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked: (path) => counts.get(path) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
