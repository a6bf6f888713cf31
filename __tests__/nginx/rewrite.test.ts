import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOf } from '../../src/nginx/address.ts';
import { liveOf, switched } from '../../src/nginx/colours.ts';
import { onlyServersDiffer, rewriteUpstream } from '../../src/nginx/rewrite.ts';
import { type Member, readUpstream, type Server } from '../../src/nginx/upstream.ts';
import { luaTraps, traps } from './traps.ts';

const all = [...traps, ...luaTraps];
function membersOf(text: string): readonly Member[] {
  const read = readUpstream(text, 'app');
  if (read.kind !== 'found') throw new Error(`${read.kind}: ${text}`);
  return read.members;
}
const servers = (text: string): readonly Server[] => membersOf(text).map(({ address, parameters }) => ({ address, parameters }));
const block = (lines: string): string => `# upstream app {\nupstream app {\n${lines}}\nserver {}\n`;

describe('a rewritten block', () => {
  test.each<[what: string, before: string, wanted: readonly [string, ...string[]][], after: string]>([
    ['an address is replaced, and its line stays', '  server blue:8000 max_fails=3  fail_timeout=5s; # live\n', [['green:8000', 'max_fails=3', 'fail_timeout=5s']], '  server green:8000 max_fails=3  fail_timeout=5s; # live\n'],
    ['an address in quotes stays in them', '  server "blue:8000";\n', [['green:8000']], '  server "green:8000";\n'],
    ['an address that needs quotes gets them', '  server a;\n', [['unix:/a b;']], '  server "unix:/a b;";\n'],
    ['another way to write the same address changes nothing', '  server Blue:80;\n', [['blue']], '  server Blue:80;\n'],
    ['down moves', '\tserver a;\n\tserver b down;\n', [['a', 'down'], ['b']], '\tserver a down;\n\tserver b;\n'],
    ['a word goes from the middle', '  server a:1   down  weight=2;\n', [['a:1', 'weight=2']], '  server a:1  weight=2;\n'],
    ['a word comes where it is wanted', '  server a:1  weight=2 max_fails=1;\n', [['a:1', 'weight=2', 'down', 'max_fails=1']], '  server a:1  weight=2 down max_fails=1;\n'],
    ['a word comes first', '  server a:1  weight=2;\n', [['a:1', 'down', 'weight=2']], '  server a:1 down  weight=2;\n'],
    ['a weight is changed in place', '  server a:1  weight=2   max_fails=1;\n', [['a:1', 'weight=9', 'max_fails=1']], '  server a:1  weight=9   max_fails=1;\n'],
    ['order alone changes nothing', '  server a:1 weight=2 down;\n', [['a:1', 'down', 'weight=2']], '  server a:1 weight=2 down;\n'],
    ['a word behind a comment goes, and the comment stays', '  server a:1 # why\n    down;\n', [['a:1']], '  server a:1 # why\n    ;\n'],
    ['a server goes with its line', '  server a;\n  server b; # canary\n  # c\n', [['a']], '  server a;\n  # c\n'],
    ['a server goes from a line that it shares', '  server a; server b; # both\n', [['a']], '  server a; # both\n'],
    ['the first goes from a line that it shares', '  server a; server b; # both\n', [['b']], '  server b; # both\n'],
    ['a server comes behind the last, laid out like it', '\t server a; # x\n\tserver b;# y\n\tkeepalive 4;\n', [['a'], ['b'], ['c:1', 'weight=1']], '\t server a; # x\n\tserver b;# y\n\tserver c:1 weight=1;\n\tkeepalive 4;\n'],
    ['two come in their order', '  server a;\n', [['a'], ['b'], ['c']], '  server a;\n  server b;\n  server c;\n'],
    ['a server comes into a line that others share', '  server a; keepalive 4;\n', [['a'], ['b']], '  server a; server b; keepalive 4;\n'],
    ['a server comes with the file\'s line feed', '  server a;\r\n', [['a'], ['b']], '  server a;\r\n  server b;\r\n'],
    ['into an empty block', '', [['a']], ''],
  ])('%s', (what, before, wanted, after) => {
    const [from, to] = [block(before), block(after)];
    const changed = rewriteUpstream(from, 'app', wanted.map(([address, ...parameters]) => ({ address, parameters })));
    expect(changed).toBe(what === 'into an empty block' ? from.replace('\nupstream app {', '\nupstream app { server a;') : to);
    expect(onlyServersDiffer(from, changed, 'app')).toBe(true);
  });

  test('that is not there throws', () => {
    expect(() => rewriteUpstream('a;', 'app', [])).toThrow('the upstream app cannot be rewritten: it is not in the text');
    expect(() => rewriteUpstream('a', 'app', [])).toThrow('nginx could not read the file: line 1');
  });
});

describe('there and back', () => {
  test.each(all)('$name: holds what it holds', ({ text, addresses }) => {
    expect(membersOf(text).map(({ address }) => address)).toEqual(addresses);
    expect(rewriteUpstream(text, 'app', servers(text))).toBe(text);
  });

  test.each(all)('$name: every edit does what is wanted, touches nothing else, and can be taken back', ({ text }) => {
    const found = servers(text);
    // What is written in the text cannot be written again as it was: a `down` that goes is not among these, but for a single space before it.
    const server = fc.nat({ max: found.length - 1 });
    const edit = fc.oneof(
      server.map((index) => found.map((one, at) => (at === index ? { ...one, parameters: [...one.parameters, 'slow_start=3s'] } : one))),
      server.map((index) => found.map((one, at) => (at === index ? { ...one, parameters: [`slow_start=${index}s`, ...one.parameters] } : one))),
      fc.nat().map((weight) => found.map((one) => ({ ...one, parameters: one.parameters.map((word) => (word.startsWith('weight=') ? `weight=${weight}` : word)) }))),
      fc.record({ index: server, address: fc.constantFrom('red:1', 'unix:/run/red.sock', '[::2]:1') }).map(({ index, address }) => found.map((one, at) => (at === index ? { ...one, address } : one))),
      fc.array(fc.constantFrom('canary:1', 'unix:/c.sock', 'other:2'), { maxLength: 3 }).map((addresses) => [...found, ...addresses.map((address) => ({ address, parameters: ['weight=1'] }))]),
    );
    fc.assert(fc.property(fc.uniqueArray(edit, { minLength: 1, maxLength: 1 }).map(([one]) => one ?? found), (wanted) => {
      const changed = rewriteUpstream(text, 'app', wanted);
      expect(servers(changed)).toEqual(wanted);
      expect(onlyServersDiffer(text, changed, 'app')).toBe(true);
      expect(rewriteUpstream(changed, 'app', found)).toBe(text);
    }));
  });

  test.each(all)('$name: any other servers can be had', ({ text }) => {
    const parameter = fc.constantFrom('down', 'backup', 'weight=3', 'max_fails=0');
    const wanted = fc.uniqueArray(fc.record({ address: fc.constantFrom('blue:8000', 'green:8000', 'red:8000', 'x:1', 'y'), parameters: fc.uniqueArray(parameter) }), { minLength: 1, selector: ({ address }) => address });
    const plain = (list: readonly Server[]) => list.map(({ address, parameters }) => `${keyOf(address)} ${parameters.toSorted().join(' ')}`).toSorted();
    fc.assert(fc.property(wanted, (list) => {
      const changed = rewriteUpstream(text, 'app', list);
      expect(plain(servers(changed))).toEqual(plain(list));
      expect(onlyServersDiffer(text, changed, 'app')).toBe(true);
    }));
  });

  const odd = fc.constantFrom(' ', '  ', '\t');
  const colour = fc.constantFrom<'blue' | 'green'>('blue', 'green');
  const forms = fc.record({ live: colour, mark: fc.constantFrom('', 'down', 'backup'), gap: odd, indentation: odd, newline: fc.constantFrom('\n', '\r\n'), parameters: fc.constantFrom('', 'max_fails=3  fail_timeout=5s', 'weight=4') })
    .map(({ live, mark, gap, indentation, newline, parameters }) => {
      const line = (name: string, word: string) => `${indentation}server${gap}${name}:8000${parameters === '' ? '' : gap + parameters}${word === '' ? '' : ` ${word}`}; # ${gap}${newline}`;
      const lines = (['blue', 'green'] as const).filter((name) => mark !== '' || name === live).map((name) => line(name, name === live ? '' : mark));
      return { live, text: `# a${newline}upstream app {${newline}${lines.join('')}# b${newline}}` };
    });
  test('from colour to colour in each form', () => {
    fc.assert(fc.property(forms, ({ live, text }) => {
      const other = live === 'blue' ? 'green' : 'blue';
      const turn = (before: string, from: string, to: string): string => {
        const result = switched(membersOf(before), `${from}:8000`, `${to}:8000`);
        return result.kind === 'wanted' ? rewriteUpstream(before, 'app', result.wanted) : result.reason;
      };
      const there = turn(text, live, other);
      expect([liveOf(membersOf(text), 'blue:8000', 'green:8000'), liveOf(membersOf(there), 'blue:8000', 'green:8000')]).toEqual([live, other]);
      expect(onlyServersDiffer(text, there, 'app')).toBe(true);
      expect(turn(there, other, live)).toBe(text);
      expect(turn(there, live, other)).toBe(there);
    }));
  });
});

describe('only servers differ', () => {
  const text = block('  server a;\n  keepalive 4;\n');
  test.each<[what: string, other: string, is: boolean]>([
    ['the same', text, true],
    ['another address', text.replace('server a', 'server b'), true],
    ['a line more', text.replace('server a;\n', 'server a;\n  server b down;\n'), true],
    ['another directive', text.replace('keepalive 4', 'keepalive 5'), false],
    ['a comment outside', text.replace('# upstream', '# Upstream'), false],
    ['a blank outside', `${text} `, false],
    ['a blank line in the block', text.replace('server a;\n', 'server a;\n\n'), false],
    ['a server in another block', `${text}upstream b { server c; }`, false],
    ['unreadable', `${text}}`, false],
    ['gone', 'server {}', false],
  ])('%s: %s', (_, other, is) => {
    expect(onlyServersDiffer(text, other, 'app')).toBe(is);
  });
});
