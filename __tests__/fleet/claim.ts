import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { cleanUp, cleanUpAtTheEnd } from "./cleanup.ts";
import { networkIsFree } from "./network.ts";

/** A number that one fleet has to itself, and its folder: it names its network, its hosts and everything it could leave. */
export type Claim = { fleet: number; directory: string; release: () => Promise<void> };

const claims = `${tmpdir()}/rollback-action-fleet-${process.getuid?.() ?? 0}`;

/** Takes a free number for this process, after cleaning away what fleets of dead processes left. */
export async function claimFleet(): Promise<Claim> {
  await mkdir(claims, { recursive: true, mode: 0o711 });
  await removeLeftovers();
  const fresh = await mkdtemp(`${claims}/new-`);
  const owner = `${process.pid} ${await startTime(process.pid)} ${fresh.slice(-6)}`;
  await chmod(fresh, 0o711);
  await writeFile(`${fresh}/owner`, owner);
  const start = Math.floor(Math.random() * 254);
  for (let turn = 0; turn < 254; turn += 1) {
    const fleet = ((start + turn) % 254) + 1;
    const directory = `${claims}/${fleet}`;
    if (!networkIsFree(fleet) || existsSync(directory)) continue;
    // A rename onto a folder that is not empty fails: of two processes only one gets the number.
    const mine = await rename(fresh, directory).then(() => true, () => false);
    if (mine) return { fleet, directory, release: cleanUpAtTheEnd(fleet, directory, owner) };
  }
  throw new Error(`All 254 networks 10.231.x.0/24 are taken; see ${claims}`);
}

async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(claims)) {
    const owner = await readFile(`${claims}/${name}/owner`, "utf8").catch(() => undefined);
    const [pid, started] = owner?.split(" ") ?? [];
    if (owner === undefined || (await startTime(Number(pid))) === started) continue;
    if (/^\d+$/.test(name)) await cleanUp(Number(name), `${claims}/${name}`, owner);
    else await rm(`${claims}/${name}`, { recursive: true, force: true });
  }
}

/** When a process started, in ticks since boot: with its id it names the process even when the id is used again. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
