import type { CheckResult } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';
import type { AskedAt } from './asked-at.ts';
import { type Asking, type HealthCheck, type HealthLimits, untilHealthy } from './health.ts';
import { runHurlFiles } from './hurl.ts';
import type { HurlFile } from './hurl-file.ts';
import type { GetHurl } from './hurl-port.ts';
import { identityQuestions, proveIdentity } from './identity.ts';
import type { SmokeTest } from './smoke-grammar.ts';
import { runSmokeTests } from './smoke.ts';
import { soak } from './soak.ts';
import { worst } from './verdict.ts';

export type Verification = {
  readonly health: readonly HealthCheck[];
  readonly limits: HealthLimits;
  readonly smoke: readonly SmokeTest[];
  /** Where the smoke tests are asked, if not at the addresses that they name. */
  readonly smokeAt?: AskedAt;
  /** Smoke tests in files, and what runs them. */
  readonly hurl?: { readonly files: readonly HurlFile[]; readonly get: GetHurl };
  /** `0` for none. */
  readonly soak: Milliseconds;
  /** How often each address is asked which release answers, where its checks expect one. */
  readonly questions?: number;
};

/**
 * Health until it is steady, then who answers, then smoke tests, then the soak. What comes after a check that did not pass is not
 * run and not in the results. One host after its restart is verified with its own health checks, no smoke tests and no soak.
 */
export async function verify({ health, limits, smoke, smokeAt, hurl, soak: duration, questions = identityQuestions }: Verification, asking: Asking): Promise<CheckResult[]> {
  const parts: readonly (() => Promise<CheckResult[]>)[] = [
    () => Promise.all(health.map((check) => untilHealthy(check, limits, asking))),
    () => Promise.all(health.flatMap(({ expected, ...check }) => (expected === undefined ? [] : [proveIdentity({ ...check, expected }, asking, questions)]))),
    async () => (await Promise.all([runSmokeTests(smoke, asking, smokeAt), hurl === undefined ? [] : runHurlFiles(hurl.files, hurl.get, asking)])).flat(),
    async () => (duration > 0 ? soak(health, { duration, interval: limits.interval }, asking) : []),
  ];
  const results: CheckResult[] = [];
  for (const part of parts) {
    const found = await part();
    results.push(...found);
    if (found.length > 0 && worst(found.map(({ verdict }) => verdict)) !== 'passed') break;
  }
  return results;
}
