import type { CheckResult } from '../outcome.ts';
import type { HttpAnswer, Milliseconds } from '../ports.ts';
import { addressOf, type AskedAt } from './asked-at.ts';
import type { Asking } from './health.ts';
import type { Method, SmokeTest, StatusPattern } from './smoke-grammar.ts';

const patience: Milliseconds = 10_000;
const pause: Milliseconds = 2000;

/** Only what changes nothing is asked again: a second DELETE or POST is another act. */
const tries: Readonly<Record<Method, number>> = { GET: 3, HEAD: 3, OPTIONS: 3, POST: 1, PUT: 1, PATCH: 1, DELETE: 1 };

type SmokeFinding = Pick<CheckResult, 'verdict' | 'message' | 'status' | 'milliseconds'>;

/** Runs all of them at once; each passes with its first good try. */
export async function runSmokeTests(tests: readonly SmokeTest[], asking: Asking, from: AskedAt = {}): Promise<CheckResult[]> {
  return Promise.all(tests.map((one) => runOne(one, asking, from)));
}

async function runOne(smoke: SmokeTest, { http, clock, signal }: Asking, from: AskedAt): Promise<CheckResult> {
  const { method, url, within } = smoke;
  // Waits longer than `within` allows, so that it can be said how slow the answer was.
  const timeout = Math.max(patience, within ?? 0);
  for (let done = 1; ; done++) {
    const found = judgeSmoke(smoke, await http({ method, url, timeout, signal, ...from }));
    if (found.verdict === 'passed' || done >= tries[method] || signal.aborted) {
      return { kind: 'smoke', name: `${method} ${url.pathname}`, url: addressOf(url, from.at), ...(from.via !== undefined && { host: from.via.name }), tries: done, ...found };
    }
    await clock.sleep(pause, signal);
  }
}

/** What one answer means for a smoke test. */
export function judgeSmoke({ status: wanted, contains, within }: SmokeTest, answer: HttpAnswer): SmokeFinding {
  if (answer.kind === 'unasked') return { verdict: 'unknown', message: `could not be asked: ${answer.why}` };
  const { milliseconds } = answer;
  if (answer.kind === 'failed') return { verdict: 'failed', message: answer.why, milliseconds };
  const { status, body } = answer;
  const wrong = [
    wanted.some((pattern) => fits(status, pattern)) ? [] : `${wanted.map(named).join(' or ')} was expected`,
    contains === undefined || body.includes(contains) ? [] : `the body does not contain ${JSON.stringify(contains)}`,
    within === undefined || milliseconds <= within ? [] : `took ${milliseconds} ms, at most ${within} ms were expected`,
  ].flat();
  return wrong.length === 0
    ? { verdict: 'passed', message: `answered ${status} in ${milliseconds} ms`, status, milliseconds }
    : { verdict: 'failed', message: `answered ${status}, ${wrong.join(', ')}`, status, milliseconds };
}

function fits(status: number, pattern: StatusPattern): boolean {
  return typeof pattern === 'number' ? status === pattern : Math.floor(status / 100) === Number(pattern[0]);
}

function named(pattern: StatusPattern): string {
  return typeof pattern === 'number' ? String(pattern) : `a ${pattern}`;
}
