import { addCommits, createOrigin } from "./origin.ts";
import { appClient, createDatabase, databasePassword, seed, type Engine } from "./database.ts";
import type { Fleet } from "./fleet.ts";
import type { Host } from "./host.ts";
import { apiUnit, nginxConfig, nginxFile } from "./services.ts";
import { backend, commitOf, guideReleases, type Release } from "./release.ts";
import { until } from "./until.ts";

/** The guide's production on a fleet: the database on the first host, the app and nginx on every one. */
export class Production {
  readonly fleet: Fleet;
  readonly hosts: Host[];
  /** The host that runs the database. */
  readonly database: Host;
  readonly engine: Engine;
  readonly appDirectory = "/var/www/green-matchers";
  readonly service = "green-matchers-api.service";
  /** As in the app's env file, password and all. */
  readonly databaseUrl: string;
  readonly #releases = new Map<string, { sha: string; revisions: string[]; needs: string }>();
  #deployed = "";

  constructor(fleet: Fleet, database: Host, engine: Engine) {
    const [scheme, port] = engine === "mariadb" ? ["mysql+pymysql", 3306] : ["postgresql+psycopg2", 5432];
    this.fleet = fleet;
    this.hosts = fleet.hosts;
    this.database = database;
    this.engine = engine;
    this.databaseUrl = `${scheme}://green_user:${encodeURIComponent(databasePassword).replaceAll("'", "%27")}@${database.address}:${port}/green_matchers_db`;
  }

  /** The full SHA of a release by its tag. */
  sha(tag: string): string {
    return this.#release(tag).sha;
  }

  /** Commits a release to the origin. Hosts do not have it before they fetch. Returns its full SHA. */
  async commit(release: Release): Promise<string> {
    const [sha = ""] = await this.commitAll([release]);
    return sha;
  }

  /** Commits releases one upon the other. Returns their full SHAs. */
  async commitAll(releases: Release[]): Promise<string[]> {
    const first = this.#releases.size;
    const shas = await addCommits(this.fleet.originDirectory, releases.map((release, index) => commitOf(release, first + index)));
    releases.forEach((release, index) => {
      const below = this.#releases.get(release.parent ?? [...this.#releases.keys()].at(-1) ?? "")?.revisions ?? [];
      const revisions = [...below, ...(release.migrations ?? []).map(({ revision }) => revision)];
      this.#releases.set(release.tag, { sha: shas[index] ?? "", revisions, needs: release.needs ?? "1.0" });
    });
    return shas;
  }

  /**
   * Deploys a release as a careful person would: schema first when it goes back, packages when they differ, restart everywhere.
   * Returns when the app answers on every host, whatever it answers.
   */
  async deploy(tag: string): Promise<void> {
    const to = this.#release(tag);
    const from = this.#releases.get(this.#deployed);
    const shared = to.revisions.findLast((revision) => from?.revisions.includes(revision));
    if (shared !== undefined && shared !== from?.revisions.at(-1)) await this.alembic(`downgrade ${shared}`);
    await this.#everywhere(`git fetch --quiet --tags --force origin && git checkout --quiet -B main ${to.sha} && git branch --quiet --set-upstream-to=origin/main`);
    if (to.needs !== (from?.needs ?? "1.0")) await this.#everywhere(`${backend}/venv/bin/pip install --quiet -r ${backend}/requirements.txt`);
    await this.alembic("upgrade heads");
    this.#deployed = tag;
    await Promise.all(this.hosts.map((host) => host.run(`systemctl reset-failed ${this.service} 2> /dev/null; systemctl restart ${this.service}`)));
    await Promise.all(this.hosts.map((host) => answers(host.address, 8000).catch(async (error: unknown) => {
      throw new Error(`${tag} does not answer on ${host.name}: ${(await host.exec(`systemctl status --no-pager --lines=40 ${this.service}`)).stdout}`, { cause: error });
    })));
  }

  /** Runs alembic on the database's host, with the code that lies there. Returns what it printed. */
  alembic(words: string): Promise<string> {
    const directory = `${this.appDirectory}/${backend}`;
    return this.database.run(`cd ${directory} && set -a && . ./.env && exec venv/bin/alembic ${words}`, { user: "deploy" });
  }

  /** Asks the database as the app's own user. Columns are parted as the engine's client does: by tab, or by `|`. */
  async query(sql: string): Promise<string[]> {
    return (await this.database.run(appClient(this.engine), { input: sql })).split("\n").slice(0, -1);
  }

  /** Lets nginx on the given hosts (all of them) balance over these `address:port`, and only these. */
  async balance(servers: string[], hosts = this.hosts): Promise<void> {
    await Promise.all(
      hosts.map(async (host) => {
        await host.write(nginxFile, nginxConfig(servers));
        await host.run("systemctl reload nginx.service");
      }),
    );
  }

  /** Lays checkout, env file, unit and nginx configuration on every host and starts them at a release. */
  async install(tag: string): Promise<void> {
    const upstream = this.hosts.map(({ address }) => `${address}:8000`);
    await Promise.all(
      this.hosts.map(async (host) => {
        await host.run(
          `cd ${this.appDirectory} && git init --quiet --initial-branch=main && git remote add origin file:///srv/origin && git fetch --quiet --tags origin`,
          { user: "deploy" },
        );
        await host.write(`${this.appDirectory}/${backend}/.env`, `DATABASE_URL=${this.databaseUrl}\n`, "0600", "deploy:deploy");
        await host.write(`/etc/systemd/system/${this.service}`, apiUnit(this.appDirectory));
        await host.write(nginxFile, nginxConfig(upstream));
        await host.run(`install -d -o deploy -g deploy /var/log/green-matchers && systemctl add-wants --quiet multi-user.target nginx.service ${this.service}`);
      }),
    );
    await this.deploy(tag);
  }

  #everywhere(script: string): Promise<string[]> {
    return Promise.all(this.hosts.map((host) => host.run(`cd ${this.appDirectory} && ${script}`, { user: "deploy" })));
  }

  #release(tag: string) {
    const release = this.#releases.get(tag);
    if (release === undefined) throw new Error(`No release ${tag}; there are ${[...this.#releases.keys()].join(", ")}`);
    return release;
  }
}

/** Builds the guide's production on a fleet: three releases, the broken third one deployed, values in every table and column. */
export async function startProduction(fleet: Fleet, { engine = "mariadb" }: { engine?: Engine } = {}): Promise<Production> {
  const [first] = fleet.hosts;
  if (first === undefined) throw new Error("A production needs a host");
  const production = new Production(fleet, first, engine);
  await Promise.all([createDatabase(first, engine), createOrigin(fleet.originDirectory).then(() => production.commitAll(guideReleases))]);
  await production.install("v3");
  await Promise.all([seed(first, engine), ...fleet.hosts.map((host) => host.run("systemctl start nginx.service"))]);
  await Promise.all(fleet.hosts.map(({ address }) => answers(address, 80)));
  return production;
}

function answers(address: string, port: number): Promise<number> {
  return until(`${address}:${port} answers`, async () => {
    const { status } = await fetch(`http://${address}:${port}/health`, { signal: AbortSignal.timeout(8000) });
    return status === 502 || status === 504 ? undefined : status;
  });
}
