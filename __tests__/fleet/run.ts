import { spawn } from "node:child_process";

/** What came of a program: `code` is 128 and more when a signal ended it, as a shell says it. */
export type Finished = { code: number; stdout: string; stderr: string };

/** What a program is given besides its words. */
export type Given = { input?: string | Buffer; env?: NodeJS.ProcessEnv };

/** The same words, run as root: as they are for root, else through `sudo` without a password. */
export function asRoot(...words: string[]): string[] {
  return process.getuid?.() === 0 ? words : ["sudo", "-n", ...words];
}

/** Runs a program to its end, whatever that is. Rejects only when it cannot be started. */
export function attempt([command = "", ...args]: string[], given: Given = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: given.env ?? process.env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
      resolve({ code: code ?? (signal === "SIGKILL" ? 137 : 128), stdout: text(stdout), stderr: text(stderr) });
    });
    // A program that ends without reading its input is no error here: its exit code tells.
    child.stdin.on("error", () => undefined);
    child.stdin.end(given.input ?? "");
  });
}

/** Runs a program and returns what it printed. Throws with its words and its stderr when it fails. */
export async function run(words: string[], given: Given = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(words, given);
  if (code !== 0) throw new Error(`${words.join(" ").slice(0, 500)} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Runs a shell script as root, its arguments as `$1`, `$2` … */
export function runScript(script: string, ...args: string[]): Promise<string> {
  return run(asRoot("sh", "-euc", script, "fleet", ...args));
}
