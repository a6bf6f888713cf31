/** The demo's application and its three releases, as a real repository. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Release } from '../production.mts';

const run = promisify(execFile);

/** A release to be committed; `schema` is the one of the database that it works with. */
export type Commit = { readonly tag: string; readonly schema: number; readonly message: string; readonly author: string; readonly daysAgo: number; readonly works: boolean };

/** The guide's three releases. @param targetFails v2, to which a rollback returns, is broken too */
export function commits({ targetFails }: { readonly targetFails: boolean }): readonly Commit[] {
  return [
    { tag: 'v1', schema: 1, message: 'Release 1: stable jobs API', author: 'Ada Keller', daysAgo: 21, works: true },
    { tag: 'v2', schema: 2, message: 'Stable release 2: careers and analytics', author: 'Jonas Okafor', daysAgo: 7, works: !targetFails },
    { tag: 'v3', schema: 4, message: 'deploy: release 3 with matching', author: 'Mira Sato', daysAgo: 0, works: false },
  ];
}

/** Makes a repository in the folder, with a tag on each commit. */
export async function makeOrigin(folder: string, all: readonly Commit[], now: Date): Promise<readonly Release[]> {
  await mkdir(folder, { recursive: true });
  const git = async (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const clean = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
    return (await run('git', ['-C', folder, ...words], { env: { ...clean, ...env } })).stdout.trim();
  };
  await git(['init', '--quiet']);
  await git(['symbolic-ref', 'HEAD', 'refs/heads/main']);
  const releases: Release[] = [];
  for (const { tag, schema, message, author, daysAgo, works } of all) {
    await writeFile(join(folder, 'VERSION'), `${tag}\n`);
    await writeFile(join(folder, 'SCHEMA'), `${schema}\n`);
    await writeFile(join(folder, 'migrate.sh'), migrateSource);
    await writeFile(join(folder, 'server.mjs'), serverSource(works));
    const date = new Date(now.getTime() - daysAgo * 86_400_000 - 20 * 60_000).toISOString();
    const email = `${author.split(' ')[0]?.toLowerCase() ?? ''}@green-matchers.example`;
    await git(['add', '.']);
    await git(['commit', '--quiet', '--no-gpg-sign', `--message=${message}`], {
      GIT_AUTHOR_NAME: author, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date, GIT_COMMITTER_NAME: author, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date,
    });
    await git(['tag', tag]);
    releases.push({ tag, sha: await git(['rev-parse', 'HEAD']), subject: message });
  }
  return releases;
}

/** The database is a file that says which schema it has: enough to be at the wrong one. */
const migrateSource = `# Takes the database to the schema of a release: migrate.sh DATABASE COMMIT
git show "$2:SCHEMA" >"$1" && echo "the database has schema $(cat "$1")"
`;

function serverSource(works: boolean): string {
  const health = works ? 'answer(200, { status: "ok", version })' : 'answer(500, { status: "broken", version, error: "the matching engine has no model" })';
  return `import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [version, schema] = ["VERSION", "SCHEMA"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8").trim());
const tables = {
  jobs: [{ id: 1, title: "Solar engineer" }, { id: 2, title: "Hydrologist" }],
  careers: [{ id: 1, name: "Forester" }],
  analytics: [{ id: 1, name: "visits", value: 1200 }],
};

const server = createServer((request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { "Content-Type": "application/json", "X-Version": version }).end(JSON.stringify(body));
    if (status >= 500) console.error(\`\${new Date().toISOString()} \${request.url} \${status} \${body.error}\`);
  };
  const table = tables[request.url?.replace("/api/", "") ?? ""];
  if (request.url === "/health") ${health};
  else if (table === undefined) answer(404, { error: "not found" });
  else if (readFileSync(process.env["DATABASE"], "utf8").trim() !== schema) answer(500, { error: "the database has another schema" });
  else answer(200, table);
});

process.on("SIGTERM", () => process.exit());
server.listen(Number(process.env["PORT"]), "127.0.0.1", () => console.log(\`\${new Date().toISOString()} release \${version} listens\`));
`;
}
