/** The file on the load balancers, in the forms in which people keep it, with what an editor could trip over. */
import { tokenOf, type ServerName } from './servers.ts';

export const nginxFile = '/etc/nginx/conf.d/green-matchers.conf';
export const upstream = 'green_matchers';

export type Colour = 'blue' | 'green';

/**
 * How a block says which server is live: `one` names only that, `both` has the other `down`, `backup` has it in reserve; `weights` balances
 * over the live one and the canary, 9 to 1.
 */
export const forms = ['one', 'both', 'backup'] as const;
export type Form = (typeof forms)[number] | 'weights';

export const other = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue');

/** The `server` lines of a block. */
export function serverLines(form: Form, live: Colour): readonly string[] {
  const [is, isNot] = [tokenOf(live), tokenOf(other(live))];
  switch (form) {
    case 'one':
      return [`server ${is} max_fails=3  fail_timeout=5s;`];
    case 'both':
      // In the order of the colours, not of what is live.
      return (['blue', 'green'] as const).map((colour) => `server ${tokenOf(colour)}${colour === live ? '' : ' down'};`);
    case 'backup':
      return [`server ${is};`, `server ${isNot} backup;`];
    case 'weights':
      return [`server ${is} weight=9;`, `server ${tokenOf('canary')} weight=1;`];
  }
}

/** The whole file. Tabs, comments and a neighbour that looks alike are there for whoever edits it. */
export function nginxText(lines: readonly string[]): string {
  return `# Green Matchers. Asked about "upstream ${upstream} { server ${tokenOf('blue')}; }"? See the wiki.
upstream ${upstream}_admin { server 127.0.0.1:9; # server ${tokenOf('blue')};
}

upstream ${upstream} {
\t# server ${tokenOf('blue')} down;   <- as it was in spring
\tzone ${upstream} 64k;
${lines.map((line) => `\t${line}\n`).join('')}\t# }
}

server {
    listen 80 default_server backlog=4096;
    server_name green-matchers.example;

    location / {
        proxy_pass http://${upstream};
        proxy_set_header Host $host;   
    }
}
`;
}

/** All of a file but the lines that hold a live `server` of the block: what a switch has no business with. */
export function surroundings(file: string): string {
  const [before = '', rest = ''] = file.split(`\nupstream ${upstream} {\n`);
  const end = rest.indexOf('\n}\n');
  const block = rest.slice(0, end).split('\n').filter((line) => !/^\s*server\s/.test(line)).join('\n');
  return `${before}\nupstream ${upstream} {\n${block}${rest.slice(end)}`;
}

/** The block's `server` lines as they stand in a file. */
export function linesIn(file: string): readonly string[] {
  const rest = file.split(`\nupstream ${upstream} {\n`)[1] ?? '';
  return rest.slice(0, rest.indexOf('\n}\n')).split('\n').filter((line) => /^\s*server\s/.test(line)).map((line) => line.trim());
}

/** The servers that a block gives requests to as long as they answer. */
export function liveIn(file: string): readonly ServerName[] {
  return linesIn(file).filter((line) => !/\s(down|backup)\b/.test(line)).map((line) => /server\s+(\w+):/.exec(line)?.[1]).filter((name) => name === 'blue' || name === 'green' || name === 'canary');
}
