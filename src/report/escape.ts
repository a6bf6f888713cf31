/**
 * Words of others (commit subjects, hosts' output, names) made harmless for Markdown, HTML and the runner's log. What comes out can stand
 * anywhere in a line: a paragraph, a list item, a table cell.
 */

/** At most this many characters of somebody else's line are shown where nothing else is said. */
const usualLength = 300;

const zeroWidthSpace = '\u200b';

// Terminal control sequences: CSI, OSC (titles, links), and what is left of either.
const terminal = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]?/g;
// Invisible characters: they turn text around (bidi controls) or hide it. The two joiners stay: names and scripts need them.
const invisible = /(?![\u200c\u200d])\p{Cf}/gu;
const controls = /(?![\n\t])\p{Cc}/gu;

/** Several lines of somebody else's text: terminal codes, controls and bidi characters gone, line ends `\n`. */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?|[\u2028\u2029]/g, '\n').replaceAll(terminal, '').replaceAll(invisible, '').replaceAll(controls, '');
}

/** One line of plain text (not Markdown) of at most `length` characters; `…` ends one that was cut. */
export function line(text: string, length = usualLength): string {
  // What is far beyond the cut is not even looked at: a host may have sent megabytes.
  const flat = clean(text.slice(0, length * 8)).replaceAll(/\s+/g, ' ').trim();
  const characters = [...flat];
  return characters.length <= length ? flat : `${characters.slice(0, length - 1).join('').trimEnd()}…`;
}

/** One line as Markdown text that shows exactly these words, links to nobody and opens nothing. */
export function text(words: string, length?: number): string {
  return line(words, length)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '&#124;')
    .replaceAll(/[\\`*_~$[\]]/g, String.raw`\$&`)
    .replaceAll(/(?<!\w)@(?=\w)/g, `@${zeroWidthSpace}`)
    .replace(/^[#+\-=>]/, String.raw`\$&`)
    .replace(/^(\d+)([.)])/, String.raw`$1\$2`)
    .replace(/^::/, `:${zeroWidthSpace}:`);
}

/** One line as code. */
export function code(words: string, length?: number): string {
  const flat = line(words, length);
  if (flat === '') return '';
  // A backtick span cannot hold these everywhere (a table splits at a bar even there), an HTML element can.
  return /[`|\\]/.test(flat) ? `<code>${text(flat)}</code>` : `\`${flat.replaceAll('##[', `##${zeroWidthSpace}[`)}\``;
}

/** A fenced block; its fence is longer than any run of backticks in it, and no line of it is a command to the runner. */
export function fence(block: string, language = ''): string {
  const body = clean(block)
    .replace(/\n+$/, '')
    .replaceAll('##[', `##${zeroWidthSpace}[`)
    .replaceAll(/^(\s*):(?=:)/gm, `$1:${zeroWidthSpace}`);
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** A link with Markdown that is already safe as its words; the words alone if the address is not one for a browser. */
export function link(markdown: string, address: string): string {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return markdown;
  const href = new URL(address).href.replaceAll(/[()<>|\\`*_[\]]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${markdown}](${href})`;
}
