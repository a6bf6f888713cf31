import type { CheckResult } from '../outcome.ts';
import { eachAtMost } from '../parallel.ts';
import { askHealth, type Asking, type HealthCheck, resultOf } from './health.ts';
import type { Expected, Finding } from './verdict.ts';

/**
 * How often an address is asked which release answers. Of three workers, one stale: each fresh connection misses it with probability
 * 2/3, all of 40 with (2/3)^40 = 9e-8. Of ten, (9/10)^40 = 1.5 %. Three answers in a row, as for health, would miss it in 30 % of
 * all rollbacks. On a service that answers in 10 ms, 40 take about 50 ms.
 */
export const identityQuestions = 40;

const atOnce = 8;

export type IdentityCheck = HealthCheck & { readonly expected: Expected };

/**
 * Proof against a stale worker, for an address that is healthy already: every single answer must come from the release. What could
 * not be asked proves nothing: with fewer than half of the answers the verdict is `unknown`.
 */
export async function proveIdentity(check: IdentityCheck, asking: Pick<Asking, 'http' | 'signal'>, questions = identityQuestions): Promise<CheckResult> {
  const found = await eachAtMost(atOnce, Array.from({ length: questions }), () => askHealth(check, asking));
  const result = resultOf(check, questions, verdictOf(found));
  return { ...result, name: `${result.name} × ${questions}` };
}

function verdictOf(found: readonly Finding[]): Finding {
  const answers = found.filter(({ verdict }) => verdict !== 'unknown');
  const others = answers.filter(isOther);
  const [other] = others;
  if (other !== undefined) {
    const versions = [...new Set(others.map(({ version }) => version ?? 'one that does not say which'))].slice(0, 5).join(', ');
    return { ...other, message: `${others.length} of ${answers.length} answers came from another release (${versions})`, wrongRelease: true };
  }
  const failed = answers.filter(({ verdict }) => verdict === 'failed');
  const [bad] = failed;
  if (bad !== undefined) return { ...bad, message: `${failed.length} of ${answers.length} answers were wrong: ${bad.message}` };
  const last = answers.at(-1);
  if (last === undefined || answers.length * 2 < found.length) {
    const why = found.find(({ verdict }) => verdict === 'unknown')?.message ?? 'it was never asked';
    return { verdict: 'unknown', message: `only ${answers.length} of ${found.length} questions were answered: ${why}` };
  }
  return { ...last, message: `all of ${answers.length} answers came from ${last.version ?? 'the release'}` };
}

/** A good answer that does not name the release, from an address where the release does answer, is another release's. */
function isOther({ verdict, status = 0 }: Finding): boolean {
  return verdict === 'failed' && status >= 200 && status <= 299;
}
