/** Our reading held against nginx's own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUnreadable, parse } from '../../src/nginx/grammar.ts';
import { hasNginx, needsNginx, Nginx } from './nginx.ts';

/** Text of the signs that mean something to nginx; not of variables, for which it would have a value. */
const raw = fc.string({ unit: fc.constantFrom(...String.raw`abtrn"'"'\\\{};# ()`.split(''), '\n', '\t', '\r'), minLength: 1, maxLength: 12 });

describe(`nginx and we${needsNginx}`, () => {
  test.skipIf(!hasNginx)('understand the same words', async () => {
    const read = fc.sample(raw, 4_000).flatMap((text) => {
      const line = `return 200 ${text};`;
      const result = parse(line);
      if (isUnreadable(result)) return [];
      const [only, another] = result;
      return only?.args.length === 2 && only.block === undefined && another === undefined ? [{ line, value: only.args[1]?.value ?? '' }] : [];
    }).slice(0, 300);
    expect(read.length).toBeGreaterThan(100);
    using nginx = new Nginx((folder) => `server {\nlisten unix:${folder}/front;\n${read.map(({ line }, index) => `location = /${index} {\n${line}\n}`).join('\n')}\n}\n`);
    const answers = await nginx.answers(read.map((_, index) => ['GET', `/${index}`] as const));
    expect(answers.map(({ body }) => body)).toEqual(read.map(({ value }) => value));
  });

  test.skipIf(!hasNginx)('refuse the same texts', () => {
    for (const piece of fc.sample(raw, 60)) {
      const text = `map $uri $x {\n${piece}\n}\n`;
      using nginx = new Nginx(text);
      const { status, told } = nginx.test();
      if (isUnreadable(parse(text))) expect(status, text).toBe(1);
      // What is well written can still be no map. A block is never a part of one.
      else expect(told, text).not.toMatch(/unexpected (?!"\{")/);
    }
  });

  test.skipIf(!hasNginx).each([
    'map $uri $a { b c', 'map $uri $a { b c; \n', 'map $uri $a {\n  b "c;\n}\n', 'map $uri $a {\n  b c\n}\n', 'map $uri $a {\n}\n}\n', 'map $uri $a {\n;\n}\n', 'map $uri $a {\n  b "c"d;\n}\n', '{\n}', 'map $uri $a {\n  b c}\n', ';', '}',
  ])('refuse %j in the same line', (text) => {
    const result = parse(text);
    if (!isUnreadable(result)) throw new Error('we do not');
    using nginx = new Nginx(text);
    const { status, told } = nginx.test();
    expect(status).toBe(1);
    expect(told).toMatch(/unexpected|unterminated/);
    // Where a block is not closed nginx names the end, we its beginning.
    if (!result.what.includes('not closed')) expect(told).toContain(`app.conf:${result.line}\n`);
  });

  test.skipIf(!hasNginx)('refuse a byte order mark', () => {
    using nginx = new Nginx('\xEF\xBB\xBFmap $uri $a {}');
    expect(nginx.test().told).toContain('unknown directive');
  });
});
