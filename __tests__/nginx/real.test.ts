/** Our reading held against nginx's own. */
import { describe, expect, test } from 'vitest';
import { isUnreadable, parse } from '../../src/nginx/grammar.ts';
import { hasNginx, needsNginx, Nginx } from './nginx.ts';

describe(`what nginx cannot read, we cannot${needsNginx}`, () => {
  test.skipIf(!hasNginx).each([
    'map $uri $a { b c', 'map $uri $a { b c; \n', 'map $uri $a {\n  b "c;\n}\n', 'map $uri $a {\n  b c\n}\n', 'map $uri $a {\n}\n}\n', 'map $uri $a {\n;\n}\n', 'map $uri $a {\n  b "c"d;\n}\n', '{\n}', 'map $uri $a {\n  b c}\n', ';', '}',
  ])('%j, with the line', (text) => {
    const result = parse(text);
    if (!isUnreadable(result)) throw new Error('we can');
    using nginx = new Nginx(text);
    const { status, told } = nginx.test();
    expect(status).toBe(1);
    expect(told).toMatch(/unexpected|unterminated/);
    // Where a block is not closed nginx names the end of the file, we name its beginning.
    if (!result.what.includes('not closed')) expect(told).toContain(`app.conf:${result.line}\n`);
  });

  test.skipIf(!hasNginx)('a byte order mark', () => {
    using nginx = new Nginx('\xEF\xBB\xBFmap $uri $a {}');
    expect(nginx.test().told).toContain('unknown directive');
  });
});
