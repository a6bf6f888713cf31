/** Smoke tests that are written as `.hurl` files: run by Hurl on the runner, asked where their addresses lead. */
import type { CheckResult } from '../outcome.ts';
import { eachAtMost } from '../parallel.ts';
import type { Clock, Milliseconds } from '../ports.ts';
import { triesOf, type HurlFile } from './hurl-file.ts';
import type { GetHurl, Hurl } from './hurl-port.ts';
import { resultsOf } from './hurl-results.ts';

/** For one file, all its tries included. */
const limit: Milliseconds = 60_000;
const pause: Milliseconds = 2000;
const atOnce = 4;

/** Runs the files, a few at once; each passes with its first good try. One result for each request that was sent. */
export async function runHurlFiles(files: readonly HurlFile[], getHurl: GetHurl, asking: Pick<Asking, 'clock' | 'signal'>): Promise<readonly CheckResult[]> {
  if (files.length === 0) return [];
  const hurl = await getHurl();
  const results = await eachAtMost(atOnce, files, (file) => runOne(file, hurl, asking));
  return results.flat();
}

type Asking = { readonly clock: Clock; readonly signal: AbortSignal };

async function runOne(file: HurlFile, hurl: Hurl, { clock, signal }: Asking): Promise<readonly CheckResult[]> {
  const until = clock.now() + limit;
  for (let tries = 1; ; tries++) {
    const left = Math.max(1, until - clock.now());
    const results = resultsOf(file, await hurl.run(file.path, left, signal), { tries, secrets: hurl.secrets, limit });
    const passed = results.every(({ verdict }) => verdict === 'passed');
    if (passed || tries >= triesOf(file) || signal.aborted || clock.now() + pause >= until) return results;
    await clock.sleep(pause, signal);
  }
}
