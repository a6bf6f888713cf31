/** Where Lua inside a configuration ends. Pure. */

/**
 * The offset of the `}` that closes a `*_by_lua_block {`, from the offset after its `{`; undefined where none does. Braces in Lua's strings, long
 * brackets and comments do not count, as in OpenResty's own reading:
 * https://github.com/openresty/lua-nginx-module/blob/master/src/ngx_http_lua_lex.c
 */
export function endOfLua(text: string, from: number): number | undefined {
  // What is to be passed over as a whole, or one brace.
  const piece = /--\[(?<comment>=*)\[|--[^\n]*|\[(?<long>=*)\[|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{}]/g;
  piece.lastIndex = from;
  let depth = 1;
  for (let match = piece.exec(text); match !== null; match = piece.exec(text)) {
    const level = match.groups?.['comment'] ?? match.groups?.['long'];
    if (level !== undefined) {
      const closing = `]${level}]`;
      const end = text.indexOf(closing, piece.lastIndex);
      if (end === -1) return undefined;
      piece.lastIndex = end + closing.length;
    }
    if (match[0] === '{') depth += 1;
    if (match[0] === '}') depth -= 1;
    if (depth === 0) return match.index;
  }
  return undefined;
}
