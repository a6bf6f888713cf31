/** A colour, or the canary: the guide's API as a tiny nginx of its own, so that two cores hold a thousand requests a second. */
import { createHash } from 'node:crypto';
import type { Host } from '../fleet/host.ts';
import { until } from '../fleet/until.ts';

export const servers = ['blue', 'green', 'canary'] as const;

/** Also the host's name. */
export type ServerName = (typeof servers)[number];

/** How a server answers. */
export type Behaviour = {
  /** Its `X-Version`. */
  version: string;
  /** The status of `/health`. */
  health: number;
  /** The status of every other page. */
  pages: number;
};

/** As the block of an `upstream` names it. */
export const tokenOf = (name: ServerName): string => `${name}:8000`;

/** A commit of its own for each server; the broken release is the live one's. */
export function releaseOf(name: ServerName): string {
  return createHash('sha1').update(`release on ${name}`).digest('hex');
}

const folder = '/etc/green-matchers';
const log = '/var/log/green-matchers/clients.log';
export const service = 'green-matchers-api.service';

const unit = `[Unit]
Description=Green Matchers API
After=network.target

[Service]
Type=exec
ExecStart=/usr/sbin/nginx -e stderr -c ${folder}/nginx.conf
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=1

[Install]
WantedBy=multi-user.target
`;

/** `/slow` takes about 25 seconds, longer than a switch on a busy machine: nginx passes on so many bytes a second. */
const slowLines = 220;

function config(name: ServerName, { health, pages }: Behaviour): string {
  return `daemon off;
worker_processes 1;
pid /run/green-matchers.pid;
events { worker_connections 8192; }
http {
  log_format client '$remote_addr';
  access_log ${log} client buffer=64k;
  default_type text/plain;
  include ${folder}/version.conf;
  add_header X-Server ${name} always;
  server {
    listen 8000 default_server backlog=4096;
    location = /health { return ${health} "${name} says ${health}\\n"; }
    location = /slow { root /srv/pages; limit_rate 512; }
    location / { return ${pages} "${name} has $uri\\n"; }
  }
}
`;
}

/** One server, changed from outside. */
export class Server {
  readonly name: ServerName;
  readonly host: Host;
  #behaviour: Behaviour;

  constructor(name: ServerName, host: Host) {
    this.name = name;
    this.host = host;
    this.#behaviour = wellBehaved(name);
  }

  async install(): Promise<void> {
    const lines = Array.from({ length: slowLines }, (_, line) => `${this.name} line ${String(line).padStart(2, '0')} ${'.'.repeat(54 - this.name.length)}\n`);
    await this.host.write('/srv/pages/slow', lines.join(''));
    await this.host.write(`/etc/systemd/system/${service}`, unit);
    await this.#write();
    await this.host.run(`systemctl daemon-reload && systemctl start ${service}`);
    await this.answersAsTold();
  }

  /** What `/slow` answers, whole. */
  slowPage(): Promise<string> {
    return this.host.run('cat /srv/pages/slow');
  }

  /** Lets it answer otherwise; returns when it does. */
  async behave(change: Partial<Behaviour>): Promise<void> {
    this.#behaviour = { ...this.#behaviour, ...change };
    await this.#write();
    await this.host.run(`systemctl reload ${service}`);
    await this.answersAsTold();
  }

  /** Nothing listens any more: connections are refused. */
  async die(): Promise<void> {
    await this.host.run(`systemctl stop ${service}`);
  }

  /** Alive and well, whatever was done to it. */
  async mend(): Promise<void> {
    this.#behaviour = wellBehaved(this.name);
    await this.#write();
    await this.host.run(`systemctl reset-failed ${service} 2> /dev/null; systemctl is-active --quiet ${service} && systemctl reload ${service} || systemctl start ${service}`);
    await this.answersAsTold();
  }

  /** How many requests it has had so far, by the address that they came from. */
  async requests(): Promise<Readonly<Record<string, number>>> {
    // Reopened, the log is whole: nothing of it waits in a buffer.
    const counts = await this.host.run(`kill -USR1 "$(cat /run/green-matchers.pid)" && sleep 0.3 && sort ${log} | uniq -c`);
    return Object.fromEntries(counts.split('\n').filter(Boolean).map((line) => {
      const [count = '', client = ''] = line.trim().split(' ');
      return [client, Number(count)];
    }));
  }

  /** Forgets the requests that it has had. */
  async forget(): Promise<void> {
    await this.requests();
    await this.host.run(`: > ${log}`);
  }

  async answersAsTold(): Promise<void> {
    const { version, health } = this.#behaviour;
    await until(`${this.name} answers ${health} as ${version}`, async () => {
      const response = await fetch(`http://${this.host.address}:8000/health`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(3000) });
      await response.text();
      return response.status === health && response.headers.get('x-version') === version ? true : undefined;
    });
  }

  async #write(): Promise<void> {
    await this.host.write(`${folder}/version.conf`, versionLine(this.#behaviour.version));
    await this.host.write(`${folder}/nginx.conf`, config(this.name, this.#behaviour));
  }
}

function versionLine(version: string): string {
  return `add_header X-Version "${version}" always;\n`;
}

function wellBehaved(name: ServerName): Behaviour {
  return { version: releaseOf(name), health: 200, pages: 200 };
}
