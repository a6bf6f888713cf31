import { describe, expect, test } from 'vitest';
import { watchAnnotations, watchHeadline, watchOutputs, watchSummary } from '../../src/report/watch.ts';
import type { Reading } from '../../src/triggers/reading.ts';
import type { WatchReport } from '../../src/triggers/outcome.ts';
import { judgeWatch, type Series } from '../../src/triggers/verdict.ts';

const noon = Date.parse('2025-11-23T12:00:00Z');
const reading = (minute: number, verdict: Reading['verdict'], message: string): Reading => ({ time: noon + minute * 60_000, verdict, message });

const rate: Series = {
  trigger: 'error-rate', source: 'CloudWatch, targetgroup/green/73e2d6bc24d8a067', rule: { failures: 3, of: 3 },
  before: [{ ...reading(-1, 'passed', '0.4 % of 250 requests failed, the limit is 10 %'), value: 0.4, requests: 250, errors: 1 }],
  readings: [1, 2, 3].map((minute) => ({ ...reading(minute, 'failed', '23.4 % of 256 requests failed, the limit is 10 %'), value: 23.4, requests: 256, errors: 60 })),
};
const health: Series = { trigger: 'health', source: 'https://green.example/health', rule: { failures: 3, of: 3 }, before: [], readings: [reading(1, 'passed', 'answered 200 in 12 ms'), reading(2, 'unknown', 'could not be asked: the name does not resolve')] };

function report(...series: Series[]): WatchReport {
  return {
    run: {
      id: '42-1', url: 'https://github.com/green/matchers/actions/runs/42', actor: 'octocat', trigger: 'push', repository: 'green/matchers', serverUrl: 'https://github.com',
      environment: 'production', method: 'watch', reason: '', dryRun: false, startedAt: noon, endedAt: noon + 240_000,
    },
    verdict: judgeWatch(series), series, deployedAt: noon, notes: ['web-3 cannot be reached.'],
  };
}

test('the summary of a release that has to go back', () => {
  expect(watchSummary(report(health, rate))).toMatchInlineSnapshot(`
    "### 🚨 Production should be rolled back: the error rate (CloudWatch, targetgroup/green/73e2d6bc24d8a067) failed: 3 of the last 3 times: 23.4 % of 256 requests failed, the limit is 10 %.

    by octocat (\`push\`) · environment \`production\` · method \`watch\` · 2025-11-23 12:00:00 to 12:04:00 UTC (4 min) · [this run](https://github.com/green/matchers/actions/runs/42)

    #### What was measured

    | Trigger | Source | Verdict | Passed / failed / not measured | Last | Before the deployment |
    | --- | --- | --- | --- | --- | --- |
    | health | \`https://green.example/health\` | ✅ passed | 1 / 0 / 1 | could not be asked: the name does not resolve |  |
    | error-rate | CloudWatch, targetgroup/green/73e2d6bc24d8a067 | ❌ failed | 0 / 3 / 0 | 23.4 % of 256 requests failed, the limit is 10 % | 0.4 % of 250 requests failed, the limit is 10 % |

    #### Would a rollback help?

    Likely: the service was well before the deployment.

    #### Worth knowing

    - web-3 cannot be reached.

    <details><summary>What was not well</summary>

    4 samples from 2025-11-23 12:01:00 UTC on.

    | Time (UTC) | Trigger | Source |  | What came |
    | --- | --- | --- | --- | --- |
    | 12:01:00 | error-rate | CloudWatch, targetgroup/green/73e2d6bc24d8a067 | failed | 23.4 % of 256 requests failed, the limit is 10 % |
    | 12:02:00 | health | \`https://green.example/health\` | not measured | could not be asked: the name does not resolve |
    | 12:02:00 | error-rate | CloudWatch, targetgroup/green/73e2d6bc24d8a067 | failed | 23.4 % of 256 requests failed, the limit is 10 % |
    | 12:03:00 | error-rate | CloudWatch, targetgroup/green/73e2d6bc24d8a067 | failed | 23.4 % of 256 requests failed, the limit is 10 % |

    </details>
    "
  `);
});

test.each<[series: Series[], headline: string]>([
  [[health], 'Production is well after the deployment: the one question was answered well to the end.'],
  [[health, { ...rate, readings: [] }], 'Whether production should be rolled back is not known, so nothing asks for it: the error rate (CloudWatch, targetgroup/green/73e2d6bc24d8a067) is not known: nothing was measured.'],
  [[{ ...rate, before: rate.readings.map((each) => ({ ...each, time: each.time - 600_000 })) }], 'Whether production should be rolled back is not known, so nothing asks for it: the error rate (CloudWatch, targetgroup/green/73e2d6bc24d8a067) failed: 3 of the last 3 times: 23.4 % of 256 requests failed, the limit is 10 %; but it was so before the deployment already: a rollback is unlikely to help.'],
])('headlines', (series, headline) => {
  expect(watchHeadline(report(...series))).toBe(headline);
});

describe('outputs', () => {
  test('by their names', () => {
    const { samples = '', ...others } = watchOutputs(report(health, rate));
    expect(others).toEqual({
      'rollback-needed': 'yes', trigger: 'error-rate', 'detected-at': '2025-11-23T12:01:00.000Z', 'likely-to-help': 'yes',
      reason: 'the error rate (CloudWatch, targetgroup/green/73e2d6bc24d8a067) failed: 3 of the last 3 times: 23.4 % of 256 requests failed, the limit is 10 %',
    });
    expect(JSON.parse(samples).map(({ passed, before }: { passed: unknown; before: unknown }) => [passed, before])).toEqual([[true, true], [true, false], [false, false], [null, false], [false, false], [false, false]]);
  });

  test('stay within what GitHub takes, and keep what was not well', () => {
    const many: Series = { ...health, source: `https://green.example/${'x'.repeat(200)}`, readings: Array.from({ length: 20_000 }, (_, index) => reading(index, index === 3 ? 'failed' : 'passed', 'a'.repeat(200))) };
    const { samples = '' } = watchOutputs(report(many));
    expect(samples.length).toBeLessThanOrEqual(150_000);
    expect(JSON.parse(samples)).toContainEqual(expect.objectContaining({ passed: false }));
  });
});

test('words of others cannot speak to the runner or the page', () => {
  const page = watchSummary(report({ ...health, readings: [reading(1, 'failed', '::error::x <img src=x> | [a](http://b) ##[group]')] }));
  expect(page).not.toMatch(/<img|^::|##\[|\]\(http:\/\/b/m);
});

test('annotations: one for the verdict, and the notes', () => {
  expect(watchAnnotations(report(health, rate)).map(({ level }) => level)).toEqual(['error', 'warning']);
  expect(watchAnnotations(report(health))[0]?.level).toBe('notice');
});
