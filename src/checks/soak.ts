import type { CheckResult } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';
import { askHealth, type Asking, type HealthCheck, resultOf } from './health.ts';

/**
 * Keeps asking addresses that are healthy, for a time: the first wrong answer of any of them ends it as failed. What cannot be asked
 * meanwhile is no failure, but must be answered again at the end; otherwise the result is `unknown`.
 */
export async function soak(checks: readonly HealthCheck[], { duration, interval }: { readonly duration: Milliseconds; readonly interval: Milliseconds }, asking: Asking): Promise<CheckResult[]> {
  const { clock, signal } = asking;
  const start = clock.now();
  let results: CheckResult[] = [];
  for (let round = 1; !signal.aborted; round++) {
    const found = await Promise.all(checks.map((check) => askHealth(check, asking)));
    const passed = clock.now() - start;
    results = checks.flatMap((check, index) => {
      const finding = found[index];
      if (finding === undefined) return [];
      const message = `${finding.message}, ${Math.round(passed / 1000)} s after all checks had passed`;
      return [{ ...resultOf(check, round, { ...finding, message }), name: `${check.url.pathname} for ${duration / 1000} s` }];
    });
    if (found.some(({ verdict }) => verdict === 'failed') || passed >= duration) return results;
    await clock.sleep(Math.min(interval, duration - passed), signal);
  }
  return results.map((result) => ({ ...result, verdict: 'unknown', message: 'the run was ended before it was known' }));
}
