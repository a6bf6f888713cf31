import { describe, expect, test } from 'vitest';
import { type Configuration, errorLogOf, readConfiguration } from '../../src/nginx/configuration.ts';
import { includesOf } from '../../src/nginx/includes.ts';
import { refusalOf, useOf } from '../../src/nginx/use.ts';
import { hasNginx, needsNginx, Nginx } from './nginx.ts';
import { traps } from './traps.ts';

const app = '/etc/nginx/conf.d/app.conf';
const main = 'events {}\nhttp {\n  include conf.d/*.conf;\n}\n';
const dumpOf = (files: Readonly<Record<string, string>>): string => Object.entries(files).map(([path, text]) => `# configuration file ${path}:\n${text}\n`).join('');
function read(files: Readonly<Record<string, string>>): Configuration {
  const result = readConfiguration(dumpOf(files));
  if (result.kind === 'refused') throw new Error(result.reason);
  return result;
}
/** With `text` in the file of the upstream, and other files. */
const use = (text: string, more: Readonly<Record<string, string>> = {}, mainText = main) => useOf(read({ '/etc/nginx/nginx.conf': mainText, [app]: text, ...more }), app, 'app');
const refusal = (...given: Parameters<typeof use>) => refusalOf(use(...given), app, 'app');
const upstream = 'upstream app { server blue:8000; }\n';
const server = (inside: string) => `server { listen 80; ${inside} }\n`;

describe('the output of nginx -T', () => {
  test('becomes its files, in their order and to the byte', () => {
    const files = { '/etc/nginx/nginx.conf': main, '/etc/nginx/a b.conf': '', '/etc/nginx/c.conf': '# no line feed', '/etc/nginx/d.conf': 'a;\n\n' };
    expect(read(files).files.map(({ path, text }) => [path, text])).toEqual(Object.entries(files));
  });

  test.each([
    ['', 'the output of nginx -T holds no configuration'],
    [dumpOf({ '/a.conf': 'b;\nc }\n' }), '/a.conf, line 2, as nginx -T shows it: a "}" stands where a ";" is missing'],
  ])('%j is refused', (dump, reason) => {
    expect(readConfiguration(dump)).toEqual({ kind: 'refused', reason });
  });

  test.each<[text: string, log: string | undefined]>([
    ['', '/var/log/nginx/error.log'],
    ['error_log /a/b.log warn; http { error_log /c; }', '/a/b.log'],
    ['error_log stderr; error_log /a;', '/a'],
    ['error_log stderr;', undefined],
    ['error_log syslog:server=unix:/dev/log;', undefined],
    ['error_log logs/error.log;', undefined],
    ['http { error_log /c; }', '/var/log/nginx/error.log'],
  ])('%j has the error log %s', (text, log) => {
    expect(errorLogOf(read({ '/etc/nginx/nginx.conf': text }))).toBe(log);
  });
});

test.each<[mask: string, taken: readonly string[]]>([
  ['conf.d/*.conf', ['/etc/nginx/conf.d/a.conf', '/etc/nginx/conf.d/b.conf']],
  ['/etc/nginx/conf.d/a.conf', ['/etc/nginx/conf.d/a.conf']],
  ['conf.d/[!a].conf', ['/etc/nginx/conf.d/b.conf']],
  ['conf.d/?.c[n-p]nf', ['/etc/nginx/conf.d/a.conf', '/etc/nginx/conf.d/b.conf']],
  ['*/a.conf', ['/etc/nginx/conf.d/a.conf']],
  ['*.conf', []],
  ['sites/*', ['/etc/nginx/sites/x+(1)']],
  ['sites/x+(1)', ['/etc/nginx/sites/x+(1)']],
])('include %s', (mask, taken) => {
  const paths = ['/etc/nginx/conf.d/a.conf', '/etc/nginx/conf.d/b.conf', '/etc/nginx/conf.d/.c.conf', '/etc/nginx/conf.d/x/a.conf', '/etc/nginx/sites/x+(1)', '/etc/nginx/sites/.x'];
  expect([...includesOf(mask, '/etc/nginx/nginx.conf', paths)]).toEqual(taken);
});

describe('an upstream in use', () => {
  test('has its fronts', () => {
    expect(use(`${upstream}
server { listen 80 default_server; listen [::]:80; listen 127.0.0.1:8443 ssl; listen 443 quic; server_name a.example *.b.example; location / { location /x { proxy_pass http://APP/y; } } }
server { listen 10.0.0.1 proxy_protocol; listen unix:/run/x.sock; ssl on; if ($a) { uwsgi_pass app; } }
server { server_name none; location / { proxy_pass http://other; } }
server { server_name bare; location / { proxy_pass http://app; proxy_pass http://app; } }`)).toEqual({
      loaded: true, definedIn: [app], stream: false, protocols: ['http', 'uwsgi'],
      fronts: [
        { listen: '*:80', names: ['a.example', '*.b.example'], scheme: 'http', proxyProtocol: false },
        { listen: '[::]:80', names: ['a.example', '*.b.example'], scheme: 'http', proxyProtocol: false },
        { listen: '127.0.0.1:8443', names: ['a.example', '*.b.example'], scheme: 'https', proxyProtocol: false },
        { listen: '10.0.0.1:80', names: [], scheme: 'https', proxyProtocol: true },
        { listen: 'unix:/run/x.sock', names: [], scheme: 'https', proxyProtocol: false },
        { listen: '*:80', names: ['bare'], scheme: 'http', proxyProtocol: false },
      ],
    });
  });

  test.each<[what: string, text: string, more: Readonly<Record<string, string>>]>([
    ['by a snippet', upstream + server('include snippets/*.conf;'), { '/etc/nginx/snippets/pass.conf': 'location / { proxy_pass http://app; }' }],
    ['from another file', upstream, { '/etc/nginx/conf.d/front.conf': server('location / { grpc_pass grpc://app; }') }],
    ['by a snippet in a snippet', upstream + server('include /etc/nginx/one;'), { '/etc/nginx/one': 'location / { include two; }', '/etc/nginx/two': 'fastcgi_pass app;' }],
    ['by a variable that is always the same', upstream + server('set $to app; location / { proxy_pass http://$to$request_uri; }').replace('$request_uri', ''), {}],
    ['by a variable that another server sets to something else', upstream + server('set $to app; include pass;') + server('set $to other; include pass;'), { '/etc/nginx/pass': 'location / { proxy_pass http://${to}/; }' }],
    ['by a variable in the path only', upstream + server('location / { proxy_pass http://app/$uri; }'), {}],
    ['and a variable elsewhere that cannot be told', upstream + server('location / { proxy_pass http://app; } location /x { proxy_pass http://$arg_to; }'), {}],
  ])('%s is found', (_, text, more) => {
    expect(use(text, more).fronts).toHaveLength(1);
    expect(refusal(text, more)).toBeUndefined();
  });

  test.each<[what: string, text: string, more: Readonly<Record<string, string>>, reason: string]>([
    ['another file', upstream, { '/etc/nginx/conf.d/b.conf': 'upstream APP { server x; }' }, 'the upstream app is defined in /etc/nginx/conf.d/b.conf as well'],
    ['another file alone', '', { '/etc/nginx/conf.d/b.conf': upstream }, 'the upstream app is defined in /etc/nginx/conf.d/b.conf, not in this file, as nginx -T shows it'],
    ['nobody', upstream + server('location / { proxy_pass http://app2; }'), {}, 'no server passes requests to the upstream app'],
    ['only a comment', `${upstream}# server { location / { proxy_pass http://app; } }\n`, {}, 'no server passes requests to the upstream app'],
    ['a map', `map $cookie_x $to { default app; "~^\\d{2}$" canary; }\n${upstream}${server('\nlocation / { proxy_pass http://$to; }')}`, {}, `the variable $to chooses whether requests go to the upstream app (${app}, line 4), so that its block alone does not decide`],
    ['a map in another file', upstream + server('location / { proxy_pass $to; }'), { '/etc/nginx/conf.d/m.conf': 'map $a $to { x http://app/y; }' }, `the variable $to chooses whether requests go to the upstream app (${app}, line 2), so that its block alone does not decide`],
    ['an if', upstream + server('set $to app; if ($arg_a) { set $to other; } location / { proxy_pass http://$to; }'), {}, `the variable $to chooses whether requests go to the upstream app (${app}, line 2), so that its block alone does not decide`],
    ['split clients', `split_clients $remote_addr $to { 10% canary; * app; }\n${upstream}${server('location / { uwsgi_pass $to; }')}`, {}, `the variable $to chooses whether requests go to the upstream app (${app}, line 3), so that its block alone does not decide`],
    ['a part of the name', `map $a $b { default p; x q; }\n${upstream}${server('location / { proxy_pass http://ap${b}; }')}`, {}, `the variable $b chooses whether requests go to the upstream app (${app}, line 3), so that its block alone does not decide`],
    ['something that cannot be told', upstream + server('location ~ ^/(.*)$ { proxy_pass http://$1; }'), {}, `the variable $1 chooses whether requests go to the upstream app (${app}, line 2), so that its block alone does not decide`],
    ['variables that go round', upstream + server('set $a $b; set $b $a; location / { proxy_pass http://$a; }'), {}, `the variable $a chooses whether requests go to the upstream app (${app}, line 2), so that its block alone does not decide`],
  ])('by %s is refused', (_, text, more, reason) => {
    expect(refusal(text, more)).toBe(reason);
  });

  test('in a file that is not loaded is refused; by a link it is loaded', () => {
    const configuration = read({ '/etc/nginx/nginx.conf': 'http { include sites-enabled/*; }', '/etc/nginx/sites-enabled/app': upstream + server('location / { proxy_pass http://app; }') });
    const file = '/etc/nginx/sites-available/app';
    expect(refusalOf(useOf(configuration, file, 'app'), file, 'app')).toBe(`nginx does not load ${file}: nginx -T does not show it`);
    const paths = [file, '/etc/nginx/sites-enabled/app'];
    expect(refusalOf(useOf(configuration, paths, 'app'), paths, 'app')).toBeUndefined();
  });

  test('of a stream is told from one of the same name for HTTP', () => {
    const text = { '/etc/nginx/nginx.conf': 'http { include h; }\nstream { include s; }', '/etc/nginx/h': upstream + server('location / { proxy_pass http://app; }'), '/etc/nginx/s': `${upstream}server { listen 5432; proxy_pass app; }` };
    expect(useOf(read(text), '/etc/nginx/s', 'app')).toMatchObject({ stream: true, definedIn: ['/etc/nginx/s'], protocols: ['tcp'], fronts: [{ listen: '*:5432' }] });
    expect(useOf(read(text), '/etc/nginx/h', 'app')).toMatchObject({ stream: false, definedIn: ['/etc/nginx/h'], protocols: ['http'], fronts: [{ listen: '*:80' }] });
  });
});

describe(`the real nginx${needsNginx}`, () => {
  // Names that nobody resolves get an address; a stream needs a module that not every nginx has.
  const resolvable = (text: string): string => text.replaceAll(/(?<=\bserver\s+["']?)(?:blue\.example|blue|green|red|x)(?=[:;\s"'])/gi, '127.0.0.1');
  test.skipIf(!hasNginx).each(traps.filter(({ text }) => !text.startsWith('events')))('reads "$name" as we do', ({ text }) => {
    const file = resolvable(text);
    using nginx = new Nginx(file);
    const { status, dump, told } = nginx.test();
    expect([status, told]).toEqual([0, expect.stringContaining('test is successful')]);
    const configuration = readConfiguration(dump);
    if (configuration.kind === 'refused') throw new Error(configuration.reason);
    expect(configuration.files.map(({ path }) => path)).toEqual([nginx.main, nginx.app]);
    expect(configuration.files[1]?.text).toBe(file);
    expect(useOf(configuration, nginx.app, 'app')).toMatchObject({ loaded: true, definedIn: [nginx.app], fronts: file.includes('proxy_pass') ? [{ listen: '127.0.0.1:8099' }] : [] });
  });
});
