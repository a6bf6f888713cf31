import type { Host } from "./host.ts";

/** What changes by itself: logs, caches, the databases' own files (`snapshot` reads those), what systemd keeps across boots. */
const volatile = ["var/log", "var/cache", "var/lib/mysql", "var/lib/postgresql", "var/lib/systemd", "var/lib/nginx", "etc/.updated", "var/.updated"];

/**
 * Every file, folder and link of a host that is not as in the image, by path, with its type, mode, owner and a SHA-256 of its content
 * (a link: where it points); deleted ones too. Besides, what lies in /tmp and /dev/shm. Two of these are equal only if not one byte of the
 * host's disk was changed, but for what is volatile; times are left out.
 */
export async function tree(host: Host): Promise<Record<string, string>> {
  const prune = volatile.map((path) => `-path './${path}'`).join(" -o ");
  const onDisk = await host.besideDisk(`cd changes
find . \\( ${prune} \\) -prune -o ! -type f -printf '%P\\t%y %m %U:%G %l\\n'
find . \\( ${prune} \\) -prune -o -type f -printf '%P\\t%y %m %U:%G %s\\n'
find . \\( ${prune} \\) -prune -o -type f -print0 | xargs -0 sha256sum | sed -E 's#^([0-9a-f]{64})  \\./(.*)$#\\2\\t\\1#'`);
  const inMemory = await host.run("find /tmp /dev/shm -mindepth 1 -name 'systemd-private-*' -prune -o -mindepth 1 -printf '%p\\t%y %m %U:%G %s\\n'");
  const found = new Map<string, string>();
  for (const line of `${onDisk}\n${inMemory}`.split("\n").filter(Boolean)) {
    const [path = "", fact = ""] = line.split("\t");
    found.set(path, `${found.get(path) ?? ""} ${fact}`.trim());
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
