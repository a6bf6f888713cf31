/** A `.hurl` file of the repository, whose requests are smoke tests. https://hurl.dev/docs/hurl-file.html */
export type HurlFile = {
  /** Relative to the repository, as the user wrote it. */
  readonly path: string;
  readonly text: string;
};

/** Whether a line of `smoke-tests` names a file and not an address. */
export function isHurlPath(line: string): boolean {
  return /^\S+\.hurl$/.test(line) && !line.includes('://');
}

/**
 * How often a file is run until it passes. Only what changes nothing is asked again: a second POST is another act. A line of a body that
 * looks like a request counts as one, which costs no more than the second try.
 */
export function triesOf({ text }: HurlFile): number {
  return /^[ \t]*(?!(?:GET|HEAD|OPTIONS|HTTP)[ \t])[A-Z]+[ \t]+\S/m.test(text) ? 1 : 3;
}

/** `GET {{base}}/api/jobs`: the request as it is written in a line, counted from 1. */
export function requestAt({ text }: HurlFile, line: number): string {
  return text.split('\n')[line - 1]?.trim() ?? '';
}

/** What Hurl makes itself where a name is expected. https://hurl.dev/docs/templates.html#functions */
const functions: readonly string[] = ['newUuid', 'newDate', 'getEnv'];

/** Variables of its templates that nobody has set: neither the file itself, by a capture or an option, nor whoever runs it. */
export function unsetIn({ text }: HurlFile, given: ReadonlySet<string>): readonly string[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const used = lines.flatMap((line) => [...line.matchAll(/\{\{\s*([A-Za-z][\w-]*)/g)].map(([, name = '']) => name));
  const own = lines.flatMap((line) => /^\s*(?:variable\s*:\s*)?([A-Za-z][\w-]*)\s*[:=]/.exec(line)?.[1] ?? []);
  return [...new Set(used)].filter((name) => !given.has(name) && !own.includes(name) && !functions.includes(name));
}
