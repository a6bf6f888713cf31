/** Requests at a steady rate against the balancers while something is done to them, and what became of each. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerName } from './servers.ts';

export type LoadPlan = {
  /** Addresses of balancers, asked in turn on port 80. */
  readonly targets: readonly string[];
  /** Requests a second. */
  readonly rate: number;
  /** At most so long; `end` ends it before. */
  readonly seconds: number;
  /** `fresh`: a connection for each request. `keep-alive`: connections are used again, and what fails on a used one is asked once more on a new one. */
  readonly mode: 'fresh' | 'keep-alive';
  readonly path: string;
};

/** Begun (ms since the epoch), took (ms), target, why it failed, who answered, whether asked again, begun too late by (ms). */
export type Row = readonly [number, number, number, string, string, 0 | 1, number];

export type Load = {
  readonly requests: readonly Row[];
  readonly total: number;
  readonly failed: number;
  /** Of those that failed, how many for each reason. */
  readonly why: Readonly<Record<string, number>>;
  /** How many were asked again on a new connection. */
  readonly retried: number;
  /** Requests a second that were really begun. */
  readonly rate: number;
  /** By how much requests were begun too late, in milliseconds: a figure under a generator that lags is no figure. */
  readonly late: { readonly p99: number; readonly most: number };
  /** Of the time from a request to its answer, in milliseconds. */
  readonly took: { readonly median: number; readonly p99: number; readonly most: number };
  /** Of the generator's own process. */
  readonly cpuSeconds: number;
};

export type Loading = AsyncDisposable & {
  /** Stops asking, waits for the answers that are due, and tells. The same again when it has ended already. */
  end(): Promise<Load>;
  /** What it tells when its time is over. */
  readonly over: Promise<Load>;
};

/** Starts asking; returns when it has been doing so for a moment. */
export async function startLoad(plan: Partial<LoadPlan> & Pick<LoadPlan, 'targets' | 'mode' | 'rate'>): Promise<Loading> {
  const whole: LoadPlan = { seconds: 600, path: '/', ...plan };
  const child = spawn(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(import.meta.dirname, 'generator.ts'), JSON.stringify(whole)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const printed: string[] = [];
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => printed.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
  child.stdin.on('error', () => undefined);
  const over = new Promise<Load>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(told(printed.join(''))) : reject(new Error(`The load's process ended with ${code}: ${complaint}`))));
  });
  over.catch(() => undefined);
  await Promise.race([over, pause(400)]);
  const end = async (): Promise<Load> => {
    child.stdin.end('end\n');
    return over;
  };
  return { end, over, [Symbol.asyncDispose]: async () => void (await end()) };
}

/** Asks for so long, with nothing else going on. */
export async function load(plan: Parameters<typeof startLoad>[0] & Pick<LoadPlan, 'seconds'>): Promise<Load> {
  return (await startLoad(plan)).over;
}

function told(json: string): Load {
  const { rows, cpuSeconds, start, end } = JSON.parse(json) as { rows: Row[]; cpuSeconds: number; start: number; end: number };
  const failed = rows.filter(([, , , why]) => why !== '');
  const why: Record<string, number> = {};
  for (const [, , , reason] of failed) why[reason] = (why[reason] ?? 0) + 1;
  const late = rows.map((row) => row[6]).toSorted((a, b) => a - b);
  const took = rows.map((row) => row[1]).toSorted((a, b) => a - b);
  return {
    requests: rows.toSorted((a, b) => a[0] - b[0]), total: rows.length, failed: failed.length, why, cpuSeconds,
    retried: rows.filter((row) => row[5] === 1).length,
    rate: rows.length / ((end - start) / 1000),
    late: { p99: share(late, 0.99), most: share(late, 1) },
    took: { median: share(took, 0.5), p99: share(took, 0.99), most: share(took, 1) },
  };
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** How many requests each server answered, among those that were begun in this time. */
export function byServer({ requests }: Load, from = 0, to = Number.POSITIVE_INFINITY): Readonly<Partial<Record<ServerName, number>>> {
  const counts: Partial<Record<ServerName, number>> = {};
  for (const [begun, , , why, server] of requests) {
    if (why === '' && begun >= from && begun < to) counts[server as ServerName] = (counts[server as ServerName] ?? 0) + 1;
  }
  return counts;
}

/** When a server's first answer since then was whole, in milliseconds since the epoch; through one target or any. */
export function firstAnswer({ requests }: Load, server: ServerName, since: number, target?: number): number | undefined {
  const ends = requests.filter((row) => row[4] === server && row[3] === '' && row[0] >= since && (target === undefined || row[2] === target)).map((row) => row[0] + row[1]);
  return ends.length === 0 ? undefined : ends.reduce((least, end) => Math.min(least, end));
}

/** What a failed expectation about a load should show. */
export function describeLoad({ total, failed, why, retried, rate, late, took, cpuSeconds }: Load): string {
  return `${total} requests at ${rate.toFixed(0)}/s, ${failed} failed ${JSON.stringify(why)}, ${retried} asked again; begun late by p99 ${late.p99.toFixed(1)} ms, at most ${late.most.toFixed(0)} ms; answers took ${took.median.toFixed(1)} ms, p99 ${took.p99.toFixed(1)} ms, at most ${took.most.toFixed(0)} ms; the generator took ${cpuSeconds.toFixed(1)} s of processor`;
}
