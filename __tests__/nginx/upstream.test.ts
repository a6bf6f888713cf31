import { describe, expect, test } from 'vitest';
import { keyOf } from '../../src/nginx/address.ts';
import { readUpstream } from '../../src/nginx/upstream.ts';

describe('an upstream is read', () => {
  test('with its servers as they are written', () => {
    const text = 'upstream a { server x; }\nupstream app {\n  zone app 64k;\n  server Blue:8000   weight=9 max_fails=3;\n  server "unix:/run/B.sock"\n    down ;\n  server green backup;\n  keepalive 4;\n}\n';
    expect(readUpstream(text, 'app')).toEqual({
      kind: 'found',
      others: ['zone', 'keepalive'],
      members: [
        { address: 'Blue:8000', key: 'blue:8000', parameters: ['weight=9', 'max_fails=3'], down: false, backup: false, weight: 9, line: 'server Blue:8000   weight=9 max_fails=3' },
        { address: 'unix:/run/B.sock', key: 'unix:/run/B.sock', parameters: ['down'], down: true, backup: false, weight: 1, line: 'server "unix:/run/B.sock"\n    down' },
        { address: 'green', key: 'green:80', parameters: ['backup'], down: false, backup: true, weight: 1, line: 'server green backup' },
      ],
    });
  });

  test.each([['blue', 'blue:80'], ['Blue:8000', 'blue:8000'], ['[::1]', '[::1]:80'], ['[2001:DB8::1]:8000', '[2001:db8::1]:8000'], ['unix:/run/A.sock', 'unix:/run/A.sock'], ['10.0.0.1', '10.0.0.1:80']])('%s is compared as %s', (address, key) => {
    expect(keyOf(address)).toBe(key);
  });

  test.each(['', 'server { }', 'upstream other { server a; }', '# upstream app { server a; }', 'a "upstream app { server a; }";', 'upstream app a;'])('and is not in %j', (text) => {
    expect(readUpstream(text, 'app')).toEqual({ kind: 'absent' });
  });

  test.each([
    ['upstream app { server a; }\nupstream App { server b; }', 'the upstream app is defined more than once in the file, in the lines 1 and 2'],
    ['upstream app {\n  include servers/*.conf;\n}', 'line 2: the block takes some of its lines from another file (include), so that its server lines alone do not decide'],
    ['upstream app {\n  server 0.0.0.1;\n  balancer_by_lua_block { a() }\n}', 'line 3: the block chooses its servers in Lua (balancer_by_lua_block), so that its server lines alone do not decide'],
    ['upstream app {\n\n  server $blue:80;\n}', 'line 3: the address of a server holds a variable: $blue:80'],
    ['upstream app {\n  server;\n}', 'line 2: a server without an address'],
    ['upstream app {\n  server a\n}', 'nginx could not read the file: line 3: a "}" stands where a ";" is missing'],
  ])('and refused in %j', (text, reason) => {
    expect(readUpstream(text, 'app')).toEqual({ kind: 'refused', reason });
  });
});
