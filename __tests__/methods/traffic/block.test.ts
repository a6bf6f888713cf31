import { expect, test } from 'vitest';
import { readBlock } from '../../../src/methods/traffic/block.ts';

const place = { environment: 'production', file: '/etc/nginx/conf.d/app.conf', upstream: 'app' };
const block = 'upstream app { server blue:8000; server green:8000 down; }\n';
const front = (pass: string): string => `server { listen 80; location / { ${pass} } }\n`;

/** What comes of a file that the main file includes. */
function read(text: string, { main = 'http { include conf.d/*.conf; }\n', file = place.file } = {}) {
  const dump = `# configuration file /etc/nginx/nginx.conf:\n${main}\n# configuration file ${file}:\n${text}\n`;
  return readBlock(place, text, { dump, paths: [place.file] });
}

test('a block that decides who gets requests', () => {
  expect(read(block + front('proxy_pass http://app;'))).toMatchObject({ members: [{ address: 'blue:8000' }, { address: 'green:8000', down: true }], errorLog: '/var/log/nginx/error.log' });
});

test.each([
  ['is not in the file', front('return 204;'), {}, 'invalid-input', /no block/],
  ['takes its lines from elsewhere', `upstream app { include servers; }\n${front('proxy_pass http://app;')}`, {}, 'upstream-unsafe', /include/],
  ['is not loaded', block + front('proxy_pass http://app;'), { file: '/etc/nginx/conf.d/other.conf' }, 'upstream-unsafe', /does not load/],
  ['nobody passes requests to', block + front('proxy_pass http://other;'), {}, 'upstream-unsafe', /no server passes/],
  ['a variable chooses', `map $cookie_c $backend { default app; b other; }\nupstream other { server x; }\n${block}${front('proxy_pass http://$backend;')}`, {}, 'upstream-unsafe', /\$backend/],
  ['is spoken to by uwsgi', block + front('uwsgi_pass app;'), {}, 'upstream-unsafe', /uwsgi/],
  ['is one of streams', `${block}server { listen 81; proxy_pass app; }\n`, { main: 'stream { include conf.d/*.conf; }\n' }, 'upstream-unsafe', /stream/],
] as const)('a block that %s', (_what, text, how, code, why) => {
  const found = read(text, how);
  expect(found).toMatchObject({ refusal: { code } });
  expect(JSON.stringify(found)).toMatch(why);
});
