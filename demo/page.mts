/** A job summary as a page: what GitHub would show, in one file that opens anywhere. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Marked } from 'marked';

const require = createRequire(import.meta.url);

/**
 * Writes `summary.html` into the folder: style and Mermaid within it, so that it needs no network and no other file.
 * @returns its path
 */
export async function writePage(markdown: string, folder: string): Promise<string> {
  const [style, script, mermaid] = await Promise.all([
    readFile(new URL('page.css', import.meta.url), 'utf8'),
    readFile(new URL('page-diagrams.js', import.meta.url), 'utf8'),
    readFile(require.resolve('mermaid/dist/mermaid.min.js'), 'utf8'),
  ]);
  const path = join(folder, 'summary.html');
  await mkdir(folder, { recursive: true });
  await writeFile(path, page(bodyOf(markdown), style, [mermaid, script]));
  return path;
}

/** The summary's HTML. Raw HTML in it goes through, as `<details>` must: it is for summaries that this project wrote, which escape all others' words. */
export function bodyOf(markdown: string): string {
  const marked = new Marked({
    gfm: true,
    renderer: {
      code({ text, lang }) {
        return lang === 'mermaid' ? `<pre class="mermaid">${escaped(text)}</pre>\n` : `<pre><code>${escaped(text)}</code></pre>\n`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

function page(body: string, style: string, scripts: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>Rollback</title>',
    `<style>\n${style}</style>`,
    `<main>\n${body}</main>`,
    ...scripts.map((script) => `<script>\n${script.replaceAll(/<\/script/gi, String.raw`<\/script`)}\n</script>`),
    '</html>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
