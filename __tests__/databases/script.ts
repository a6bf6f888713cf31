import { spawn } from 'node:child_process';
import { prelude } from '../../src/hosts/prelude.ts';
import { quote } from '../../src/commands/quote.ts';

export type Ran = { readonly code: number | null; readonly facts: ReadonlyMap<string, readonly string[]>; readonly output: string };

/** Runs a step's script with a real shell, as a host runs it: the prelude, `$secret`, facts on descriptor 3. */
export function runScript(script: string, options: { readonly secret?: string; readonly shell?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  const [shell = 'sh', ...args] = options.shell ?? ['sh'];
  const child = spawn(shell, [...args, '-s'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: options.env ?? process.env });
  const streams = [[], [], []] as [Buffer[], Buffer[], Buffer[]];
  child.stdout.on('data', (chunk: Buffer) => streams[0].push(chunk));
  child.stderr.on('data', (chunk: Buffer) => streams[0].push(chunk));
  (child.stdio[3] as NodeJS.ReadableStream).on('data', (chunk: Buffer) => streams[1].push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${prelude}secret=${quote(options.secret ?? '')}\nset -eu\n( exec </dev/null\n${script}\n)\n`);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const facts = new Map<string, string[]>();
      for (const line of Buffer.concat(streams[1]).toString('utf8').split('\n').slice(0, -1)) {
        const at = line.indexOf('=');
        facts.set(line.slice(0, at), [...(facts.get(line.slice(0, at)) ?? []), line.slice(at + 1)]);
      }
      resolve({ code, facts, output: Buffer.concat(streams[0]).toString('utf8') });
    });
  });
}
