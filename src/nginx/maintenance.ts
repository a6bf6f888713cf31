/** A page that says "back soon" in the place of an application, by the same block that leads to it. Pure. */
import { edited, indentationAt, newlineAt } from './layout.ts';
import { rewriteUpstream } from './rewrite.ts';
import { locate } from './upstream.ts';
import type { Use } from './use.ts';
import { written } from './words.ts';

export type Maintenance = {
  /** Path of a socket that nobody uses: absolute, at most 107 bytes, in a folder that nginx's workers may enter. */
  readonly socket: string;
  readonly page: Page;
  /** In seconds. */
  readonly retryAfter: number;
};

/** HTML: its text (short: nginx takes words of up to 4,000 bytes), or the absolute path of a file (without a `$`), for which the text stands in where workers cannot read it. */
export type Page = { readonly text: string; readonly file?: string };

/**
 * The text in which the upstream's servers have given way to one socket, on which a `server` block behind the upstream answers every request with 503,
 * `Retry-After` and the page. What else is in the block stays. For upstreams that `maintenanceRefusalOf` has nothing against; throws as `rewriteUpstream` does.
 */
export function withMaintenance(text: string, name: string, maintenance: Maintenance): string {
  const changed = rewriteUpstream(text, name, [{ address: `unix:${maintenance.socket}`, parameters: [] }]);
  const located = locate(changed, name);
  if (located.kind !== 'found') throw new Error(`the upstream ${name} is lost in its own rewriting`);
  const newline = newlineAt(changed, located.end);
  const indentation = indentationAt(changed, located.start);
  const lines = serverBlock(maintenance).map((line) => newline + indentation + line);
  return edited(changed, [{ start: located.end, end: located.end, text: lines.join('') }]);
}

/** Why a 503 cannot be put in front of this upstream, one sentence without a full stop; undefined: it can. */
export function maintenanceRefusalOf({ stream, protocols }: Use, name: string): string | undefined {
  if (stream) return `the upstream ${name} is one of "stream", where nobody could answer with a page`;
  const strange = protocols.filter((protocol) => protocol !== 'http');
  return strange.length === 0 ? undefined : `the upstream ${name} is spoken to by ${strange.join(' and ')}, and a page can take its place only where it is plain HTTP (proxy_pass http://…)`;
}

function serverBlock({ socket, page, retryAfter }: Maintenance): readonly string[] {
  // "return" with a text ends a request at once, whatever else the http block says (access, error pages).
  const plain = `return 503 ${withoutVariables(page.text)};`;
  const front = page.file === undefined ? [`        ${plain}`] : ['        error_page 503 /rollback-action-maintenance;', '        recursive_error_pages on;', '        return 503;'];
  return [
    'server {',
    `    listen ${written(`unix:${socket}`)};`,
    '    client_max_body_size 0;',
    '    default_type text/html;',
    '    charset utf-8;',
    `    add_header Retry-After ${retryAfter} always;`,
    '    add_header Cache-Control no-store always;',
    '    location / {',
    ...front,
    '    }',
    ...(page.file === undefined ? [] : fileLocations(page.file, plain)),
    '}',
  ];
}

/** The page by an inner redirect, which turns every method into one that a file can answer; in its place, where it cannot be read, the plain answer. */
function fileLocations(file: string, plain: string): readonly string[] {
  return [
    '    location = /rollback-action-maintenance {',
    '        internal;',
    '        error_page 401 403 404 500 =503 @plain;',
    '        types {}',
    `        alias ${written(file)};`,
    '    }',
    '    location @plain {',
    `        ${plain}`,
    '    }',
  ];
}

/** nginx has no way to write a "$" where it looks for variables; in HTML there is one. */
function withoutVariables(text: string): string {
  return written(text.replaceAll('$', '&#36;'));
}
