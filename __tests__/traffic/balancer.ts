import type { Host } from '../fleet/host.ts';
import { until } from '../fleet/until.ts';
import { nginxFile, nginxText } from './nginx-file.ts';

/** A file as it lies on a host. */
export type OnDisk = { readonly text: string; /** `644 root:root` */ readonly facts: string };

/** A host that runs nginx, looked at and changed from outside. */
export class Balancer {
  readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  async install(lines: readonly string[]): Promise<void> {
    await this.host.write(nginxFile, nginxText(lines), '0640', 'root:adm');
    // Kept whole, for `mend`.
    await this.host.run('cp -a /etc/nginx /root/nginx && cp -a /etc/hosts /root/hosts && systemctl add-wants --quiet multi-user.target nginx.service && systemctl start nginx.service');
    await until(`nginx on ${this.host.name} answers`, () => this.ask());
  }

  /** Puts other `server` lines into the file and reloads, as a careful person would by hand. */
  async setLines(lines: readonly string[]): Promise<void> {
    await this.setText(nginxText(lines));
    await this.reload();
  }

  /** Reloads what lies there, and returns when no worker of before takes connections any more. */
  async reload(): Promise<void> {
    const before = await this.processes();
    await this.host.run('nginx -t && systemctl reload nginx.service');
    await until(`new workers on ${this.host.name}`, async () => ((await this.processes()).workers.some((pid) => before.workers.includes(pid)) ? undefined : true));
  }

  /** Puts another text into the file, and no more; mode and owner stay. */
  async setText(text: string): Promise<void> {
    await this.host.run(`cat > ${nginxFile}`, { input: text });
  }

  async file(): Promise<OnDisk> {
    return { text: await this.host.run(`cat ${nginxFile}`), facts: (await this.host.run(`stat -c '%a %U:%G' ${nginxFile}`)).trim() };
  }

  /** Everything under /etc/nginx, by name, with type, mode, owner and hash: what a run must leave as it was. */
  async configuration(): Promise<readonly string[]> {
    return (await this.host.run(`cd /etc/nginx && find . -printf '%P %y %m %U:%G %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum`)).split('\n').filter(Boolean);
  }

  /** The configuration folder's names. */
  async names(): Promise<readonly string[]> {
    return (await this.host.run(`ls -A ${nginxFile.slice(0, nginxFile.lastIndexOf('/'))}`)).split('\n').filter(Boolean);
  }

  /** The `X-Server` of one answer on a fresh connection; its status where it has none. */
  async ask(path = '/'): Promise<string> {
    const response = await fetch(`http://${this.host.address}${path}`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5000) });
    await response.text();
    return response.headers.get('x-server') ?? String(response.status);
  }

  /** How often each server answered of so many requests, each on a fresh connection. */
  async answering(times = 20): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (let turn = 0; turn < times; turn += 1) {
      const name = await this.ask();
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  /** nginx's master, and its workers that take connections, by process id. */
  async processes(): Promise<{ readonly master: string; readonly workers: readonly string[] }> {
    const master = (await this.host.run('cat /run/nginx.pid')).trim();
    const all = await this.host.run(`for pid in $(cat /proc/${master}/task/${master}/children); do echo "$pid $(tr '\\0' ' ' < /proc/$pid/cmdline)"; done`);
    return { master, workers: all.split('\n').filter((line) => line.includes('worker process') && !line.includes('shutting down')).map((line) => line.split(' ')[0] ?? '').toSorted() };
  }

  /**
   * When the newest workers began, in milliseconds since the epoch: that is when the last reload came into force.
   * The kernel counts in hundredths of a second.
   */
  async reloadedAt(): Promise<number> {
    const { workers } = await this.processes();
    const newest = await this.host.run(`for pid in ${workers.join(' ')}; do sed 's/.*) //' /proc/$pid/stat | cut -d ' ' -f 20; done | sort -n | tail -n 1; cat /proc/uptime; date +%s.%N`);
    const [began, uptime, now] = newest.trim().split('\n').map((line) => Number(line.split(' ')[0]));
    return ((now ?? 0) - (uptime ?? 0) + (began ?? 0) / 100) * 1000;
  }

  /** nginx runs with its first configuration, whatever was done to host and folder. */
  async mend(): Promise<void> {
    await this.host.run(`rm -rf /etc/systemd/system/nginx.service.d && systemctl daemon-reload
chattr -R -i /etc/nginx 2> /dev/null; umount /etc/nginx/conf.d 2> /dev/null
cat /root/hosts > /etc/hosts
diff -r --no-dereference /root/nginx /etc/nginx > /dev/null || { rm -rf /etc/nginx/* && cp -a /root/nginx/. /etc/nginx/; }
chown --reference=/root/nginx/conf.d /etc/nginx/conf.d && chmod --reference=/root/nginx/conf.d /etc/nginx/conf.d
chown --reference=/root/nginx/conf.d/green-matchers.conf ${nginxFile} && chmod --reference=/root/nginx/conf.d/green-matchers.conf ${nginxFile}
systemctl reset-failed nginx.service 2> /dev/null
systemctl is-active --quiet nginx.service && nginx -s reload || systemctl start nginx.service`);
    await until(`nginx on ${this.host.name} answers`, () => this.ask());
  }
}
