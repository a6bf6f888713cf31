import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bodyOf, writePage } from '../../demo/page.mts';
import { summary } from '../../src/report/summary.ts';
import { exampleOf } from './example.ts';

test('the page holds the summary, its diagram and all that draws it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  try {
    const path = await writePage(summary(exampleOf('rolled-back')), join(folder, 'out'));
    const html = await readFile(path, 'utf8');
    expect(path).toBe(join(folder, 'out', 'summary.html'));
    expect(html).toContain('<pre class="mermaid">%%{init:');
    expect(html).toContain('<details><summary>Plan</summary>');
    expect(html.length).toBeGreaterThan(1_000_000);
    expect(html.slice(0, html.indexOf('<script>'))).not.toMatch(/<(?:script|link|img|iframe)\b/);
    // Mermaid, and what calls it: nothing within them ends a script early.
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('code is shown, not run', () => {
  expect(bodyOf('```mermaid\n</pre><script>\n```')).toBe('<pre class="mermaid">&lt;/pre&gt;&lt;script&gt;</pre>\n');
});
