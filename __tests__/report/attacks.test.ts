import { marked } from 'marked';
import mermaid from 'mermaid';
import { describe, expect, test } from 'vitest';
import type { Report, Result } from '../../src/outcome.ts';
import { annotations } from '../../src/report/annotations.ts';
import { bytesOf } from '../../src/report/budget.ts';
import { incidentReport } from '../../src/report/incident.ts';
import { outputs } from '../../src/report/outputs.ts';
import { summary, summaryLimit } from '../../src/report/summary.ts';
import { exampleOf, exampleReport, threeHosts } from './example.ts';
import { attacks, everyWord } from './hostile.ts';
import { inner, shape, sizeless } from './shape.ts';

const results: readonly Result[] = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'];

/** Nothing is left out: each field that a report can have is there, and filled. */
function full(result: Result): Required<Report> {
  const { detectedAt: _none, ...run } = exampleReport().run;
  const restored = { backup: 'b', time: '2025-11-23T09:12:40Z', release: 'r', used: 'u', kept: 'k', dataOnly: false };
  const given = exampleOf(result, threeHosts);
  return {
    restored, drill: { backSeconds: 1, forwardSeconds: 1 }, untouchedTables: { same: 1, written: 1 },
    from: { sha: 'f', names: ['n'], subject: 's' }, to: { sha: 't', names: ['n'], subject: 's', rule: 'journal' },
    downtime: { total: 0, caused: 0, samples: [] },
    ...given,
    failures: given.failures.length > 0 ? given.failures : [{ code: 'step-failed', host: 'h', step: 's', what: 'w', why: 'y', fix: 'f' }],
    run: { ...run, detectedAt: run.startedAt, endedAt: run.startedAt + 60_000 },
    lostRows: [{ table: 't', rows: 2 }],
    access: threeHosts.map((host) => ({ host, requests: 3, errors: 2, clients: 1 })),
    files: ['f'],
    found: [{ host: 'h', file: 'f', text: 't' }],
    logs: [{ host: 'h', file: 'f', text: 't' }],
  };
}

const pages = { summary: (report: Report) => summary(report, 'incident-report.md'), 'incident report': incidentReport };
// Of the diagrams, the chart holds no word of others, and cannot be parsed without a browser.
const forbidden = /^[^\S\n]*::|##\[|[\u202a-\u202e\u2066-\u2069\u001b\u009b\u0000]/m;

describe.each(Object.entries(attacks))('%s in every field', (_name, attack) => {
  // Megabytes take the same ways with each result.
  const tried = attack.length > 1_000_000 ? (['undone', 'planned'] as const) : results;

  test.each(Object.entries(pages))('%s: the same blocks, tags and links as with harmless words', async (_page, write) => {
    for (const result of tried) {
      const plain = write(everyWord(full(result), () => 'word'));
      const hostile = write(everyWord(full(result), () => attack));
      const tokens = marked.lexer(hostile);
      // What is blank is left out, and its section with it.
      if (attack.trim() !== '') expect(shape(tokens).map(sizeless)).toEqual(shape(marked.lexer(plain)).map(sizeless));
      expect(shape(tokens).filter((block) => block.startsWith('table') && !block.endsWith(', 1 widths'))).toEqual([]);
      const all = inner(tokens);
      expect(all.filter(({ type }) => type === 'link' || type === 'image' || type === 'del')).toEqual([]);
      expect(tagsOf(hostile).difference(tagsOf(plain)).difference(new Set(['<code>', '</code>']))).toEqual(new Set());
      expect(hostile).not.toMatch(forbidden);
      expect(bytesOf(hostile)).toBeLessThanOrEqual(summaryLimit);
      for (const [, diagram = ''] of hostile.matchAll(/^```mermaid\n(.*\ngantt\n[^]*?)\n```$/gm)) expect(await mermaid.parse(diagram)).toBeTruthy();
    }
  }, 120_000);

  test('outputs stay JSON, and below what GitHub takes', () => {
    for (const result of tried) {
      const given = outputs(everyWord(full(result), () => attack), { incidentReport: '', incidentUrl: '', deploymentId: '' });
      for (const name of ['health-results', 'smoke-tests', 'hosts', 'backup', 'plan']) expect(JSON.parse(given[name] ?? '')).toBeTruthy();
      expect(given['result']).toBe(result);
      expect(Object.entries(given).reduce((sum, [name, value]) => sum + name.length + value.length, 0) * 2).toBeLessThan(1_048_576);
      expect(Object.values(given).filter((value) => /[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/.test(value))).toEqual([]);
    }
  }, 120_000);

  test('annotations are single lines without commands', () => {
    for (const result of tried) {
      for (const { title, message } of annotations(everyWord(full(result), () => attack))) {
        for (const words of [title, message]) expect(words).not.toMatch(/\n|##\[|^\s*::|[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/);
        expect(message.length).toBeLessThanOrEqual(2_000);
      }
    }
  }, 120_000);
});

/** Raw HTML, and what Markdown makes of the rest. */
function tagsOf(markdown: string): ReadonlySet<string> {
  return new Set(marked.parse(markdown, { async: false }).match(/<\/?[a-z][^>]*>/g)?.map((tag) => tag.replace(/ (?:class|align|start|checked|disabled|type)="[^"]*"/g, '')) ?? []);
}
