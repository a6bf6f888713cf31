import { createServer, connect, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How a connection ends: `reset` is RST, `end` is FIN, `silence` leaves it open and passes nothing on any more. */
export type Cut = "reset" | "end" | "silence";

/** Cuts each connection, or only the `connection`-th (from 1), after so many bytes from the `server`, the `client`, or both. */
export type CutPlan = { how: Cut; bytes: number; from?: "client" | "server"; connection?: number };

type Pair = { number: number; client: Socket; server: Socket; bytes: { client: number; server: number }; silent: boolean; planned?: CutPlan };

/** A bad network cable: a TCP relay on 127.0.0.1 in front of a server. */
export class Relay implements AsyncDisposable {
  /** How many connections were accepted so far. */
  connections = 0;
  /** Milliseconds that everything waits on its way, in each direction. */
  delay = 0;
  #plan: CutPlan | undefined;
  #refusing = false;
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;
  readonly #target: { host: string; port: number };

  private constructor(host: string, port: number) {
    this.#target = { host, port };
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Starts a relay on a free port. */
  static async to(host: string, port = 22): Promise<Relay> {
    const relay = new Relay(host, port);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  /** Where it listens, on 127.0.0.1. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The relay is closed");
    return address.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Cuts every connection that is open now. New ones are let through. */
  cut(how: Cut): void {
    for (const pair of this.#pairs) this.#end(pair, how);
  }

  /** Cuts connections to come, and those that are open, when their bytes are spent; `undefined` takes the plan back. */
  cutAfter(plan: CutPlan | undefined): void {
    this.#plan = plan;
    for (const pair of this.#pairs) pair.bytes = { client: 0, server: 0 };
  }

  /** Resets every new connection as soon as it comes, or lets them in again. */
  refuse(refusing = true): void {
    this.#refusing = refusing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut("reset");
    await closed;
  }

  #accept(client: Socket): void {
    this.connections += 1;
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const pair: Pair = { number: this.connections, client, server, bytes: { client: 0, server: 0 }, silent: false };
    this.#pairs.add(pair);
    this.#forward(pair, "client");
    this.#forward(pair, "server");
  }

  #forward(pair: Pair, from: "client" | "server"): void {
    const source = pair[from];
    const sink = pair[from === "client" ? "server" : "client"];
    // One after the other, so that a delay that changes never turns two chunks round.
    let last = Promise.resolve();
    const pass = (act: () => void) => {
      const wait = this.delay;
      const arrived = performance.now();
      last = last.then(async () => {
        if (wait > 0) await pause(Math.max(0, arrived + wait - performance.now()));
        if (!pair.silent && !sink.destroyed) act();
      });
    };
    source.on("data", (chunk: Buffer) => {
      const left = this.#left(pair, from);
      pair.bytes[from] += chunk.length;
      pass(() => sink.write(chunk.subarray(0, left)));
      const plan = this.#plan;
      if (plan !== undefined && chunk.length >= left) pass(() => this.#end(pair, plan.how));
    });
    source.on("end", () => pass(() => sink.end()));
    source.on("error", () => this.#end(pair, "reset"));
    source.on("close", () => {
      if (pair.client.destroyed && pair.server.destroyed) this.#pairs.delete(pair);
    });
  }

  /** How many more bytes may pass before the plan cuts the connection. */
  #left(pair: Pair, from: "client" | "server"): number {
    const plan = this.#plan;
    if (plan === undefined || (plan.connection ?? pair.number) !== pair.number || (plan.from ?? from) !== from) return Number.POSITIVE_INFINITY;
    const spent = plan.from === undefined ? pair.bytes.client + pair.bytes.server : pair.bytes[from];
    return Math.max(0, plan.bytes - spent);
  }

  #end(pair: Pair, how: Cut): void {
    if (how === "silence") {
      pair.silent = true;
      return;
    }
    for (const socket of [pair.client, pair.server]) {
      if (how === "reset") socket.resetAndDestroy();
      else socket.end();
    }
    if (how === "end") pair.silent = true;
  }
}
