/** Changes the servers of one `upstream` block; every other byte of the file stays. Pure. */
import { keyOf } from './address.ts';
import { type Edit, edited, indentationAt, isAloneOnItsLines, lineEnd, newlineAt, removalOf } from './layout.ts';
import { type Located, locate, type Server, type ServerLine } from './upstream.ts';
import { type Word, written } from './words.ts';

/**
 * The text whose block holds the wanted servers. A server that is kept keeps its line; of one whose parameters change only those words change. A server
 * that goes gives its line to one that comes (only the words that differ change); else its line goes, with a comment on it. What is left to come goes
 * behind the last server, laid out like it. Of a block that `readUpstream` has found only: anything else is a mistake of the caller, and throws.
 */
export function rewriteUpstream(text: string, name: string, wanted: readonly Server[]): string {
  const located = found(text, name);
  const { kept, leaving, coming } = matched(located.servers, wanted);
  const replaced = leaving.slice(0, coming.length).map((line, index): Pair => ({ line, server: coming[index] ?? line.member }));
  const changed = edited(text, [
    ...[...kept, ...replaced].flatMap(({ line, server }) => changeOf(text, line, server)),
    ...additions(text, located, coming.slice(leaving.length)),
  ]);
  return leaving.slice(coming.length).map((line) => located.servers.indexOf(line)).toSorted((one, other) => other - one)
    .reduce((left, index) => without(left, found(left, name), index), changed);
}

/** Whether two texts are the same but for `server` directives of that block (with the line, and the comment beside it, of one that is alone there). */
export function onlyServersDiffer(before: string, after: string, name: string): boolean {
  const [one, other] = [before, after].map((text) => withoutServers(text, name));
  return one !== undefined && one === other;
}

type Pair = { readonly line: ServerLine; readonly server: Server };

function found(text: string, name: string): Located {
  const located = locate(text, name);
  if (located.kind !== 'found') throw new Error(`the upstream ${name} cannot be rewritten: ${located.kind === 'refused' ? located.reason : 'it is not in the text'}`);
  return located;
}

/** Each wanted server gets the line that says the same already, if there is one, else a line with its address. */
function matched(lines: readonly ServerLine[], wanted: readonly Server[]): { kept: readonly Pair[]; leaving: readonly ServerLine[]; coming: readonly Server[] } {
  const left = [...lines];
  const take = (fits: (line: ServerLine) => boolean): ServerLine | undefined => {
    const index = left.findIndex(fits);
    return index === -1 ? undefined : left.splice(index, 1)[0];
  };
  const isOf = (server: Server) => ({ member }: ServerLine): boolean => member.key === keyOf(server.address);
  const same = wanted.map((server) => take((line) => isOf(server)(line) && line.member.parameters.join(' ') === server.parameters.join(' ')));
  const pairs = wanted.map((server, index) => ({ server, line: same[index] ?? take(isOf(server)) }));
  return {
    kept: pairs.flatMap(({ line, server }) => (line === undefined ? [] : [{ line, server }])),
    coming: pairs.flatMap(({ line, server }) => (line === undefined ? [server] : [])),
    leaving: left,
  };
}

function changeOf(text: string, { directive, member }: ServerLine, server: Server): readonly Edit[] {
  const [address, ...parameters] = directive.args;
  if (address === undefined) return [];
  const moved = member.key === keyOf(server.address) ? [] : [{ start: address.start, end: address.end, text: inTheQuotesOf(text, address, server.address) }];
  return [...moved, ...parameterEdits(text, address, parameters, server.parameters)];
}

/** Words that stay stay where they are; one that gets another value is replaced in place; one that comes follows the one that it is to follow. */
function parameterEdits(text: string, address: Word, present: readonly Word[], wanted: readonly string[]): readonly Edit[] {
  const left = [...present];
  const take = (fits: (value: string) => boolean): Word | undefined => {
    const index = left.findIndex(({ value }) => fits(value));
    return index === -1 ? undefined : left.splice(index, 1)[0];
  };
  const same = wanted.map((value) => take((one) => one === value));
  const places = wanted.map((value, index) => same[index] ?? take((one) => value.includes('=') && one.startsWith(value.slice(0, value.indexOf('=') + 1))));
  const changes = wanted.map((value, index): Edit | undefined => {
    const place = places[index];
    if (place === undefined) {
      const { end } = places.slice(0, index).findLast((before) => before !== undefined) ?? address;
      return { start: end, end, text: ` ${written(value)}` };
    }
    return place === same[index] ? undefined : { start: place.start, end: place.end, text: inTheQuotesOf(text, place, value) };
  });
  return [...changes.filter((edit) => edit !== undefined), ...left.map((word) => ({ start: word.start - blanksBefore(text, word.start), end: word.end, text: '' }))];
}

/** Blanks that can go with a word: none behind a comment, which would swallow what follows. */
function blanksBefore(text: string, start: number): number {
  const blanks = /\s*$/.exec(text.slice(0, start))?.[0] ?? '';
  const isBehindComment = blanks.includes('\n') && text.slice(text.lastIndexOf('\n', start - blanks.length - 1) + 1, start - blanks.length).includes('#');
  return isBehindComment ? 0 : blanks.length;
}

function inTheQuotesOf(text: string, word: Word, value: string): string {
  const quote = text[word.start];
  return (quote === '"' || quote === "'") && /^[^"'\\]*$/.test(value) ? quote + value + quote : written(value);
}

function additions(text: string, { servers, block }: Located, coming: readonly Server[]): readonly Edit[] {
  const lines = coming.map(({ address, parameters }) => `server ${[address, ...parameters].map(written).join(' ')};`);
  const last = servers.at(-1)?.directive;
  if (last === undefined) return lines.map((line) => ({ start: block.open + 1, end: block.open + 1, text: ` ${line}` }));
  if (!isAloneOnItsLines(text, last)) return lines.map((line) => ({ start: last.end, end: last.end, text: ` ${line}` }));
  const end = lineEnd(text, last.end);
  return lines.map((line) => ({ start: end, end, text: newlineAt(text, end) + indentationAt(text, last.start) + line }));
}

/** One after the other, the last first: each that goes can leave another alone on its line. */
function withoutServers(text: string, name: string): string | undefined {
  const located = locate(text, name);
  if (located.kind !== 'found') return undefined;
  return located.servers.length === 0 ? text : withoutServers(without(text, located, located.servers.length - 1), name);
}

function without(text: string, { servers }: Located, index: number): string {
  const line = servers[index];
  return line === undefined ? text : edited(text, [{ ...removalOf(text, line.directive), text: '' }]);
}
