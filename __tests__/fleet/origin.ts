import { asRoot, run, runScript } from "./run.ts";

/** A commit to be: `files` by path from the root, `null` removes one; a submodule is the commit it stands at; only an `executable` may be run. */
export type Commit = {
  message: string;
  tag: string;
  /** Days after the first commit; the same commits have the same SHAs in every fleet. */
  day: number;
  /** A tag. Without it the commit goes on `main`'s newest; with it `main` turns off there. */
  parent?: string;
  files: Record<string, string | null | { submodule: string } | { executable: string }>;
};

/** Makes the bare repository that hosts fetch from. It belongs to uid 1000, so git on the hosts trusts it. */
export async function createOrigin(directory: string): Promise<void> {
  await runScript(`chown 1000:1000 "$1"`, directory);
  await git(directory, "init", "--quiet", "--bare", "--initial-branch=main");
  await git(directory, "config", "uploadpack.allowAnySHA1InWant", "true");
}

/** Adds commits to `main`, each with its tag, and returns their full SHAs in order. */
export async function addCommits(directory: string, commits: Commit[]): Promise<string[]> {
  const branch = (await git(directory, "for-each-ref", "refs/heads/main")) === "" ? undefined : "refs/heads/main^0";
  const stream = commits.map((commit, index) => describe(commit, index + 1, index === 0 ? branch : `:${index}`));
  const marks = commits.map((_, index) => `get-mark :${index + 1}\n`);
  const printed = await git(directory, "fast-import", "--quiet", "--force", [...stream, ...marks].join(""));
  return printed.trim().split("\n");
}

function describe({ message, tag, day, parent, files }: Commit, mark: number, previous: string | undefined): string {
  const from = parent === undefined ? previous : `refs/tags/${parent}^0`;
  const time = Date.UTC(2026, 0, 5, 9) / 1000 + day * 86_400;
  return [
    `commit refs/heads/main\nmark :${mark}\ncommitter Green Matchers <dev@green-matchers.example> ${time} +0000\n`,
    data(message),
    from === undefined ? "" : `from ${from}\n`,
    ...Object.entries(files).map(([path, content]) => {
      if (content === null) return `D ${path}\n`;
      if (typeof content === "string") return `M 100644 inline ${path}\n${data(content)}`;
      if ("executable" in content) return `M 100755 inline ${path}\n${data(content.executable)}`;
      return `M 160000 ${content.submodule} ${path}\n`;
    }),
    `reset refs/tags/${tag}\nfrom :${mark}\n\n`,
  ].join("");
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** As uid 1000, with nobody's configuration. The last word of `fast-import` is its input. */
function git(directory: string, ...words: string[]): Promise<string> {
  const input = words[0] === "fast-import" ? (words.pop() ?? "") : "";
  const env = ["env", "-i", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1"];
  const user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];
  return run(asRoot(...user, ...env, "git", `--git-dir=${directory}`, ...words), { input });
}
