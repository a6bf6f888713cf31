import { readFile } from "node:fs/promises";
import { run } from "./run.ts";

/** A new ed25519 key pair: the private half in OpenSSH's own form, the public one as `ssh-ed25519 AAAA…`. */
export async function makeKey(file: string, comment: string): Promise<{ privateKey: string; publicKey: string }> {
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
  const [privateKey, publicLine] = await Promise.all([readFile(file, "utf8"), readFile(`${file}.pub`, "utf8")]);
  return { privateKey, publicKey: publicLine.split(" ").slice(0, 2).join(" ") };
}

/** A line of a known_hosts file, in the form that OpenSSH writes for the port. */
export function knownHostsLine(address: string, port: number, publicKey: string): string {
  return `${port === 22 ? address : `[${address}]:${port}`} ${publicKey}`;
}
