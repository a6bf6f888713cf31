import { expect, test } from 'vitest';
import { isHurlPath, requestAt, triesOf, unsetIn } from '../../src/checks/hurl-file.ts';

test.each([['checks/shop.hurl', true], ['shop.hurl', true], ['https://shop.test/shop.hurl', false], ['GET shop.hurl', false], ['shop.hurl => 200', false], ['shop.hurl.txt', false]])('%s: %s', (line, is) => {
  expect(isHurlPath(line)).toBe(is);
});

test.each([
  ['GET https://a.test/\nHTTP 200\n\nHEAD https://a.test/\nHTTP/1.1 200\nOPTIONS https://a.test/\n', 3],
  ['GET https://a.test/\n[Asserts]\nheader "X" == "POST it"\n# POST it\nX-Note: POST it\n', 3],
  ['GET https://a.test/\n\nPOST https://a.test/\n', 1],
  ['  DELETE\thttps://a.test/', 1],
  ['GET https://a.test/\r\n\r\nPURGE https://a.test/\r\n', 1],
])('%j is run at most %d times', (text, tries) => {
  expect(triesOf({ path: 'a.hurl', text })).toBe(tries);
});

test.each<[string, readonly string[], readonly string[]]>([
  ['GET {{base}}/{{ path }}', [], ['base', 'path']],
  ['GET {{base}}/\nAuthorization: Bearer {{token}}', ['base'], ['token']],
  ['GET https://a.test\n[Captures]\nid: jsonpath "$.id"\n\nGET https://a.test/{{id}}?x={{newUuid}}', [], []],
  ['GET https://a.test/{{id}}\n[Options]\nvariable: id=7', [], []],
  ['# {{nobody}}\nGET https://a.test', [], []],
])('%j with %j lacks %j', (text, given, lacks) => {
  expect(unsetIn({ path: 'a.hurl', text }, new Set(given))).toEqual(lacks);
});

test('a request is found by its line, and none is no request', () => {
  expect(requestAt({ path: 'a.hurl', text: '# first\n GET https://a.test \r\n' }, 2)).toBe('GET https://a.test');
  expect(requestAt({ path: 'a.hurl', text: '' }, 7)).toBe('');
});
