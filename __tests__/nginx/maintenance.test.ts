import { describe, expect, test } from 'vitest';
import { maintenanceRefusalOf, withMaintenance } from '../../src/nginx/maintenance.ts';
import { hasNginx, needsNginx, Nginx } from './nginx.ts';

const page = { text: '<h1>Back "soon"</h1> \\ $host costs {5 $}; <p>caf\xC3\xA9' };
const shown = '<h1>Back "soon"</h1> \\ &#36;host costs {5 &#36;}; <p>café';
const front = (socket: string) => `server { listen unix:${socket}; location / { proxy_pass http://app; } }\n`;

describe('a page in front', () => {
  test('takes the place of the servers, and nothing else of the block goes', () => {
    const text = '# a\r\n  upstream app { # b\r\n    least_conn;\r\n    server blue:8000; # c\r\n    server green:8000 down;\r\n    keepalive 4;\r\n  } # d\r\nserver {}\r\n';
    expect(withMaintenance(text, 'app', { socket: '/run/m.sock', page: { text: 'Soon' }, retryAfter: 30 })).toBe(String.raw`# a
  upstream app { # b
    least_conn;
    server unix:/run/m.sock; # c
    keepalive 4;
  }
  server {
      listen unix:/run/m.sock;
      client_max_body_size 0;
      default_type text/html;
      charset utf-8;
      add_header Retry-After 30 always;
      add_header Cache-Control no-store always;
      location / {
          return 503 Soon;
      }
  } # d
server {}
`.replaceAll('\n', '\r\n'));
  });

  test.each<[stream: boolean, protocols: readonly string[], reason: string | undefined]>([
    [false, ['http'], undefined],
    [false, ['http', 'https'], 'the upstream app is spoken to by https, and a page can take its place only where it is plain HTTP (proxy_pass http://…)'],
    [false, ['uwsgi', 'fastcgi'], 'the upstream app is spoken to by uwsgi and fastcgi, and a page can take its place only where it is plain HTTP (proxy_pass http://…)'],
    [true, ['tcp'], 'the upstream app is one of "stream", where nobody could answer with a page'],
  ])('stream: %s, %j: %s', (stream, protocols, reason) => {
    expect(maintenanceRefusalOf({ stream, protocols, loaded: true, definedIn: [], fronts: [] }, 'app')).toBe(reason);
  });

  test.skipIf(!hasNginx).each([
    'zone app 64k;', 'least_conn;', 'ip_hash;', 'hash $uri consistent;', 'random two;', 'keepalive 4; keepalive_timeout 5s;', 'zone app 64k; ip_hash; keepalive 4;',
  ])(`is as legal beside "%s" as the servers were${needsNginx}`, (directives) => {
    const text = `upstream app { ${directives} server 127.0.0.1:9; server 127.0.0.2:9 down; }\n`;
    using before = new Nginx(text);
    expect(before.test().status).toBe(0);
    using after = new Nginx(withMaintenance(text, 'app', { socket: `${before.folder}/m.sock`, page, retryAfter: 1 }));
    const { status, told } = after.test();
    expect([status, told]).toEqual([0, expect.stringContaining('test is successful')]);
  });

  test.skipIf(!hasNginx).each([
    ['its own text', undefined, shown],
    ['a file', 'page', 'From <b>$file</b>\n'],
    ['a file that is not there', 'gone', shown],
  ])(`answers 503 to everything, with %s${needsNginx}`, async (_, file, body) => {
    using nginx = new Nginx((folder) => {
      // What the http block says to all of its servers must not get in the way.
      const text = `error_page 503 /x;\nadd_header X-Other y;\nclient_max_body_size 9m;\nupstream app {\n  server 127.0.0.1:9;\n  keepalive 2;\n}\n${front(`${folder}/front`)}`;
      return withMaintenance(text, 'app', { socket: `${folder}/m.sock`, retryAfter: 7, page: file === undefined ? page : { ...page, file: `${folder}/${file}` } });
    }, { page: 'From <b>$file</b>\n' });
    const answers = await nginx.answers([['GET', '/'], ['GET', '/a/b.html?c=d'], ['POST', '/api'], ['DELETE', '/api/1'], ['HEAD', '/']]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect(answers.map((answer) => answer.body)).toEqual([body, body, body, body, '']);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'retry-after': '7', 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
    }
  });
});
