/** How nginx cuts a configuration into words: the state machine of its `ngx_conf_read_token`, rule by rule. Pure. */
import { blanks } from './layout.ts';

/** A word as nginx understands it, and where it is written (quotes included). */
export type Word = { readonly value: string; readonly start: number; readonly end: number };

/** Words up to what closes them: `;` ends a directive, `{` opens a block, `}` closes one, `end` is the end of the file. */
export type Reading =
  | { readonly kind: 'words'; readonly words: readonly [Word, ...Word[]]; readonly closedBy: ';' | '{'; readonly next: number }
  | { readonly kind: 'close'; readonly at: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'wrong'; readonly at: number; readonly what: string };

/** Reads from an offset that is outside of words. Source: https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c */
export function readWords(text: string, from: number): Reading {
  const words: Word[] = [];
  let at = from;
  for (;;) {
    at = skipBlanks(text, at);
    const character = text[at];
    if (character === undefined) return words.length === 0 ? { kind: 'end' } : wrong(at, 'the file ends in the middle of a directive');
    if (character === '}') return words.length === 0 ? { kind: 'close', at } : wrong(at, 'a "}" stands where a ";" is missing');
    if (character === ';' || character === '{') {
      const [first, ...rest] = words;
      if (first === undefined) return wrong(at, `a "${character}" stands where a directive should begin`);
      return { kind: 'words', words: [first, ...rest], closedBy: character, next: at + 1 };
    }
    const word = character === '"' || character === "'" ? quoted(text, at, character) : bare(text, at);
    if (word === undefined) return wrong(text.length, 'the file ends in the middle of a word');
    words.push(word);
    at = word.end;
    // A ")" may follow a quote at once, as in `if ($a = "b")`; anything else has to be set apart.
    if (character !== '"' && character !== "'") continue;
    const after = text[at];
    if (after !== undefined && !blanks.includes(after) && !';{)'.includes(after)) return wrong(at, `"${after}" follows a quote without a space`);
  }
}

function wrong(at: number, what: string): Reading {
  return { kind: 'wrong', at, what };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    const character = text[at];
    if (character === '#') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (character !== undefined && blanks.includes(character)) {
      at += 1;
    } else {
      return at;
    }
  }
}

function quoted(text: string, start: number, quote: string): Word | undefined {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return { value: unescaped(text.slice(start + 1, at)), start, end: at + 1 };
  }
  return undefined;
}

/** Ends at a blank, a `;`, or a `{` that does not belong to a variable (`${name}`); a `}`, a `#` or a quote within is part of the word. */
function bare(text: string, start: number): Word | undefined {
  let variable = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '{' && variable) continue;
    variable = character === '$';
    if (character === '\\') at += 1;
    else if (character === ';' || character === '{' || blanks.includes(character)) return { value: unescaped(text.slice(start, at)), start, end: at };
  }
  return undefined;
}

const escapes: ReadonlyMap<string, string> = new Map([['"', '"'], ["'", "'"], ['\\', '\\'], ['t', '\t'], ['r', '\r'], ['n', '\n']]);

/** A backslash before any other character stays. */
function unescaped(raw: string): string {
  return raw.includes('\\') ? raw.replaceAll(/\\([\s\S])/g, (both, one: string) => escapes.get(one) ?? both) : raw;
}

/** A word for a configuration: as it is where nginx reads it as itself, else in quotes. */
export function written(value: string): string {
  return /^[^\s;{}"'\\#$()]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
