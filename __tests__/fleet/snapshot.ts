import { databaseSnapshot, type DatabaseSnapshot } from "./database-snapshot.ts";
import type { Host } from "./host.ts";
import type { Production } from "./production.ts";
import { backend } from "./release.ts";

/** What must be the same on a host before a rollback and after it was undone. Hashes are SHA-256. */
export type HostSnapshot = {
  head: string;
  /** `detached` when on none. */
  branch: string;
  /** As `git status --porcelain` says it, untracked files one by one. */
  status: string[];
  /** Hash by path, of every file in the checkout but git's, the virtualenv's and Python's caches. */
  files: Record<string, string>;
  /** Name and version of each package in the virtualenv. */
  packages: string[];
  /** Hash of every file in the virtualenv but Python's caches. */
  virtualenv: string;
  /** `active/running` and the like, by unit. */
  units: Record<string, string>;
  /** Hash of everything under /etc/nginx. */
  nginx: string;
};

/** The whole production, read from the machines without any part of the software under test. */
export type Snapshot = { hosts: Record<string, HostSnapshot>; database: DatabaseSnapshot };

/** Reads everything, all hosts at once. Two of these are compared with `toEqual`. */
export async function snapshot(production: Production): Promise<Snapshot> {
  const [database, ...hosts] = await Promise.all([
    databaseSnapshot(production.database, production.engine),
    ...production.hosts.map(async (host) => [host.name, await hostSnapshot(host, production)] as const),
  ]);
  return { hosts: Object.fromEntries(hosts), database };
}

/** The systemd invocation of each unit on each host, such as `app1 nginx.service`: another one means that it was started anew. */
export async function invocations(production: Production): Promise<Record<string, string>> {
  const entries = await Promise.all(
    production.hosts.map(async (host) =>
      lines(await host.run(showUnits("InvocationID", production.service))).map((line) => {
        const [unit = "", invocation = ""] = line.split("\t");
        return [`${host.name} ${unit}`, invocation] as const;
      }),
    ),
  );
  return Object.fromEntries(entries.flat());
}

async function hostSnapshot(host: Host, { appDirectory, service }: Production): Promise<HostSnapshot> {
  const asDeploy = { user: "deploy" } as const;
  const [git, files, packages, virtualenv, units, nginx] = await Promise.all([
    host.run(`cd ${appDirectory} && export GIT_OPTIONAL_LOCKS=0 && git rev-parse HEAD && (git symbolic-ref -q --short HEAD || echo detached) && git status --porcelain -uall`, asDeploy),
    host.run(`cd ${appDirectory} && find . \\( -name .git -o -name __pycache__ -o -path ./${backend}/venv \\) -prune -o \\( -type f -o -type l \\) -print0 | sort -z | xargs -0 sha256sum`),
    host.run(`ls ${appDirectory}/${backend}/venv/lib/python3*/site-packages | grep 'dist-info$' || true`),
    host.run(`cd ${appDirectory}/${backend}/venv && find . -name __pycache__ -prune -o -type f ${hashOfAll}`),
    host.run(showUnits("ActiveState,SubState", service)),
    host.run(`cd /etc/nginx && find . -type f ${hashOfAll}`),
  ]);
  const [head = "", branch = "", ...status] = lines(git);
  return {
    head,
    branch,
    status,
    files: Object.fromEntries(lines(files).map((line) => [line.slice(66 + "./".length), line.slice(0, 64)])),
    packages: lines(packages),
    virtualenv: virtualenv.trim(),
    units: Object.fromEntries(lines(units).map((line) => [line.split("\t")[0] ?? "", line.split("\t").slice(1).join("/")])),
    nginx: nginx.trim(),
  };
}

const hashOfAll = "-print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c -64";

function showUnits(properties: string, service: string): string {
  const names = ["nginx.service", service].join(" ");
  const values = properties.split(",").map((property) => `"$(systemctl show --value --property=${property} $unit)"`);
  return `for unit in ${names}; do printf '%s' "$unit"; printf '\\t%s' ${values.join(" ")}; echo; done`;
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
