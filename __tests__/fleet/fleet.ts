import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { claimFleet, type Claim } from "./claim.ts";
import { Host } from "./host.ts";
import { ensureImage } from "./image.ts";
import { knownHostsLine, makeKey } from "./keys.ts";
import { powerOn, type Extras } from "./machine.ts";
import { connectHosts } from "./network.ts";

/** Running hosts that `deploy` reaches with one key. Disposing of it leaves nothing behind. */
export type Fleet = AsyncDisposable & {
  hosts: Host[];
  /** The SSH user on every host. */
  user: "deploy";
  /** OpenSSH form, ed25519, without a passphrase; the same key opens every host. */
  privateKey: string;
  /** The private key as a 0600 file, for the `ssh` command. */
  privateKeyFile: string;
  /** One line for each host, each with another key. */
  knownHosts: string;
  knownHostsFile: string;
  /** On this machine; every host sees it read-only as `/srv/origin`. Belongs to uid 1000, as `deploy` does. */
  originDirectory: string;
};

/** One host to be: its name, by default `app1`, `app2` …, and what it has beyond the image. */
export type HostPlan = Extras & { name?: string };

/** Boots hosts, all at once, and returns when sshd greets on every one. */
export async function startFleet({ hosts = 1 }: { hosts?: number | HostPlan[] } = {}): Promise<Fleet> {
  const image = await ensureImage();
  const claim = await claimFleet();
  try {
    return await boot(claim, image, typeof hosts === "number" ? Array.from({ length: hosts }, () => ({})) : hosts);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function boot(claim: Claim, image: string, plans: HostPlan[]): Promise<Fleet> {
  const { directory, fleet } = claim;
  const named = plans.map((plan, index) => ({ ...plan, name: plan.name ?? `app${index + 1}` }));
  const originDirectory = `${directory}/origin`;
  await mkdir(originDirectory);
  const [key, addresses] = await Promise.all([makeKey(`${directory}/key`, "fleet"), connectHosts(fleet, named.map(({ name }) => name))]);
  const etcHosts = ["127.0.0.1 localhost", ...named.map(({ name }, index) => `${addresses[index] ?? ""} ${name}`), ""].join("\n");
  const hosts = await Promise.all(
    named.map(async ({ name, binds = [], ...extras }, index) => {
      const machine = { fleet, name, directory: `${directory}/${name}` };
      const hostKey = await writeFiles(machine.directory, name, key.publicKey, etcHosts);
      await powerOn(machine, image, { ...extras, binds: [{ from: originDirectory, to: "/srv/origin" }, ...binds] });
      const host = new Host(machine, addresses[index] ?? "", hostKey);
      await host.answers();
      return host;
    }),
  );
  const knownHosts = hosts.map(({ address, hostKey }) => `${knownHostsLine(address, 22, hostKey)}\n`).join("");
  const knownHostsFile = `${directory}/known_hosts`;
  await writeFile(knownHostsFile, knownHosts);
  return {
    hosts,
    user: "deploy",
    privateKey: key.privateKey,
    privateKeyFile: `${directory}/key`,
    knownHosts,
    knownHostsFile,
    originDirectory,
    [Symbol.asyncDispose]: claim.release,
  };
}

/** What makes one host different from the next, laid over the image before it boots. Returns its public host key. */
async function writeFiles(directory: string, name: string, authorizedKey: string, etcHosts: string): Promise<string> {
  const root = `${directory}/files`;
  await mkdir(`${root}/etc/ssh`, { recursive: true });
  await mkdir(`${root}/home/deploy/.ssh`, { recursive: true });
  await chmod(directory, 0o711);
  const [{ publicKey }] = await Promise.all([
    makeKey(`${root}/etc/ssh/ssh_host_ed25519_key`, name),
    writeFile(`${root}/etc/hostname`, `${name}\n`),
    writeFile(`${root}/etc/hosts`, etcHosts),
    writeFile(`${root}/etc/machine-id`, `${randomBytes(16).toString("hex")}\n`),
    writeFile(`${root}/home/deploy/.ssh/authorized_keys`, `${authorizedKey}\n`),
  ]);
  return publicKey;
}
