/** Comparing rates of few requests. Pure. */

/** Requests, and how many of them failed. */
export type Counted = { readonly requests: number; readonly errors: number };

/**
 * The interval in which the true rate lies, by Wilson: unlike the usual one it is right for few requests, and for rates near 0 and 1.
 * https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
 * @param z 1.96 for 95 % of all cases
 * @returns shares from 0 to 1; all of it when nothing was counted
 */
export function wilson({ requests, errors }: Counted, z = 1.96): { readonly low: number; readonly high: number } {
  if (requests === 0) return { low: 0, high: 1 };
  const share = errors / requests;
  const square = z * z;
  const middle = (share + square / (2 * requests)) / (1 + square / requests);
  const half = (z / (1 + square / requests)) * Math.sqrt((share * (1 - share)) / requests + square / (4 * requests * requests));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * How likely it would be that so many of all errors, or more, fall to `one` by chance, if both failed equally often (Fisher's exact test,
 * one-sided). Exact for few requests, where tests by the normal distribution are wrong.
 */
export function fisher(one: Counted, other: Counted): number {
  const errors = one.errors + other.errors;
  const all = one.requests + other.requests;
  const most = Math.min(errors, one.requests);
  const whole = logChoose(all, errors);
  let chance = 0;
  for (let hits = one.errors; hits <= most; hits += 1) {
    if (errors - hits > other.requests) continue;
    const term = Math.exp(logChoose(one.requests, hits) + logChoose(other.requests, errors - hits) - whole);
    chance += term;
    // Far out in the tail nothing is added any more, and there may be a million terms.
    if (hits > (one.requests * errors) / all && term < chance * 1e-12) break;
  }
  return Math.min(1, chance);
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Exact sums for small numbers, Stirling's series (error below 1e-10) from 32 on. */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let factor = 2; factor <= n; factor += 1) sum += Math.log(factor);
    return sum;
  }
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/** So small a chance, because it is looked at in every period of the watch and not once. */
const significant = 0.001;

/** Whether `one` fails more often than `other`: at least twice as often, by a percent at least, and not by chance. */
export function isWorse(one: Counted, other: Counted): boolean {
  if (one.requests === 0 || other.requests === 0) return false;
  const [mine, theirs] = [one.errors / one.requests, other.errors / other.requests];
  return mine >= 2 * theirs && mine - theirs >= 0.01 && wilson(one).low > theirs && fisher(one, other) < significant;
}
