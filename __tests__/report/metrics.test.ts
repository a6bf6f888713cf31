import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { History } from '../../src/metrics/history.ts';
import type { MetricsReport } from '../../src/metrics/outcome.ts';
import { badge } from '../../src/report/badge.ts';
import { bytesOf } from '../../src/report/budget.ts';
import { metricsJson } from '../../src/report/metrics-json.ts';
import { metricsAnnotations, metricsHeadline, metricsOutputs, metricsSummary } from '../../src/report/metrics.ts';
import { measuresOf, percent } from '../../src/report/measures.ts';
import { report as reporting } from '../../src/reporting.ts';
import { day, deployed, history, now, rollback, year } from '../metrics/records.ts';
import { mistakesIn, type Schema } from '../metrics/schema.ts';
import { wellFormed } from '../metrics/xml.ts';

const run = { id: '42-1', url: 'https://github.com/green/matchers/actions/runs/42', actor: 'octocat', trigger: 'schedule', repository: 'green/matchers', serverUrl: 'https://github.com', environment: 'production', method: 'report', reason: '', dryRun: false, startedAt: now };
const inputs = { environment: 'production', period: 365 * day, badge: undefined, json: undefined, githubToken: 't' };

const reported = (records: History | { readonly why: string }, days = 365): Promise<MetricsReport> => reporting({ ...inputs, period: days * day }, run, () => Promise.resolve(records));

const good = 'rolled-back in 42.0 s; down 1.0 s (1.0 s caused); 0 rows lost';
const one = history(deployed('2024-03-10T11:50:00Z', 1), rollback('2024-03-10T12:00:00Z', 1, { state: 'success', words: good }));
const hostile = '`|</details>\n## [x](y) ::error:: @all ##[error] <script> "q" & \u202e\u001b[31m]]>';
const attacked = history(...Array.from({ length: 400 }, (_none, index) => rollback(new Date(now - (index + 1) * 60_000).toISOString(), index, { state: 'success', words: hostile }, {
  from: hostile.repeat(200), to: hostile, reason: hostile.repeat(2000), actor: hostile, trigger: hostile, method: hostile, runUrl: `javascript:${hostile}`, drill: index % 2 === 0,
})));

describe('the summary', () => {
  test('of a year with twelve rollbacks', async () => {
    await expect(metricsSummary(await reported(year))).toMatchFileSnapshot('metrics.snapshot.md');
  });

  test('of none', async () => {
    const page = metricsSummary(await reported(history(), 30));
    expect(page).toContain('### ✅ No rollback of production in 30 days; no target is missed.');
    expect(page).toContain('| How often | less than 1 rollback a month | none | ✅ met |');
    expect(page).toContain('| Success | 100 % | no rollback | not measured |');
    expect(page).toContain('| Change failure rate | no deployment on record |');
    expect(page).toContain('None in 12 months.');
    expect(page).not.toContain('mermaid');
  });

  test('when nothing could be read', async () => {
    const report = await reported({ why: 'Resource not accessible by integration' });
    expect(metricsSummary(report)).toMatchInlineSnapshot(`
      "### ❔ How the rollbacks of production went is not known.

      environment \`production\` · [this run](https://github.com/green/matchers/actions/runs/42)

      #### Worth knowing

      - GitHub's deployment records could not be read: Resource not accessible by integration. Give the job "deployments: read" and this action its "github-token".
      "
    `);
    expect(metricsAnnotations(report).map(({ level }) => level)).toEqual(['warning', 'warning']);
  });

  test('says what was not read', async () => {
    expect((await reported({ ...year, since: now - 3 * day })).notes[0]).toBe('There are more deployments than are read: the metrics begin at 2024-03-12 12:00:00 UTC.');
    expect((await reported({ ...year, since: now - 100 * day }, 30)).notes[0]).toBe('There are more deployments than are read: the trend begins with 2024-01.');
  });

  test('of a thousand shows the newest twenty, and counts the rest', async () => {
    const thousand = history(...Array.from({ length: 1000 }, (_none, index) => rollback(new Date(now - (index + 1) * 60_000).toISOString(), index, { state: 'success', words: good })));
    const page = metricsSummary(await reported(thousand));
    expect(page.match(/✅ rolled back/g)).toHaveLength(20);
    expect(page).toContain('… and 980 more rollbacks.');
  });

  test('is broken by no words of others, and stays small', async () => {
    const page = metricsSummary(await reported(attacked));
    expect(bytesOf(page)).toBeLessThan(64 * 1024);
    for (const mark of [/^##? /m, /<script/, /<\/details>(?!\n*$)/, /(?<!\\)\]\(y\)/, /javascript:[^\s]*\)/, /(?<!\w)@all/, /##\[/, /^::/m, /\u202e|\u001b/]) expect(page).not.toMatch(mark);
    // Every row of the list has the cells of its head.
    const head = page.split('\n').find((each) => each.startsWith('| When (UTC)')) ?? '';
    for (const row of page.split('\n').filter((each) => each.startsWith('| 2024-03-1'))) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(head.split('|').length);
  });
});

test.each([['31', 31, '1, 0.98 a month', 'yes'], ['just above a month', 30.4376, '1, 0.99 a month', 'yes'], ['30', 30, '1, 1.01 a month', 'no']])('one rollback in %s days', async (_what, days, value, met) => {
  const { metrics } = await reported(one, days);
  expect(measuresOf(metrics ?? expect.fail())[0]).toMatchObject({ name: 'rollbacks', value, met });
});

describe('the outputs', () => {
  test('of twelve', async () => {
    expect(metricsOutputs(await reported(year))).toEqual({
      rollbacks: '12', 'success-rate': '75', 'median-recovery-seconds': '60', 'downtime-seconds': '101', 'data-loss-rows': '3', 'change-failure-rate': '33.3',
      'failed-deployment-recovery-seconds': '655', 'drill-age-days': '34', 'targets-missed': 'rollbacks\nsuccess-rate\ndata-loss\ndrill-success-rate',
    });
  });

  test('of none', async () => {
    expect(metricsOutputs(await reported(history()))).toEqual({
      rollbacks: '0', 'success-rate': '', 'median-recovery-seconds': '', 'downtime-seconds': '0', 'data-loss-rows': '0', 'change-failure-rate': '',
      'failed-deployment-recovery-seconds': '', 'drill-age-days': '', 'targets-missed': '',
    });
  });

  test('are empty when nothing could be read', async () => {
    expect(new Set(Object.values(metricsOutputs(await reported({ why: 'x' }))))).toEqual(new Set(['']));
  });

  test.each([[1, '100 %'], [0, '0 %'], [0.9999, '99.9 %'], [11 / 12, '91.7 %']])('a rate of %d is %s: almost all is not all', (rate, words) => {
    expect(percent(rate)).toBe(words);
  });
});

test('the headline names what is missed', async () => {
  expect(metricsHeadline(await reported(one, 30))).toBe('1 rollback of production in 30 days, back in 42 s at the median; 1 target missed: rollbacks.');
});

describe('the JSON file', () => {
  const schema: Schema = JSON.parse(readFileSync('schemas/metrics.schema.json', 'utf8'));

  test.each([['twelve', year], ['none', history()], ['hostile ones', attacked], ['half of them', { ...year, since: now - 100 * day }]])('of %s has the shape that is published', async (_what, records) => {
    const report = await reported(records);
    const text = metricsJson(report, report.metrics ?? expect.fail());
    expect(mistakesIn(JSON.parse(text), schema)).toEqual([]);
    expect(bytesOf(text)).toBeLessThan(2 * 1024 * 1024);
  });

  test('has the figures', async () => {
    const report = await reported(year);
    const { list: [newest], ...rest } = JSON.parse(metricsJson(report, report.metrics ?? expect.fail()));
    expect(rest).toMatchObject({
      period: { days: 365, start: '2023-03-16T12:00:00.000Z', end: '2024-03-15T12:00:00.000Z', whole: true },
      rollbacks: { count: 12, successRate: 0.75, recoverySeconds: { median: 60 }, perMonth: 1.0007 },
      deployments: { count: 24, failed: 8, changeFailureRate: 0.3333, failedDeploymentRecoverySeconds: 655, unmatchedRollbacks: 1 },
      drills: { count: 3, ageDays: 34, lastPassedAt: '2024-02-09T12:00:01.000Z', downtimeSeconds: { total: null } },
    });
    expect(newest).toMatchObject({ result: 'under-way', recoverySeconds: null, rowsLost: null });
  });

  test('the schema refuses what is wrong', () => {
    expect(mistakesIn({ version: 2 }, schema)).toContain(': repository');
    expect(mistakesIn({ version: 2 }, schema)).toContain('.version: const');
  });
});

describe('the badge', () => {
  test.each([
    ['none', history(), 'rollbacks: none in 30 d', '#1a7f37'],
    ['one', one, 'rollbacks: 1 in 30 d, 42 s', '#9a6700'],
    ['a lost row', history(rollback('2024-03-10T12:00:00Z', 1, { state: 'success', words: 'rolled-back in 42.0 s; 1 row lost' })), 'rollbacks: 1 in 30 d, 42 s', '#cf222e'],
    ['nothing known', { why: 'x' }, 'rollbacks: unknown', '#57606a'],
  ])('of %s', async (_what, records, words, colour) => {
    const svg = badge(await reported(records, 30));
    expect(wellFormed(svg)).toBe(true);
    expect(svg).toContain(`<title>${words}</title>`);
    expect(svg).toContain(`aria-label="${words}"`);
    expect(svg).toContain(`fill="${colour}"/></g>`);
  });

  test('whole', async () => {
    expect(badge(await reported(one, 30))).toMatchInlineSnapshot(`
      "<svg xmlns="http://www.w3.org/2000/svg" width="156" height="20" role="img" aria-label="rollbacks: 1 in 30 d, 42 s">
      <title>rollbacks: 1 in 30 d, 42 s</title>
      <clipPath id="round"><rect width="156" height="20" rx="3"/></clipPath>
      <g clip-path="url(#round)"><rect width="63" height="20" fill="#24292f"/><rect x="63" width="93" height="20" fill="#9a6700"/></g>
      <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11"><text x="31.5" y="14" textLength="53">rollbacks</text><text x="109.5" y="14" textLength="83">1 in 30 d, 42 s</text></g>
      </svg>
      "
    `);
  });

  test('a checker of XML that finds nothing would say nothing', () => {
    for (const wrong of ['<a><b></a></b>', '<a b=c/>', '<a>&x</a>', '<a>', '<a/><b/>', '<a b="<"/>']) expect(wellFormed(wrong), wrong).toBe(false);
  });
});
