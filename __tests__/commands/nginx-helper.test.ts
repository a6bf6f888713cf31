import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awks, shells } from './nginx-shells.ts';

const path = join(import.meta.dirname, '../../examples/rollback-nginx-apply');
const helper = readFileSync(path, 'utf8');
/** The part that judges; the rest of the helper is tried on a real host (fleet/nginx-helper.test.ts). */
const [, splitter = ''] = /<<'AWK'\n(.*?)\nAWK\n/s.exec(helper) ?? [];

const text = `# Green "upstream green_matchers { server blue:8000; }" it's
upstream green_matchers_admin { server 127.0.0.1:9; # server blue:8000;
}
log_format odd 'a { b } ; # upstream green_matchers { server x; }';

upstream green_matchers {
\t# server blue:8000 down;   <- as it was in spring }
\tzone green_matchers 64k; hash "$request_uri # {";
\tserver green:8000 max_fails=3  fail_timeout=5s;
\t# }
}

server { listen 80; location ~ ^/a\\{1 { proxy_pass http://green_matchers; set $x "\${a}b"; } if ($y ~ "^a") { return 204; } }
`;

type Parts = Readonly<Record<'before' | 'rest' | 'after', string>>;

function split(awk: string, config: string): Parts | { readonly why: string } {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-helper-'));
  try {
    writeFileSync(join(folder, 'split.awk'), splitter);
    writeFileSync(join(folder, 'text'), config, 'latin1');
    const [program = '', ...rest] = awk.split(' ');
    const ran = spawnSync(program, [...rest, '-v', 'upstream=green_matchers', '-v', `folder=${folder}`, '-v', 'which=x', '-f', join(folder, 'split.awk'), join(folder, 'text')], { env: { LC_ALL: 'C', PATH: process.env['PATH'] } });
    const part = (name: string): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'latin1') : '');
    if (ran.status !== 0) return { why: part('why') || ran.stderr.toString() };
    return { before: part('x.before'), rest: part('x.rest'), after: part('x.after') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(shells)('is a script for %s', (shell, ...rest) => {
  expect(spawnSync(shell, [...rest, '-n', path]).status).toBe(0);
});

describe.each(awks)('judged by %s', (awk) => {
  const parts = split(awk, text);

  const good: readonly (readonly [string, string])[] = [
    ['another server', 'server blue:8000;'],
    ['several, with parameters', 'server blue:8000 weight=9; server [2001:db8::1]:80 backup;\n\tserver unix:/run/green.sock down max_conns=7;server a.b.example slow_start=30s resolve;'],
    ['none at all', ''],
    ['a comment', 'server blue:8000; # } server { listen 99; }'],
  ];
  test.each(good)('%s: nothing else changes', (_, line) => {
    expect(split(awk, text.replace('server green:8000 max_fails=3  fail_timeout=5s;', line))).toEqual(parts);
  });

  test('what is around the block stays byte for byte', () => {
    expect(parts).toMatchObject({
      before: text.slice(0, text.indexOf('\nupstream green_matchers {') + '\nupstream green_matchers {'.length),
      after: text.slice(text.indexOf('}\n\nserver { listen 80')),
    });
  });

  const changes: readonly (readonly [string, string, string])[] = [
    ['a comment before it', '# Green', '# Greem'],
    ['another block', '127.0.0.1:9', '127.0.0.1:8'],
    ['another line of the block', '64k', '65k'],
    ['a quoted word of the block', '$request_uri #', '$request_uri  #'],
    ['a line more', 'zone green', 'keepalive 2; zone green'],
    ['what follows', 'listen 80', 'listen 81'],
    ['the end of the block', 'server green:8000 max_fails=3  fail_timeout=5s;', 'server blue:8000; } server { listen 99; access_log /etc/x; '],
    ['the beginning of the block', 'upstream green_matchers {\n\t#', 'upstream  green_matchers {\n\t#'],
  ];
  test.each(changes)('%s: seen', (_, from, to) => {
    expect(text).toContain(from);
    expect(split(awk, text.replace(from, to))).not.toEqual(parts);
  });

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['a path', 'server blue:8000/etc;', /no address/], ['a variable', 'server $blue;', /no address/], ['a quote', 'server "blue:8000";', /quote/],
    ['an escape', 'server blue\\;x;', /no address/], ['a parameter', 'server blue:8000 x=y;', /no parameter/], ['a value', 'server blue:8000 weight=1x;', /no parameter/],
    ['no address', 'server;', /names no server/], ['a block', 'server blue:8000 { }', /another block in it/], ['no end', 'server blue:8000', /no address|no parameter|no end/],
    ['a quote without end', "server blue:8000; x 'y;", /quote|end/], ['another block of the name', 'server b; } upstream green_matchers { server c;', /more than one/],
  ];
  test.each(refusals)('%s: refused', (_, line, why) => {
    const found = split(awk, text.replace('server green:8000 max_fails=3  fail_timeout=5s;', () => line));
    expect('why' in found ? found.why : 'nothing was refused').toMatch(why);
  });

  test('a file without the block, and one with blocks of another language: refused', () => {
    expect(split(awk, text.replaceAll('upstream green_matchers {', 'upstream other {'))).toMatchObject({ why: expect.stringContaining('has no block') });
    expect(split(awk, `${text}location / { content_by_lua_block { } }\n`)).toMatchObject({ why: expect.stringContaining('another language') });
    expect(split(awk, text.replace('green_matchers {\n', '"green_matchers" {\n'))).toMatchObject({ rest: 'rest' in parts ? parts.rest : '' });
  });

  test('whatever is put into the block, nothing but server lines gets through', () => {
    const piece = fc.constantFrom('server ', 'blue:8000', ' ', ';', '{', '}', '#', '\n', '"', "'", '\\', '$', '${', 'include /etc/passwd', 'weight=2', 'upstream green_matchers {', 'down', 'unix:/x', '\r');
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const put = pieces.join('');
      const found = split(awk, text.replace('server green:8000 max_fails=3  fail_timeout=5s;', () => put));
      if ('why' in found || JSON.stringify(found) !== JSON.stringify(parts)) return;
      // Read by another, simpler rule: comments away, then only whole lines of server tokens are there.
      const bare = put.replaceAll(/(^|[\s;])#[^\n]*/g, '$1').replaceAll(/\s+/g, ' ').trim();
      expect(bare).toMatch(/^(server (unix:\/)?[\w.:[\]-]+[\w./]*( [a-z_]+(=\w+)?)* ?; ?)*$/);
    }), { numRuns: 150 });
  });
});
