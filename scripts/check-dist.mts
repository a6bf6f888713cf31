/** Is dist what the source builds? Builds again beside it and compares every file. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempDisposableSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const builder = fileURLToPath(new URL('build.mts', import.meta.url));

function filesIn(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]));
}

using fresh = mkdtempDisposableSync(join(tmpdir(), 'dist-'));
const { status } = spawnSync(process.execPath, [builder, '--out', fresh.path], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const built = filesIn(fresh.path);
const committed = filesIn(dist);
const different = [...new Set([...built.keys(), ...committed.keys()])].filter((file) => built.get(file) !== committed.get(file));
if (different.length > 0) {
  process.stderr.write(`dist is not what src builds (${different.join(', ')}): run \`npm run build\` and commit dist.\n`);
  process.exitCode = 1;
}
