import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import type { Report, Result } from '../../src/outcome.ts';
import { bytesOf } from '../../src/report/budget.ts';
import { incidentReport } from '../../src/report/incident.ts';
import { summary, summaryLimit } from '../../src/report/summary.ts';
import { exampleOf, exampleReport, manyHosts } from './example.ts';
import { hostile, withWords } from './hostile.ts';
import { inner, shape, sizeless } from './shape.ts';

const results: readonly Result[] = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'];

function titles(markdown: string): readonly string[] {
  return marked.lexer(markdown).flatMap((token) => {
    if (token.type === 'heading') return [token.raw.replaceAll('#', '').trim()];
    return token.type === 'html' ? [...token.raw.matchAll(/<summary>(.*?)<\/summary>/g)].map(([, title = '']) => `(${title})`) : [];
  });
}

describe('what comes first', () => {
  test('a rollback that went well', () => {
    expect(titles(summary(exampleOf('rolled-back'), 'incident-report.md'))).toMatchInlineSnapshot(`
      [
        "✅ Production is back on v2 (a1b2c3d "Stable release 2") in 38 s; the service did not answer for 6.3 s; nothing was lost.",
        "State of production",
        "Worth knowing",
        "Timeline",
        "Availability",
        "What went back",
        "Checks",
        "Backups",
        "Targets",
        "Checklist: during the rollback",
        "Checklist: after the rollback",
        "(Plan)",
        "(Files)",
        "(SQL of the downgrade)",
      ]
    `);
  });

  test('a dry run leads with what would go, the SQL and the steps', () => {
    expect(titles(summary(exampleOf('planned')))).toMatchInlineSnapshot(`
      [
        "🔎 Dry run: production would go back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2"), undoing 2 commits and 2 migrations on 3 hosts; nothing was changed.",
        "What would change",
        "(Files)",
        "SQL of the downgrade",
        "What would be done",
        "(State of production)",
      ]
    `);
  });

  test('a refusal leads with what to do', () => {
    expect(titles(summary(exampleOf('refused')))).toMatchInlineSnapshot(`
      [
        "⛔ Nothing was touched: no answer on port 22 within 20 s, three times (on web-3), and 1 more problem.",
        "What to do now",
        "State of production",
        "(Availability)",
        "What was asked for",
        "(Files)",
      ]
    `);
  });

  test.each(['undone', 'failed', 'cancelled'] as const)('%s: the state of production, then what to do', (result) => {
    expect(titles(summary(exampleOf(result))).slice(1, 3)).toEqual(['State of production', 'What to do now']);
  });
});

describe.each([['summary', (report: Report) => summary(report)], ['incident report', incidentReport]] as const)('%s of hostile words', (_name, write) => {
  test.each(results)('%s has the shape that it has with plain words', (result) => {
    const report = exampleOf(result);
    const plain = shape(marked.lexer(write(withWords(report, () => 'word'))));
    fc.assert(fc.property(fc.array(hostile, { minLength: 7, maxLength: 23 }), (words) => {
      let at = 0;
      const markdown = write(withWords(report, () => words[at++ % words.length] ?? ''));
      const tokens = marked.lexer(markdown);
      const all = inner(tokens);
      expect(shape(tokens).map(sizeless)).toEqual(plain.map(sizeless));
      expect(shape(tokens).filter((block) => block.startsWith('table') && !block.endsWith(', 1 widths'))).toEqual([]);
      expect(all.filter(({ type }) => type === 'image')).toEqual([]);
      expect(all.filter((token) => token.type === 'html' && !/^<\/?(?:code|br|details)>/.test(token.raw.trim())).map(({ raw }) => raw)).toEqual([]);
      expect(all.filter((token) => token.type === 'link' && !token['href'].startsWith('https://github.com/green-matchers/app/'))).toEqual([]);
      expect(markdown).not.toMatch(/^\s*::|##\[|[\u202a-\u202e\u2066-\u2069\u001b\u0000]/m);
    }), { numRuns: 12 });
  });
});

describe('size', () => {
  const flood = '`|<&"\u{1F600}\n'.repeat(8_000);
  test.each(results)('%s stays below 256 KiB whatever it is given', (result) => {
    const large = withWords(exampleOf(result, manyHosts(200)), () => flood);
    const many = <Item>(items: readonly Item[]): readonly Item[] => Array.from({ length: 300 }, () => items).flat();
    const report = {
      ...large, failures: many(large.failures), commits: many(large.commits), migrations: many(large.migrations), notes: many(['note '.repeat(200)]),
      logs: many([{ host: 'web-1', file: 'error.log', text: flood }]), backups: many(large.backups), lostRows: many([{ table: flood.slice(0, 4_000), rows: 1 }]),
    };
    expect(bytesOf(summary(report))).toBeLessThanOrEqual(summaryLimit);
    expect(summary(report)).not.toContain('left out');
    expect(bytesOf(incidentReport(report))).toBeLessThanOrEqual(summaryLimit);
  });

  test('what is cut is counted', () => {
    const commits = Array.from({ length: 50 }, (_none, index) => ({ sha: String(index).padStart(40, 'a'), subject: 's', author: 'a', time: '' }));
    const text = summary(exampleReport({ commits, commitCount: 731, notes: Array.from({ length: 500 }, () => 'n'.repeat(100)) }));
    expect(text).toContain('… and 711 more commits.');
    expect(text).toMatch(/… and 43\d more notes, in the log of this run/);
  });
});

test('a verdict that could not be had is shown as such', () => {
  expect(summary(exampleOf('failed'))).toContain('| **unknown** |');
});

test('of many hosts, those that need a person are shown and all are folded away', () => {
  expect(summary(exampleOf('failed', manyHosts(50)))).toMatch(/\| web-1 needs a person and 49 hosts are untouched, on v3 \| .*\n\n\| Host .*\n.*\n\| `web-1` .*\n\n<details><summary>All 50 hosts/);
});
