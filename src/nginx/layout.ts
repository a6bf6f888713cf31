/** Where things stand on their lines. Pure; offsets into the text. */

/** What nginx takes for space between words. */
export const blanks = ' \t\r\n';

export type Span = { readonly start: number; readonly end: number };

/** The number of the line that an offset is on, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The offset at which the line begins that an offset is on. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The offset of what ends the line: its `\n`, or the `\r` before it, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  if (feed === -1) return text.length;
  return text[feed - 1] === '\r' && feed - 1 >= offset ? feed - 1 : feed;
}

/** Nothing but blanks before it on its line, and nothing but blanks and a comment after it. */
export function isAloneOnItsLines(text: string, { start, end }: Span): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, start), start)) && /^[ \t]*(#.*)?$/.test(text.slice(end, lineEnd(text, end)));
}

/** The blanks with which the line begins that an offset is on. */
export function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

/** How the line ends that an offset is on. */
export function newlineAt(text: string, offset: number): string {
  return text.startsWith('\r\n', lineEnd(text, offset)) ? '\r\n' : '\n';
}

/**
 * What goes with a directive that goes: its whole line, a comment beside it included, where it is alone there; where it shares a line, only itself
 * with the blanks that set it apart.
 */
export function removalOf(text: string, { start, end }: Span): Span {
  const begins = lineStart(text, start);
  const isFirst = /^[ \t]*$/.test(text.slice(begins, start));
  if (isAloneOnItsLines(text, { start, end })) {
    const feed = text.indexOf('\n', end);
    return { start: begins, end: feed === -1 ? text.length : feed + 1 };
  }
  if (isFirst) return { start, end: end + (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0) };
  return { start: start - (/[ \t]*$/.exec(text.slice(begins, start))?.[0].length ?? 0), end };
}

export type Edit = Span & { readonly text: string };

/** The text with all edits made; they must not overlap. Those at the same place come in the order in which they were given. */
export function edited(text: string, edits: readonly Edit[]): string {
  let [out, at] = ['', 0];
  for (const edit of edits.toSorted((one, other) => one.start - other.start || one.end - other.end)) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}
