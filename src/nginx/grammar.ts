/** nginx's grammar: a text becomes directives that know where they are written. Pure. The text is the file's bytes as latin1, one character each. */
import { lineAt } from './layout.ts';
import { endOfLua } from './lua.ts';
import { readWords, type Word } from './words.ts';

export type { Word as Arg } from './words.ts';

export type Directive = {
  readonly name: string;
  readonly args: readonly Word[];
  /** Of its name. */
  readonly start: number;
  /** Behind its `;` or `}`. */
  readonly end: number;
  readonly block?: Block;
};

/** The offsets of `{` and `}`, and what is between; nothing where that is Lua. */
export type Block = { readonly open: number; readonly close: number; readonly directives: readonly Directive[] };

/** A text that nginx would not read. */
export type Unreadable = { readonly kind: 'unreadable'; readonly line: number; readonly what: string };

/** All directives, or what is wrong with the text and in which line. */
export function parse(text: string): readonly Directive[] | Unreadable {
  // nginx takes it for a part of the first word, and knows no such directive.
  if (text.startsWith('\xEF\xBB\xBF')) return { kind: 'unreadable', line: 1, what: 'the file begins with a byte order mark, which nginx does not accept' };
  const read = directivesFrom(text, 0);
  if ('kind' in read) return read;
  return read.closedAt === undefined ? read.directives : unreadable(text, read.closedAt, 'a "}" closes nothing');
}

export function isUnreadable(parsed: readonly Directive[] | Unreadable): parsed is Unreadable {
  return 'kind' in parsed;
}

type Read = { readonly directives: readonly Directive[]; /** Of the `}`; undefined: the text ended. */ readonly closedAt: number | undefined };

function directivesFrom(text: string, from: number): Read | Unreadable {
  const directives: Directive[] = [];
  let at = from;
  for (;;) {
    const reading = readWords(text, at);
    switch (reading.kind) {
      case 'wrong':
        return unreadable(text, reading.at, reading.what);
      case 'end':
        return { directives, closedAt: undefined };
      case 'close':
        return { directives, closedAt: reading.at };
      case 'words': {
        const [name, ...args] = reading.words;
        const whole = { name: name.value, args, start: name.start, end: reading.next };
        const block = reading.closedBy === '{' ? blockFrom(text, name.value, reading.next) : undefined;
        if (block !== undefined && 'kind' in block) return block;
        const directive = block === undefined ? whole : { ...whole, end: block.close + 1, block };
        directives.push(directive);
        at = directive.end;
      }
    }
  }
}

function blockFrom(text: string, name: string, from: number): Block | Unreadable {
  const read = name.endsWith('_by_lua_block') ? { directives: [], closedAt: endOfLua(text, from) } : directivesFrom(text, from);
  if ('kind' in read) return read;
  return read.closedAt === undefined ? unreadable(text, from, 'the block that begins here is not closed') : { open: from - 1, close: read.closedAt, directives: read.directives };
}

function unreadable(text: string, at: number, what: string): Unreadable {
  return { kind: 'unreadable', line: lineAt(text, at), what };
}
