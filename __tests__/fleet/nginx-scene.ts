/** One load balancer with two servers behind it, and the scripts of ours that run on it as steps do, without any runner. */
import { prelude } from '../../src/hosts/prelude.ts';
import { startFleet } from './fleet.ts';
import type { Host } from './host.ts';
import { until } from './until.ts';

export const file = '/etc/nginx/conf.d/green-matchers.conf';
export const place = { environment: 'production', file, upstream: 'green_matchers' } as const;
export const kept = '/home/deploy/.local/state/rollback-action-traffic/production/%2fetc%2fnginx%2fconf.d%2fgreen-matchers.conf%23green_matchers';

export type Colour = 'blue' | 'green';

const ports: Readonly<Record<Colour, number>> = { blue: 8001, green: 8002 };

export function textFor(live: Colour, note = ''): string {
  return `# Green Matchers \u00fc${note}
upstream green_matchers {
\tserver ${live}:${ports[live]} max_fails=3;
}
server {
    listen 80;
    location / { proxy_pass http://green_matchers; }
}
`;
}

/** The same as nginx sees it: bytes, a character each. */
export const bytesFor = (live: Colour): string => Buffer.from(textFor(live)).toString('latin1');

export type Ran = { readonly code: number; readonly output: string; readonly facts: ReadonlyMap<string, readonly string[]> };

const server = `import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = sys.argv[1].encode() + b" here\\n"
        self.send_response(200)
        for name, value in (("X-Server", sys.argv[1]), ("X-Version", "v-" + sys.argv[1]), ("Content-Length", len(body))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
`;

export class LoadBalancer {
  readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  async install(): Promise<void> {
    await this.host.run('printf "127.0.0.1 blue\\n127.0.0.1 green\\n" >> /etc/hosts');
    await this.host.write('/srv/server.py', server);
    for (const [name, port] of Object.entries(ports)) {
      await this.host.write(`/etc/systemd/system/${name}.service`, `[Service]\nExecStart=/usr/bin/python3 /srv/server.py ${name} ${port}\n`);
    }
    await this.host.write(file, textFor('green'), '0640', 'root:adm');
    await this.host.run('usermod --append --groups adm deploy && systemctl daemon-reload && systemctl start blue green && cp -a /etc/nginx /root/nginx && systemctl start nginx');
    await until('nginx answers', () => this.answering('green'));
  }

  /** All as it was at first: green is live, both servers are up, no run was ever there. */
  async reset(): Promise<void> {
    await this.host.run(`for pid in $(pgrep -u deploy -f '[a]rm/decide'); do kill -TERM -- -$pid 2> /dev/null; done
systemctl stop squatter reloads 2> /dev/null; systemctl start blue green
rm -rf /home/deploy/.local/state /root/.local/state /etc/systemd/system/nginx.service.d && systemctl daemon-reload
umount /etc/nginx/conf.d 2> /dev/null; rm -rf /etc/nginx/conf.d /etc/nginx/green && cp -a /root/nginx/. /etc/nginx/
systemctl reset-failed nginx 2> /dev/null; systemctl is-active --quiet nginx && nginx -s reload || systemctl start nginx`);
    await until('green alone answers', () => this.answering('green'));
    await until('old workers are gone', async () => ((await this.host.run('pgrep -f "[w]orker process is shutting down" || :')) === '' ? true : undefined));
  }

  /** Lets `deploy` do these as root. */
  async allow(lines: readonly string[]): Promise<void> {
    await this.host.write('/etc/sudoers.d/rollback', `${lines.join('\n')}\n`, '0440');
    await this.host.run('visudo -cqf /etc/sudoers.d/rollback');
  }

  /** A script of ours in the host's own `sh`, as a step runs it: detached, with nothing to read. */
  async step(script: string, { user = 'deploy' }: { readonly user?: 'deploy' | 'root' } = {}): Promise<Ran> {
    const { code, stdout } = await this.host.exec(
      'folder=$(mktemp -d) && cat > "$folder/script" && cd "$folder" && setsid --wait sh ./script < /dev/null > output 2>&1 3> facts; code=$?; cat facts; echo ----; cat output; rm -rf "$folder"; exit "$code"',
      { user, input: `${prelude}set -eu\n${script}` },
    );
    const [told = '', ...rest] = stdout.split('----\n');
    const facts = new Map<string, string[]>();
    for (const line of told.split('\n').filter(Boolean)) {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      facts.set(name, [...(facts.get(name) ?? []), value]);
    }
    return { code, output: rest.join('----\n'), facts };
  }

  async text(): Promise<string> {
    return this.host.run(`cat ${file}`);
  }

  /** Bytes, mode, owner, and what lies beside. */
  async standing(): Promise<string> {
    return this.host.run(`cat ${file}; stat -c '%a %U:%G' ${file}; ls -A ${file.slice(0, file.lastIndexOf('/'))}`);
  }

  async ask(): Promise<string> {
    const response = await fetch(`http://${this.host.address}/`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(3000) });
    await response.text();
    return response.headers.get('x-server') ?? String(response.status);
  }

  async answering(colour: Colour): Promise<true | undefined> {
    const names = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => this.ask()));
    return names.every((name) => name === colour) ? true : undefined;
  }

  /** Processes of `deploy` that nobody waits for. */
  async waiting(): Promise<string> {
    return (await this.host.run('pgrep -u deploy -a || :')).trim();
  }
}

export async function openLoadBalancer(): Promise<AsyncDisposable & { readonly lb: LoadBalancer }> {
  const fleet = await startFleet({ hosts: [{ name: 'lb1' }] });
  try {
    const [host] = fleet.hosts;
    if (host === undefined) throw new Error('The fleet has no host');
    const lb = new LoadBalancer(host);
    await lb.install();
    return { lb, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}
