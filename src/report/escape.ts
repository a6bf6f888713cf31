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

/**
 * Several lines of somebody else's text: no terminal codes, control or bidi characters; no line that the runner takes for a command
 * (`::error::` at its start, `##[` anywhere); no endless run of backticks; line ends are `\n`. Cleaning twice is the same as once.
 */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(terminal, '')
    .replaceAll(invisible, '')
    .replaceAll(controls, '')
    .replaceAll(/`{33,}/g, '`'.repeat(32))
    .replaceAll('##[', `##${zeroWidthSpace}[`)
    .replaceAll(/^([^\S\n]*):(?=:)/gm, `$1:${zeroWidthSpace}`);
}

/** One line of plain text (not Markdown) of at most `length` characters; `…` ends one that was cut. */
export function line(text: string, length = usualLength): string {
  // What is far beyond the cut is not even looked at: a host may have sent megabytes.
  const flat = clean(text.trimStart().slice(0, length * 8)).replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(flat);
  return characters.length <= length ? flat : `${characters.slice(0, length - 1).join('').trimEnd()}…`;
}

/** One line as Markdown text that shows exactly these words, links to nobody and opens nothing. Addresses are shown as code. */
export function text(words: string, length?: number): string {
  return parts(line(words, length), /((?:https?:\/\/|ftp:\/\/|www\.)\S*[^\s.,:;!?)\]}'"]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/i, (address) => codeOf(address));
}

/** As `text`, but `words` between two backticks become code: for sentences that name an input or a command. */
export function prose(words: string, length?: number): string {
  return parts(line(words, length), /(`[^`]+`)/, (quoted) => codeOf(quoted.slice(1, -1).trim()), (rest) => text(rest, Infinity));
}

/** One line as code. */
export function code(words: string, length?: number): string {
  return codeOf(line(words, length));
}

// Blanks around a part are kept: what is escaped is a part of a sentence.
function parts(flat: string, special: RegExp, show: (part: string) => string, plain = shown): string {
  return flat.split(special).map((part, index) => (index % 2 === 1 ? show(part) : part.replace(/\S(?:.*\S)?/, plain))).join('');
}

function codeOf(flat: string): string {
  if (flat === '') return '';
  // A backtick span cannot hold these everywhere (a table splits at a bar even there), an HTML element can, but links addresses.
  if (!/[`|\\]/.test(flat)) return `\`${flat}\``;
  return `<code>${shown(flat).replaceAll('://', `:${zeroWidthSpace}//`).replaceAll(/(www)(?=\.)/gi, `$1${zeroWidthSpace}`)}</code>`;
}

function shown(flat: string): string {
  return flat
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '&#124;')
    .replaceAll(/[\\`*_~$[\]]/g, String.raw`\$&`)
    .replaceAll(/(?<![A-Za-z0-9])@(?=\w)/g, `@${zeroWidthSpace}`)
    // `owner/repository#1` would link another repository's issue, and be told there; `#1` is one of our own.
    .replaceAll(/(?<=[\w.-])#(?=\d)/g, `#${zeroWidthSpace}`)
    .replace(/^[#+\-=>]/, String.raw`\$&`)
    .replace(/^(\d+)([.)])(?=\s|$)/, String.raw`$1\$2`);
}

/** A fenced block; its fence is longer than any run of backticks in it. */
export function fence(block: string, language = ''): string {
  const body = clean(block).replace(/\n+$/, '');
  const longest = [...body.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2);
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** A link; its words are ours (others' words can close a link even when escaped). The words alone if the address is not one for a browser. */
export function link(markdown: string, address: string): string {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return markdown;
  const href = new URL(address).href.replaceAll(/[()<>|\\`*_[\]]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${markdown}](${href})`;
}
