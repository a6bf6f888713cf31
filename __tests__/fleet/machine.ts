import { spawn } from "node:child_process";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { asRoot, runScript } from "./run.ts";
import { until } from "./until.ts";

/** A host as this machine sees it: `directory` holds its process id, its keys and what it printed while booting. */
export type Machine = { fleet: number; name: string; directory: string };

/** What a host has beyond the image. Sizes as tmpfs reads them: `2M`; `options` too: `uid=1000,mode=0700`. */
export type Extras = {
  binds?: { from: string; to: string; writable?: boolean }[];
  tmpfs?: { path: string; size: string; options?: string }[];
};

/**
 * Boots a system on an overlay over the image, again and again until it is switched off. The overlay is kept in memory and in a
 * mount namespace that only this shell holds, so it lives through a reset of the host and vanishes with the shell. systemd in the
 * host wants the unified cgroup hierarchy, whatever this machine uses, and a group without processes above its own.
 */
const holdScript = `
machine=$1 directory=$2 image=$3 boot=$4
shift 4
echo $$ > "$directory/pid"
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
mkdir -p "$cgroups/$machine/holder" "$cgroups/$machine/host" "$directory/disk" /run/systemd/nspawn
echo $$ > "$cgroups/$machine/holder/cgroup.procs"
exec unshare --mount sh -euc '
machine=$1 directory=$2 image=$3 boot=$4
shift 4
mount -t tmpfs -o mode=0755 tmpfs /run/systemd/nspawn
mount -t tmpfs -o mode=0755 tmpfs "$directory/disk"
cd "$directory/disk"
mkdir changes work root
mount -t overlay -o "lowerdir=$image,upperdir=changes,workdir=work" overlay root
cp -r --no-preserve=ownership,mode "$directory/files/." root/
chmod 0600 root/etc/ssh/ssh_host_*_key
chmod 0644 root/etc/hostname
chown -R 1000:1000 root/home/deploy
umount --recursive --lazy /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
while :; do
  if [ -e "$directory/off" ]; then sleep 0.02; continue; fi
  sh -euc "$boot" fleet "$machine" "$@" || sleep 0.02
done
' fleet "$machine" "$directory" "$image" "$boot" "$@"
`;

const bootScript = `
machine=$1
shift
echo $$ > "/sys/fs/cgroup/$machine/host/cgroup.procs"
exec env -i "PATH=$PATH" SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --directory=root --boot \\
  --register=no --keep-unit --network-namespace-path="/run/netns/$machine" --machine="$machine" --console=pipe \\
  --link-journal=no --resolv-conf=off --timezone=off "$@"
`;

/** Starts a host and does not wait. It ends with its fleet. */
export async function powerOn(machine: Machine, image: string, { binds = [], tmpfs = [] }: Extras): Promise<void> {
  const log = await open(`${machine.directory}/console`, "w");
  const options = [
    ...binds.map(({ from, to, writable }) => `--bind${writable ? "" : "-ro"}=${from}:${to}`),
    ...tmpfs.map(({ path, size, options: more }) => `--tmpfs=${path}:size=${size}${more ? `,${more}` : ""}`),
  ];
  const words = ["sh", "-euc", holdScript, "fleet", machineName(machine), machine.directory, image, bootScript, ...options];
  const [command = "", ...args] = asRoot(...words);
  spawn(command, args, { stdio: ["ignore", log.fd, log.fd], detached: true }).unref();
  await log.close();
}

/** Pulls the plug: no process of the host is left when this returns, and none was told before. Its disk stays as it is. */
export async function powerOff(machine: Machine): Promise<void> {
  await writeFile(`${machine.directory}/off`, "");
  await reset(machine);
  await until(`${machine.name} is off`, async () => ((await firstProcess(machine)) === undefined ? true : undefined));
}

/** Puts the plug back after `powerOff`. Does not wait. */
export async function powerBack(machine: Machine): Promise<void> {
  await rm(`${machine.directory}/off`);
}

/** Kills every process of the host at once; it boots again from its disk. Does not wait for that. */
export async function reset(machine: Machine): Promise<void> {
  const first = await firstProcess(machine);
  if (first !== undefined) await runScript(`kill -9 "$1" || true`, String(first));
}

/** The process id, as this machine counts, of the host's own process 1; `undefined` while it is off or between two boots. */
export async function firstProcess(machine: Machine): Promise<number | undefined> {
  const pid = await holder(machine);
  const descendants = pid === undefined ? [] : (await Promise.all((await children(pid)).map(children))).flat();
  for (const child of descendants) {
    const status = await readFile(`/proc/${child}/status`, "utf8").catch(() => "");
    if (/^NSpid:\t\d+\t(\d+\t)*1$/m.test(status)) return child;
  }
  return undefined;
}

/** The process that holds the host's disk, `undefined` when it has ended: its id alone could by now be someone else's. */
export async function holder(machine: Machine): Promise<number | undefined> {
  const pid = (await readFile(`${machine.directory}/pid`, "utf8").catch(() => "")).trim();
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return words.includes(`${machineName(machine)}\0`) ? Number(pid) : undefined;
}

async function children(pid: number): Promise<number[]> {
  const line = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return line.split(" ").filter(Boolean).map(Number);
}

/** The host's name among all fleets of this machine; also of its network namespace and its cgroup. */
export function machineName({ fleet, name }: Machine): string {
  return `rbf-${fleet}-${name}`;
}
