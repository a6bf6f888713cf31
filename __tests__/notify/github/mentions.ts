/** Markdown as GitHub shows it, as far as it tells somebody. */
import { marked } from 'marked';

/** Outside of code: who is mentioned, which other repositories' issues are linked, which addresses. */
export function tells(markdown: string): readonly string[] {
  const words = marked.parse(markdown, { async: false, gfm: true })
    .replaceAll(/<!--[^]*?-->|<(code|pre)\b[^]*?<\/\1>/g, ' ')
    // Each text between two elements is looked at for itself.
    .replaceAll(/<\/?[a-z][^>]*>/g, ' ')
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', '\'').replaceAll('&#124;', '|').replaceAll('&amp;', '&');
  return [...words.matchAll(/(?<![A-Za-z0-9])@[A-Za-z0-9][\w-]*|[\w.-]+\/[\w.-]+#\d+|https?:\/\/\S+/g)].map(([found]) => found);
}
