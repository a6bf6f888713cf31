/** How production was before the deployment, and what that says of a rollback. Pure. */
import { decide, type Rule } from './decide.ts';
import type { Reading } from './reading.ts';
import { type Counted, isWorse } from './statistics.ts';

/** `bad`: the same failed already; a rollback would hardly mend it. `unknown`: nobody measured it then. */
export type Baseline = 'good' | 'bad' | 'unknown';

/** How it was right before: what had been bad and was over by then is no longer bad. */
export function baselineOf(before: readonly Reading[], rule: Rule): Baseline {
  // A source that knows the past has gaps there that say nothing of today.
  const measured = before.filter(({ verdict }) => verdict !== 'unknown').map(({ verdict }) => verdict);
  if (measured.length === 0) return 'unknown';
  return decide(measured, rule).kind === 'failed' && decide(measured.slice(-rule.of), { ...rule, failures: Math.min(rule.failures, measured.length) }).kind === 'failed' ? 'bad' : 'good';
}

/** Whether what was bad before became much worse with the release: then going back helps after all. */
export function isMuchWorse(now: readonly Reading[], before: readonly Reading[], { of }: Rule): boolean {
  const [mine, theirs] = [lastMeasured(now, of), lastMeasured(before, of)];
  const [value, earlier] = [mean(mine), mean(theirs)];
  if (value === undefined || earlier === undefined || value < 2 * earlier) return false;
  const [counted, countedBefore] = [countedIn(mine), countedIn(theirs)];
  return counted === undefined || countedBefore === undefined || isWorse(counted, countedBefore);
}

function lastMeasured(readings: readonly Reading[], most: number): readonly Reading[] {
  return readings.filter(({ verdict }) => verdict !== 'unknown').slice(-most);
}

function mean(readings: readonly Reading[]): number | undefined {
  const values = readings.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0) / values.length;
}

function countedIn(readings: readonly Reading[]): Counted | undefined {
  if (readings.some(({ requests, errors }) => requests === undefined || errors === undefined)) return undefined;
  return { requests: readings.reduce((sum, { requests = 0 }) => sum + requests, 0), errors: readings.reduce((sum, { errors = 0 }) => sum + errors, 0) };
}
