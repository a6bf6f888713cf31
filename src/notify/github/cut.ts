/** Markdown within what GitHub takes for the body of an issue or a comment. */

/** GitHub: "body is too long (maximum is 65536 characters)". */
export const longestBody = 65_536;

/**
 * The first whole lines that fit, with what they leave open closed again, and then `rest`, which says where the whole is. Text that fits is as it was.
 * @param rest Markdown of one paragraph
 */
export function cutMarkdown(markdown: string, rest: string, longest = longestBody): string {
  if (markdown.length <= longest) return markdown;
  // A fence is closed by its own ticks, which are 33 at most; some folded parts can be open too.
  const room = longest - rest.length - 256;
  const lines: string[] = [];
  let used = 0;
  let fence = '';
  let folds = 0;
  for (const line of markdown.split('\n')) {
    used += line.length + 1;
    if (used > room) break;
    lines.push(line);
    if (fence === '') {
      fence = /^`{3,}/.exec(line)?.[0] ?? '';
      folds = Math.max(0, folds + [...line.matchAll(/<details\b/g)].length - [...line.matchAll(/<\/details>/g)].length);
    } else if (line.startsWith(fence) && line.replaceAll('`', '') === '') {
      fence = '';
    }
  }
  return [...lines, ...(fence === '' ? [] : [fence]), ...Array.from({ length: Math.min(folds, 8) }, () => '\n</details>'), '', rest].join('\n');
}
