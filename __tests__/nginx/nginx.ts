/** The real nginx, in a folder of its own; it listens on sockets in there only. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const hasNginx = spawnSync('nginx', ['-v']).status === 0;
/** For the name of a test that is skipped without it. */
export const needsNginx = hasNginx ? '' : ' (NOT TESTED: no nginx on this machine)';

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export class Nginx implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollback-nginx-'));
  readonly main = join(this.folder, 'nginx.conf');
  readonly app = join(this.folder, 'conf.d/app.conf');

  /** With `text` (which may depend on the folder) as a file that the main file includes into its http block, and other files by their paths in the folder. */
  constructor(text: string | ((folder: string) => string), more: Readonly<Record<string, string>> = {}) {
    const files = {
      'nginx.conf': `pid ${this.folder}/pid;\ndaemon off;\nmaster_process off;\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path ${this.folder}/b;\n  proxy_temp_path ${this.folder}/p;\n  fastcgi_temp_path ${this.folder}/f;\n  uwsgi_temp_path ${this.folder}/u;\n  scgi_temp_path ${this.folder}/s;\n  include conf.d/*.conf;\n}\n`,
      'conf.d/app.conf': typeof text === 'string' ? text : text(this.folder),
      ...more,
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), content, 'latin1');
    }
  }

  /** `nginx -T`. */
  test(): { readonly status: number | null; readonly dump: string; readonly told: string } {
    const { status, stdout, stderr } = spawnSync('nginx', ['-T', ...this.arguments()], { encoding: 'latin1' });
    return { status, dump: stdout, told: stderr };
  }

  /** Runs it, asks for each path at the socket `front`, and ends it. */
  async answers(asked: readonly (readonly [method: string, path: string])[]): Promise<readonly Answer[]> {
    const child = spawn('nginx', this.arguments(), { stdio: 'ignore' });
    const ended = new Promise<never>((_, reject) => child.on('exit', (code) => reject(new Error(`nginx ended with ${code}: ${readFileSync(join(this.folder, 'error.log'), 'latin1')}`))));
    ended.catch(() => undefined);
    try {
      return await Promise.race([ended, this.allOf(asked)]);
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await gone;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private arguments(): readonly string[] {
    return ['-p', this.folder, '-c', this.main, '-e', join(this.folder, 'error.log')];
  }

  private async allOf(asked: readonly (readonly [method: string, path: string])[]): Promise<readonly Answer[]> {
    const all: Answer[] = [];
    for (const [method, path] of asked) all.push(await this.answer(method, path));
    return all;
  }

  private async answer(method: string, path: string): Promise<Answer> {
    for (;;) {
      const answer = await new Promise<Answer | undefined>((resolve) => {
        const asking = request({ socketPath: join(this.folder, 'front'), method, path, agent: false }, (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces).toString('utf8') }));
        });
        // Not there yet: nginx has just been started.
        asking.on('error', () => setTimeout(() => resolve(undefined), 5));
        asking.end(method === 'POST' ? 'x'.repeat(2_000_000) : undefined);
      });
      if (answer !== undefined) return answer;
    }
  }
}
