/** What a Markdown text is built of, without its words. */
import { marked } from 'marked';
import type { Token } from 'marked';

/** The skeleton of a text: its blocks, the size of its tables and lists, and no word of it. */
export function shape(tokens: readonly Token[]): readonly string[] {
  return tokens.map((token) => {
    switch (token.type) {
      case 'table': return `table ${String(token['header'].length)} x ${String(token['rows'].length)}, ${String(new Set(token['rows'].map((row: readonly unknown[]) => row.length)).size)} widths`;
      case 'list': return `list of ${String(token['items'].length)}`;
      case 'html': return token.raw.trim();
      case 'heading': return `heading ${String(token['depth'])}`;
      default: return token.type;
    }
  });
}

/** All tokens, those within others too. */
export function inner(tokens: Token[]): readonly Token[] {
  const found: Token[] = [];
  void marked.walkTokens(tokens, (token) => void found.push(token));
  return found;
}

/** Words that are equal make one row of a plan or of checks, so these tables may be longer than with one word for all. */
export function sizeless(block: string): string {
  return block.replace(/ x \d+/, '');
}
