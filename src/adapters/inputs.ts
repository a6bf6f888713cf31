import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';

const prefix = 'INPUT_';

/**
 * The inputs as the runner hands them over: upper case after `INPUT_`, blanks turned to `_`. Secret ones are taken out of the environment,
 * so that no command that the job starts from here inherits them.
 */
export function takeInputs(env: NodeJS.ProcessEnv, secrets: ReadonlySet<string>): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {};
  for (const [key, value] of Object.entries(env)) {
    if (!key.startsWith(prefix) || value === undefined) continue;
    const name = key.slice(prefix.length).toLowerCase();
    inputs[name] = value;
    if (secrets.has(name)) delete env[key];
  }
  return inputs;
}

const largest = 256 * 1024;

/**
 * Reads a file that an input names, if it lies in the checked-out repository. Never throws: what is wrong is told together with
 * every other mistake.
 * @param workspace `GITHUB_WORKSPACE`
 * @param path as given, relative to the workspace
 */
export function readRepositoryFile(workspace: string, path: string): { readonly path: string } & ({ readonly text: string } | { readonly problem: string }) {
  try {
    const root = realpathSync(workspace);
    const file = realpathSync(resolve(root, path));
    if (!file.startsWith(root + sep)) return { path, problem: 'which is outside of the repository' };
    const facts = statSync(file);
    if (!facts.isFile()) return { path, problem: 'which is not a file' };
    if (facts.size > largest) return { path, problem: `which is larger than ${largest / 1024} KiB` };
    return { path, text: readFileSync(file, 'utf8') };
  } catch (thrown) {
    const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    return { path, problem: missing ? 'which does not exist' : 'which cannot be read' };
  }
}

/** The file that the `config` input names. */
export async function readConfigFile(workspace: string, path: string): Promise<ReturnType<typeof readRepositoryFile>> {
  return readRepositoryFile(workspace, path);
}
