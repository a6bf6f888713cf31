import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fleetAvailable } from "./available.ts";
import { startFleet, type Fleet } from "./fleet.ts";
import { knownHostsLine } from "./keys.ts";
import { failsHalfWayDown, twoHeads } from "./migrations.ts";
import { startProduction, type Production } from "./production.ts";
import { Relay } from "./relay.ts";
import { attempt, run } from "./run.ts";
import { invocations, snapshot } from "./snapshot.ts";
import { tree } from "./tree.ts";

const available = await fleetAvailable();
const minutes = 60_000;

/** The real client, with the fleet's key and known hosts and nobody's configuration. */
function ssh(fleet: Fleet, address: string, command: string, ...options: string[]) {
  const set = ["BatchMode=yes", "StrictHostKeyChecking=yes", `UserKnownHostsFile=${fleet.knownHostsFile}`, ...options].flatMap((option) => ["-o", option]);
  return attempt(["ssh", "-F", "none", "-i", fleet.privateKeyFile, ...set, `${fleet.user}@${address}`, command]);
}

describe.skipIf(!available)("the fleet", { timeout: minutes }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet({ hosts: [{}, { tmpfs: [{ path: "/var/backups", size: "1M" }] }] });
  }, 10 * minutes);
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  test("lets deploy in by key, on hosts with keys of their own", async () => {
    expect(new Set(fleet.hosts.map(({ hostKey }) => hostKey)).size).toBe(2);
    for (const { name, address } of fleet.hosts) {
      expect(await ssh(fleet, address, "hostname; id -un; id -u")).toMatchObject({ code: 0, stdout: `${name}\ndeploy\n1000\n` });
    }
  });

  test("lets hosts reach each other by name", async () => {
    expect(await fleet.hosts[0]?.run("exec 3<>/dev/tcp/app2/22; head -c 4 <&3", { user: "deploy" })).toBe("SSH-");
  });

  test("gives deploy its rights and no other", async () => {
    const [host] = fleet.hosts;
    expect(await host?.exec("sudo -n nginx -t", { user: "deploy" })).toMatchObject({ code: 0 });
    expect(await host?.exec("sudo -n install -d -o deploy -g deploy -m 0700 /var/backups/green-matchers", { user: "deploy" })).toMatchObject({ code: 0 });
    expect(await host?.exec("sudo -n cat /etc/shadow", { user: "deploy" })).toMatchObject({ code: 1 });
    expect(await host?.exec("sudo -n systemctl stop ssh.service", { user: "deploy" })).toMatchObject({ code: 1 });
  });

  test("writes files and passes input through unchanged", async () => {
    const bytes = Buffer.from([0, 255, 10, 39]);
    await fleet.hosts[0]?.write("/srv/some/file", bytes, "0640", "deploy:root");
    expect(await fleet.hosts[0]?.run("stat -c '%a %U %G' /srv/some/file; od -An -tu1 /srv/some/file")).toBe("640 deploy root\n   0 255  10  39\n");
  });

  test("has small disks where asked", async () => {
    expect(await fleet.hosts[1]?.exec("head -c 2M /dev/zero > /var/backups/big")).toMatchObject({ code: 1, stderr: expect.stringContaining("No space left") });
  });

  test("keeps the disk through a reset and a power cut", async () => {
    const [host] = fleet.hosts;
    await host?.write("/srv/kept", "kept");
    await host?.reboot();
    await host?.stop();
    await expect(ssh(fleet, host?.address ?? "", "true", "ConnectTimeout=1")).resolves.toMatchObject({ code: 255 });
    await host?.start();
    expect(await host?.run("cat /srv/kept")).toBe("kept");
  });

  test("unplugs a host and plugs it in again", async () => {
    const [host] = fleet.hosts;
    await host?.unplug();
    expect(await ssh(fleet, host?.address ?? "", "true", "ConnectTimeout=1")).toMatchObject({ code: 255 });
    await host?.plug();
    await host?.answers();
    expect(await ssh(fleet, host?.address ?? "", "true")).toMatchObject({ code: 0 });
  });

  test("is reached through a relay that cuts", async () => {
    const [host] = fleet.hosts;
    await using relay = await Relay.to(host?.address ?? "");
    const known = knownHostsLine("127.0.0.1", relay.port, host?.hostKey ?? "");
    const through = (command: string) => ssh(fleet, "127.0.0.1", command, `Port=${relay.port}`, `KnownHostsCommand=/bin/echo ${known}`);
    expect(await through("echo one")).toMatchObject({ code: 0, stdout: "one\n" });
    for (const how of ["reset", "end"] as const) {
      relay.cutAfter({ how, bytes: 6000, from: "server" });
      expect(await through("yes")).toMatchObject({ code: 255 });
    }
    relay.cutAfter(undefined);
    expect(await through("echo two")).toMatchObject({ code: 0, stdout: "two\n" });
    relay.refuse();
    expect(await through("true")).toMatchObject({ code: 255 });
    expect(relay.connections).toBe(5);
  });

  test("is reached through a relay that is slow, and through one that falls silent", async () => {
    const [host] = fleet.hosts;
    await using relay = await Relay.to(host?.address ?? "");
    relay.delay = 100;
    const socket = connect(relay.port, "127.0.0.1");
    const start = performance.now();
    expect(String((await once(socket, "data"))[0])).toMatch(/^SSH-/);
    expect(performance.now() - start).toBeGreaterThan(95);
    relay.delay = 0;
    relay.cut("silence");
    socket.write("SSH-2.0-test\r\n");
    await expect(once(socket, "data", { signal: AbortSignal.timeout(300) })).rejects.toThrow("aborted");
    expect([socket.readyState, relay.open]).toEqual(["open", 1]);
    relay.cut("reset");
    await expect(once(socket, "close")).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});

describe.skipIf(!available)("the production", { timeout: minutes }, () => {
  let production: Production;
  beforeAll(async () => {
    production = await startProduction(await startFleet({ hosts: 3 }));
  }, 10 * minutes);
  afterAll(() => production?.fleet[Symbol.asyncDispose]());

  const ask = async (path: string) => {
    const response = await fetch(`http://${production.hosts[0]?.address}${path}`);
    return [response.status, response.headers.get("x-version")];
  };

  test("runs the broken release on every host, with values in all that it brought", async () => {
    expect(await ask("/health")).toEqual([500, "v3"]);
    const { hosts, database } = await snapshot(production);
    for (const host of Object.values(hosts)) {
      expect(host).toMatchObject({ head: production.sha("v3"), branch: "main", status: [], units: { "nginx.service": "active/running" } });
    }
    expect(database).toMatchObject({ revisions: ["d4"], databases: ["green_matchers_db"] });
    expect(database.tables).toMatchObject({ jobs: { rows: 60 }, careers: { rows: 3 }, analytics: { rows: 20 }, matches: { rows: 40 } });
    expect(await production.query("SELECT COUNT(location), COUNT(match_score) FROM jobs")).toEqual(["48\t45"]);
  });

  test("looks the same twice, and looking changes not one byte", async () => {
    const look = async () => [await snapshot(production), await invocations(production), await Promise.all(production.hosts.map(tree))];
    expect(await look()).toEqual(await look());
  });

  test("shows every change", async () => {
    const [host] = production.hosts;
    const before = await snapshot(production);
    await production.query("UPDATE jobs SET match_score = 0.5 WHERE id = 1");
    expect((await snapshot(production)).database.tables["jobs"]).not.toEqual(before.database.tables["jobs"]);
    await production.query("UPDATE jobs SET match_score = 0.125 WHERE id = 1");
    expect(await snapshot(production)).toEqual(before);
    await production.query("ALTER TABLE careers ADD COLUMN extra INT");
    expect((await snapshot(production)).database.schema).not.toEqual(before.database.schema);
    await production.query("ALTER TABLE careers DROP COLUMN extra");
    const disk = await tree(production.hosts[0] ?? expect.unreachable());
    await host?.write("/home/deploy/left", "behind");
    expect(await tree(production.hosts[0] ?? expect.unreachable())).toMatchObject({ ...disk, "home/deploy/left": expect.any(String) });
    await host?.run("rm /home/deploy/left");
  });

  test("goes back and forth between releases", async () => {
    await production.deploy("v2");
    expect([await ask("/health"), await ask("/api/careers")]).toEqual([[200, "v2"], [200, "v2"]]);
    await production.deploy("v1");
    expect([await ask("/health"), await ask("/api/jobs"), await ask("/api/careers")]).toEqual([[200, "v1"], [200, "v1"], [404, "v1"]]);
    expect((await snapshot(production)).database.revisions).toEqual(["a1"]);
  });

  test("takes migrations of other kinds", async () => {
    await production.commit({ tag: "half-way", parent: "v3", message: "deploy: a note on salaries", migrations: [failsHalfWayDown] });
    await production.deploy("half-way");
    await expect(production.alembic("downgrade d4")).rejects.toThrow("no_such_column");
    expect(await production.alembic("current")).toContain("e5");
    expect(await production.query("SHOW COLUMNS FROM jobs LIKE 'salary_note'")).toEqual([]);
    await production.query("ALTER TABLE jobs ADD COLUMN salary_note VARCHAR(80); UPDATE alembic_version SET version_num = 'd4'; ALTER TABLE jobs DROP COLUMN salary_note");
    await production.deploy("v3");
    await production.commit({ tag: "two-heads", parent: "v3", message: "deploy: two branches met", migrations: twoHeads });
    await production.deploy("two-heads");
    expect((await snapshot(production)).database.revisions).toEqual(["f7", "f8"]);
    await production.deploy("v1");
  });

  test("takes releases of other kinds", async () => {
    await production.commit({ tag: "v4", message: "deploy: release 4 on a new matching package", needs: "2.0" });
    await production.deploy("v4");
    expect(await ask("/health")).toEqual([200, "v4"]);
    expect((await snapshot(production)).hosts["app1"]?.packages).toContain("green_matching-2.0.dist-info");
    await production.commit({ tag: "v5", message: "deploy: release 5", needs: "2.0", health: "dies-after-3s", files: { "NEWS.md": "new\n" } });
    await production.deploy("v5");
    expect(await ask("/health")).toEqual([200, "v5"]);
    await expect.poll(() => production.hosts[0]?.run("systemctl show --value --property=NRestarts green-matchers-api.service"), { timeout: 20_000 }).not.toBe("0\n");
  });
});

test.skipIf(!available)("a production runs on PostgreSQL as well", { timeout: minutes }, async () => {
  await using fleet = await startFleet({ hosts: 1 });
  const production = await startProduction(fleet, { engine: "postgresql" });
  const before = await snapshot(production);
  expect(before.database).toMatchObject({ revisions: ["d4"], databases: ["green_matchers_db"], tables: { jobs: { rows: 60 }, matches: { rows: 40 } } });
  await production.query("UPDATE jobs SET match_score = 0.5 WHERE id = 1");
  expect((await snapshot(production)).database.tables["jobs"]).not.toEqual(before.database.tables["jobs"]);
  await production.deploy("v2");
  expect((await fetch(`http://${fleet.hosts[0]?.address}/api/careers`)).headers.get("x-version")).toBe("v2");
});

test.skipIf(!available)("a fleet leaves nothing, nor does one whose process was killed", { timeout: minutes }, async () => {
  const module = new URL("fleet.ts", import.meta.url).href;
  const script = `const { startFleet } = await import(${JSON.stringify(module)}); console.log((await startFleet({ hosts: 1 })).originDirectory);`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "--eval", `${script} setInterval(() => undefined, 1000);`]);
  const origin = await new Promise<string>((resolve) => child.stdout.once("data", (line: Buffer) => resolve(String(line).trim())));
  child.kill("SIGKILL");
  await expect.poll(() => existsSync(origin), { timeout: 10_000 }).toBe(false);

  const next = await startFleet({ hosts: 1 });
  await next[Symbol.asyncDispose]();
  const names = [origin, next.originDirectory].map((path) => `rbf-${path.split("/").at(-2)}-`);
  const places = await Promise.all([run(["ip", "netns", "list"]), run(["ps", "ax", "-o", "args"]), run(["find", "/sys/fs/cgroup", "-name", "rbf-*"])]);
  expect(places.join("\n").split("\n").filter((line) => names.some((name) => line.includes(name)))).toEqual([]);
});
