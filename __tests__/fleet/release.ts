import { appSource, type App } from "./app.ts";
import { alembicFiles, migrationSource, migrations, type Migration } from "./migrations.ts";
import type { Commit } from "./origin.ts";

/** A release to be committed on top of what is there. What is not said is as in a release without trouble. */
export type Release = Partial<App> & {
  /** Also the content of its `VERSION` and its `X-Version` header. */
  tag: string;
  message: string;
  /** A tag; without it the newest commit of `main`. */
  parent?: string;
  /** Only those that this release brings. */
  migrations?: Migration[];
  /** More files by path from the root of the checkout; `null` removes one. */
  files?: Commit["files"];
};

/** The three releases of the guide's production; the third is the broken one that runs. */
export const guideReleases: Release[] = [
  { tag: "v1", message: "Release 1: stable jobs API", serves: "jobs", migrations: [migrations.jobs] },
  { tag: "v2", message: "Stable release 2: careers and analytics", serves: "careers", migrations: [migrations.careers] },
  {
    tag: "v3",
    message: "deploy: release 3 with matching",
    serves: "matches",
    health: "500",
    migrations: [migrations.matchScore, migrations.matches],
  },
];

/** Where the backend is in the checkout. */
export const backend = "apps/backend";

/** The commit of a release. `day` tells its place in time; the first one (day 0) lays the ground for all. */
export function commitOf({ tag, message, parent, files = {}, ...release }: Release, day: number): Commit {
  const { health = "ok", serves = "matches", needs = "1.0" } = release;
  const content: Commit["files"] = {
    ...(day === 0 ? ground : {}),
    VERSION: `${tag}\n`,
    [`${backend}/app.py`]: appSource({ health, serves, needs }),
    [`${backend}/requirements.txt`]: `--no-index\n--find-links /srv/wheels\ngreen-matching==${needs}\n`,
  };
  for (const migration of release.migrations ?? []) content[`${backend}/migrations/versions/${migration.revision}.py`] = migrationSource(migration);
  return { tag, message, day, ...(parent === undefined ? {} : { parent }), files: { ...content, ...files } };
}

const ground = {
  "README.md": "# Green Matchers\n",
  ".gitignore": `/${backend}/venv/\n/${backend}/.env\n__pycache__/\n`,
  ...Object.fromEntries(Object.entries(alembicFiles).map(([path, content]) => [`${backend}/${path}`, content])),
};
