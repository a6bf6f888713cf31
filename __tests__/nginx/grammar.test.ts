import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Directive, isUnreadable, parse } from '../../src/nginx/grammar.ts';
import { written } from '../../src/nginx/words.ts';
import { luaTraps, traps } from './traps.ts';

type Plain = readonly [name: string, args: readonly string[], inside?: readonly Plain[]];
const plain = (directives: readonly Directive[]): readonly Plain[] => directives.map(({ name, args, block }): Plain => {
  const values = args.map(({ value }) => value);
  return block === undefined ? [name, values] : [name, values, plain(block.directives)];
});
function parsed(text: string): readonly Directive[] {
  const result = parse(text);
  if (isUnreadable(result)) throw new Error(`line ${result.line}: ${result.what}`);
  return result;
}

describe('nginx text', () => {
  test.each<[text: string, read: readonly Plain[]]>([
    ['', []],
    ['# only a comment', []],
    ['a;b c;', [['a', []], ['b', ['c']]]],
    ['a{b;}c;', [['a', [], [['b', []]]], ['c', []]]],
    ['a "b c" \'d;e\' f"g;', [['a', ['b c', 'd;e', 'f"g']]]],
    [String.raw`a "b\"c" 'd\'e' f\;g\ h "i\.j\\k" l\tm;`, [['a', ['b"c', "d'e", String.raw`f\;g\ h`, String.raw`i\.j\k`, 'l\tm']]]],
    ['a ${b}c ${d;', [['a', ['${b}c', '${d']]]],
    ['a b${c}{d;}', [['a', ['b${c}'], [['d', []]]]]],
    ['if ($a = "b") {c;}', [['if', ['($a', '=', 'b', ')'], [['c', []]]]]],
    ['a b#c # d;\n;', [['a', ['b#c']]]],
    ['a b}c;', [['a', ['b}c']]]],
    ['a\r\nb\t;\r\n', [['a', ['b']]]],
    ['"a" b;', [['a', ['b']]]],
    ['a {}\n', [['a', [], []]]],
    ["x_by_lua_block {local a = '}' }b;", [['x_by_lua_block', [], []], ['b', []]]],
    ['set_by_lua_block $a { return [=[ ]] } ]=] -- }\n}b;', [['set_by_lua_block', ['$a'], []], ['b', []]]],
  ])('%j', (text, read) => {
    expect(plain(parsed(text))).toEqual(read);
  });

  test.each<[text: string, line: number, what: string]>([
    ['a', 1, 'the file ends in the middle of a word'],
    ['a b\n', 2, 'the file ends in the middle of a directive'],
    ['a "b;\n', 2, 'the file ends in the middle of a word'],
    ['a;\nb {\n c;\n', 2, 'the block that begins here is not closed'],
    ['a;\n}\n', 2, 'a "}" closes nothing'],
    ['a {\n  b}\n', 3, 'the file ends in the middle of a directive'],
    ['a {\n  b\n}\n', 3, 'a "}" stands where a ";" is missing'],
    ['a;\n;', 2, 'a ";" stands where a directive should begin'],
    ['{ a; }', 1, 'a "{" stands where a directive should begin'],
    ['a "b"c;', 1, '"c" follows a quote without a space'],
    ['x_by_lua_block { "}" ', 1, 'the block that begins here is not closed'],
    ['\xEF\xBB\xBFa;', 1, 'the file begins with a byte order mark, which nginx does not accept'],
  ])('%j cannot be read: line %i: %s', (text, line, what) => {
    expect(parse(text)).toEqual({ kind: 'unreadable', line, what });
  });

  test.each([...traps, ...luaTraps])('$name: words, directives and blocks are where they say that they are', ({ text }) => {
    const check = (directives: readonly Directive[]): void => {
      for (const { name, args, start, end, block } of directives) {
        expect(text.slice(start, end)).toMatch(block === undefined ? /;$/ : /\}$/);
        for (const word of [...args, { value: name, start, end: start + name.length }]) {
          const raw = text.slice(word.start, word.end);
          if (!/["'\\]/.test(raw)) expect(raw).toBe(word.value);
        }
        if (block === undefined) continue;
        expect([text[block.open], text[block.close]]).toEqual(['{', '}']);
        check(block.directives);
      }
    };
    check(parsed(text));
  });

  test('any words come out as they were written', () => {
    const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
    const character = fc.oneof(byte, fc.constantFrom(...`"'\\{}; \t\r\n#$()`.split('')));
    fc.assert(fc.property(fc.array(fc.string({ unit: character }), { maxLength: 5 }), fc.constantFrom(' ', '\n', '\t \r\n', ' # }";\n'), (values, gap) => {
      const text = `${['a', ...values.map(written)].join(gap)};b;`;
      expect(plain(parsed(text))).toEqual([['a', values], ['b', []]]);
    }));
  });

  test('any text is read or refused, and never with places outside of it', () => {
    const character = fc.constantFrom(...`ab"'\\{}; \n#$(`.split(''));
    fc.assert(fc.property(fc.string({ unit: character, maxLength: 40 }), (text) => {
      const result = parse(text);
      if (isUnreadable(result)) expect(result.line).toBeLessThanOrEqual(text.split('\n').length);
      else for (const { start, end } of result) expect(0 <= start && start < end && end <= text.length).toBe(true);
    }));
  });
});
