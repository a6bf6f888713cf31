/**
 * The part of Slack's Block Kit that messages are made of: https://docs.slack.dev/reference/block-kit/blocks
 * Others' words stand in `plain_text` only, where `*`, `_`, `~` and backticks mean nothing; `mrkdwn` is for words of ours.
 */
import { clean } from '../report/escape.ts';

type Plain = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };
type Mrkdwn = { readonly type: 'mrkdwn'; readonly text: string };

export type Block =
  | { readonly type: 'header'; readonly text: Plain }
  | { readonly type: 'section'; readonly text: Plain }
  | { readonly type: 'section'; readonly fields: readonly (Plain | Mrkdwn)[] }
  | { readonly type: 'context'; readonly elements: readonly (Plain | Mrkdwn)[] };

/** The largest text of a notification, and of what shows no blocks. Slack itself takes 40,000 characters, and advises 4,000. */
const fallbackLimit = 3000;

export function header(words: string): Block {
  return { type: 'header', text: plain(words, 150) };
}

export function section(words: string): Block {
  return { type: 'section', text: plain(words, 3000) };
}

/** Names and values in two columns: five pairs to a block, which is Slack's most. A value that is empty is left out with its name. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): readonly Block[] {
  const filled = pairs.filter(([, value]) => value !== '');
  const blocks = Array.from({ length: Math.ceil(filled.length / 5) }, (_none, index) => filled.slice(index * 5, index * 5 + 5));
  return blocks.map((some) => ({ type: 'section', fields: some.flatMap(([name, value]) => [{ type: 'mrkdwn' as const, text: `*${name}*` }, plain(value, 300)]) }));
}

/** Small print. @param name ours; @param address where it leads, if it is one for a browser */
export function linked(name: string, address: string, words: string): Block {
  const url = /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address).href.replaceAll(/[<>|]/g, encodeURIComponent) : undefined;
  const shown = url === undefined || url.length > 2000 ? name : `<${url.replaceAll('&', '&amp;')}|${name}>`;
  return { type: 'context', elements: [{ type: 'mrkdwn', text: shown }, ...(words === '' ? [] : [plain(words, 500)])] };
}

/** The text beside the blocks: shown in notifications and by programs that know no blocks. */
export function fallback(words: string): string {
  return escaped(words, fallbackLimit);
}

function plain(words: string, limit: number): Plain {
  return { type: 'plain_text', text: escaped(words, limit), emoji: false };
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Plain words that call nobody: Slack's three control characters are escaped (`<!channel>`, `<@U123>` and links begin with one), and a bare
 * `@here` is none any more. Line ends are kept. The limit is of what is sent, as Slack counts, and no entity is cut.
 */
function escaped(words: string, limit: number): string {
  const shown = clean(words.slice(0, limit * 2)).replaceAll(/(?<!\w)@(?=\w)/g, '@\u200b').trim();
  const pieces = Array.from(shown, (character) => entities[character] ?? character);
  let length = 0;
  const kept = pieces.findIndex((piece) => (length += piece.length) > limit - 1);
  const cut = kept === -1 && words.length <= limit * 2 ? pieces.join('') : `${pieces.slice(0, kept === -1 ? undefined : kept).join('').trimEnd()}…`;
  return cut === '' ? '-' : cut;
}
