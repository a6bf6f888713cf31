import { existsSync } from "node:fs";
import { configure, recipeHash, suite } from "./recipe.ts";
import { debianMirror } from "./mirror.ts";
import { attempt, asRoot, runScript } from "./run.ts";

/** What the fleet's own machine needs, and the program that shows it is there. */
const tools = {
  debootstrap: "/usr/sbin/debootstrap",
  "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
  "systemd-container": "/usr/bin/systemd-nspawn",
  iproute2: "/sbin/ip",
  "openssh-client": "/usr/bin/ssh-keygen",
  git: "/usr/bin/git",
};

const build = `
image=$1 mirror=$2 options=$3 suite=$4 configure=$5
mkdir -p "$(dirname "$image")"
exec 9> "$image.lock"
flock 9
[ ! -d "$image" ] || exit 0
beside=$image.building
rm -rf "$beside"
proxy=$(printf '%s\\n' "$options" | sed -n 's/^Acquire::http::Proxy "\\(.*\\)";$/\\1/p')
debootstrap_env="PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \${proxy:+http_proxy=$proxy}"
unshare --mount env -i $debootstrap_env debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$beside" "$mirror" /usr/share/debootstrap/scripts/sid >&2
printf '%s\\n' "$options" > "$beside/etc/apt/apt.conf.d/99fleet"
env -i $debootstrap_env unshare --mount --pid --fork --mount-proc="$beside/proc" chroot "$beside" /bin/sh -c "$configure" >&2
rm -f "$beside/etc/apt/apt.conf.d/99fleet"
mv "$beside" "$image"
`;

/**
 * The folder with the system that all hosts start from: built once (about 75 s), kept and shared by every run.
 * `ROLLBACK_FLEET_CACHE` says where images are kept, by default outside the checkout.
 */
export async function ensureImage(): Promise<string> {
  const image = `${process.env["ROLLBACK_FLEET_CACHE"] ?? "/var/cache/rollback-action-fleet"}/${recipeHash}`;
  await installTools();
  if (existsSync(image)) return image;
  console.warn(`Building the fleet's image in ${image}, once: this takes a minute or two`);
  const { url, options } = await debianMirror();
  await runScript(build, image, url, options, suite, configure);
  return image;
}

async function installTools(): Promise<void> {
  const missing = Object.entries(tools).filter(([, file]) => !existsSync(file));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  const install = asRoot("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes", "--no-install-recommends", ...names);
  if ((await attempt(install)).code === 0) return;
  await attempt(asRoot("apt-get", "update"));
  const { code, stderr } = await attempt(install);
  if (code !== 0) throw new Error(`The fleet needs ${names.join(", ")}, and apt-get could not install them: ${stderr.trim()}`);
}
