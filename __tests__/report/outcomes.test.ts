/** What people see of each outcome with each method, as files that can be looked at. `vitest -u` writes them anew. */
import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/outcome.ts';
import { incidentReport } from '../../src/report/incident.ts';
import { summary } from '../../src/report/summary.ts';
import { exampleOf, manyHosts } from './example.ts';
import { exampleDrill, exampleOfMethod, methods } from './methods.ts';

const results: readonly Result[] = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'];
const hosts = manyHosts(2);

describe.each(methods)('%s', (method) => {
  test.each(results)('summary of %s', async (result) => {
    await expect(summary(exampleOfMethod(method, result, hosts), 'incident-report.md')).toMatchFileSnapshot(`./outcomes/${method}-${result}.md`);
  });
});

test.each(results)('incident report of %s', async (result) => {
  await expect(incidentReport(exampleOf(result, hosts))).toMatchFileSnapshot(`./outcomes/incident-${result}.md`);
});

test('a drill that passed', async () => {
  await expect(summary(exampleDrill(hosts), 'incident-report.md')).toMatchFileSnapshot('./outcomes/drill.md');
  await expect(incidentReport(exampleDrill(hosts))).toMatchFileSnapshot('./outcomes/incident-drill.md');
});

test('of many hosts', async () => {
  await expect(summary(exampleOf('undone', manyHosts(50)), 'incident-report.md')).toMatchFileSnapshot('./outcomes/fifty-hosts-undone.md');
});

describe('ready to be committed', () => {
  const blanks = { ...exampleOf('undone'), logs: [{ host: 'web-1', file: 'error.log', text: 'a line   \n\t\nanother\t' }] };
  test.each([['blanks in a log', blanks] as const, ...results.map((result) => [result, exampleOf(result, hosts)] as const), ['drill', exampleDrill(hosts)] as const])('%s', (_name, report) => {
    const written = incidentReport(report);
    expect(written).not.toMatch(/[ \t]$/m);
    expect(written.match(/^# /gm)).toHaveLength(1);
    expect(written).toMatch(/[^\n]\n$/);
    expect(written).not.toContain('\n\n\n');
  });
});
