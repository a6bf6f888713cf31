/** Keeping texts within a size, and telling what was left out. Sizes are bytes of UTF-8. */

export const KiB = 1024;

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** As many of the parts as fit, from the first on. */
export function fitting(parts: readonly string[], limit: number): readonly string[] {
  let used = 0;
  const end = parts.findIndex((part) => (used += bytesOf(part) + 1) > limit);
  return end === -1 ? parts : parts.slice(0, end);
}

/** The first lines of a text, led out by how many more there were. */
export function head(text: string, limit: number): string {
  const lines = linesOf(text.slice(0, limit), limit);
  const all = countLines(text);
  const kept = fitting(lines, limit - 64);
  return kept.length === all ? text : [...kept, `… ${String(all - kept.length)} more lines`].join('\n');
}

/** The last lines of a text, led in by how many came before. */
export function tail(text: string, limit: number): string {
  const lines = linesOf(text.slice(-limit), limit).toReversed();
  const all = countLines(text);
  const kept = fitting(lines, limit - 64).toReversed();
  return kept.length === all ? text : [`… ${String(all - kept.length)} lines before`, ...kept].join('\n');
}

// One line longer than a quarter of the whole would push all others out: it is cut itself.
function linesOf(text: string, limit: number): readonly string[] {
  const longest = Math.floor(limit / 4 / 3);
  return text.split('\n').map((line) => (line.length <= longest ? line : `${line.slice(0, longest).toWellFormed()}…`));
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
