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

/** The first lines of a text, followed by how many more there were. */
export function head(text: string, limit: number): string {
  if (bytesOf(text) <= limit) return text;
  const kept = fitting(shortened(text.slice(0, limit), limit), limit - 64);
  return [...kept, left(countLines(text) - kept.length, 'more')].join('\n');
}

/** The last lines of a text, led in by how many came before. */
export function tail(text: string, limit: number): string {
  if (bytesOf(text) <= limit) return text;
  const kept = fitting(shortened(text.slice(-limit), limit).toReversed(), limit - 64).toReversed();
  return [left(countLines(text) - kept.length, 'earlier'), ...kept].join('\n');
}

function left(lines: number, which: string): string {
  return lines > 0 ? `… ${String(lines)} ${which} lines` : '… cut';
}

// One line longer than a quarter of the whole would push all others out: it is cut itself.
function shortened(text: string, limit: number): readonly string[] {
  const most = Math.floor(limit / 12);
  return text.split('\n').map((line) => (line.length <= most ? line : `${line.slice(0, most).toWellFormed()}…`));
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
