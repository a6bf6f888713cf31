import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listen.mts';

export type Balancer = AsyncDisposable & { readonly url: string };

/** A load balancer on the loopback: every request goes to the next server in turn, and on to the one after it where one does not answer. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer((asked, answer) => {
    const first = turn++;
    const order = ports.map((_, index) => ports[(first + index) % ports.length]).filter((port) => port !== undefined);
    pass(asked, answer, order);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function pass(asked: IncomingMessage, answer: ServerResponse, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    answer.writeHead(502).end('no server answers\n');
    return;
  }
  const passed = request({ port, host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers, agent: false }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(answer);
  });
  passed.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else pass(asked, answer, others);
  });
  passed.end();
}
