/**
 * Bundles every door into `dist/<door>/index.js`, CommonJS, the same byte for byte wherever it is built.
 * Types are compiled away first, because ncc alone would need a TypeScript of its own; the native addons of ssh2 are left out,
 * because they are there or not depending on the machine (ssh2 runs without them).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { doors } from './doors.mts';
import { licensesIn } from './licenses.mts';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(root, parseArgs({ options: { out: { type: 'string', default: 'dist' } } }).values.out);
const nativeAddons = ['cpu-features', './crypto/build/Release/sshcrypto.node'];

function run(program: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [`node_modules/${program}`, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(`${root}/build`, { recursive: true, force: true });
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');

rmSync(out, { recursive: true, force: true });
for (const door of doors) {
  const externals = nativeAddons.flatMap((addon) => ['-e', addon]);
  const statistics = `${root}/build/${door}.json`;
  run('@vercel/ncc/dist/ncc/cli.js', 'build', `build/${door}.js`, '-o', `${out}/${door}`, '--stats-out', statistics, '--no-cache', '--quiet', ...externals);
  writeFileSync(`${out}/${door}/licenses.txt`, licensesIn(statistics));
  // ssh2 carries a Windows program for PuTTY's agent, which is never asked: no binaries in dist.
  const binaries = readdirSync(`${out}/${door}`).filter((file) => !/\.(js|txt)$/.test(file));
  for (const file of binaries) rmSync(`${out}/${door}/${file}`);
}
