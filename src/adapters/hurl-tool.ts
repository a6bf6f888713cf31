/** Where Hurl is on this runner: on the PATH, in the tool cache, or fetched into it. */
import { cacheDir, downloadTool, extractTar, find } from '@actions/tool-cache';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { messageOf, RollbackError } from '../errors.ts';
import type { Log, Milliseconds } from '../ports.ts';

/** An archive of a release, by `process.platform` and `process.arch`. */
type Archive = { readonly name: string; readonly sha256: string };

export type HurlRelease = { readonly version: string; readonly from: string; readonly archives: Readonly<Record<string, Archive>> };

/** The sums are those that Hurl's makers publish, in their npm package of the same version too. */
export const pinnedHurl: HurlRelease = {
  version: '8.0.1',
  from: 'https://github.com/Orange-OpenSource/hurl/releases/download/8.0.1',
  archives: {
    'linux-x64': { name: 'hurl-8.0.1-x86_64-unknown-linux-gnu', sha256: 'cac7c4670d69444db120edb21fe06c97ba8c80dcc52279957c8dd18f05fb0c06' },
    'linux-arm64': { name: 'hurl-8.0.1-aarch64-unknown-linux-gnu', sha256: 'bc4732df4754748e9bf296aa3832ec019f798afb399f1279b72ed37b6e04525c' },
    'darwin-x64': { name: 'hurl-8.0.1-x86_64-apple-darwin', sha256: '55e95bb7a8d61ae6919eaaf96f260f0836f5b34c1b0f7731e38be803f6984367' },
    'darwin-arm64': { name: 'hurl-8.0.1-aarch64-apple-darwin', sha256: 'b57928e246617df73cb1b2157f31f507dcbde6ae12e828cc53dde0e40e05bbbb' },
  },
};

/** Older ones read other variables (`HURL_name`) and lack `--secret`'s environment. */
const oldest = 8;

const run = promisify(execFile);

/**
 * The program to call. What is fetched is looked at before it is unpacked, and kept for the next job where the runner keeps its tool cache.
 * @param patience for all of the download
 * @throws RollbackError `missing-tool`
 */
export async function findHurl(log: Log, release: HurlRelease = pinnedHurl, patience: Milliseconds = 120_000): Promise<string> {
  const onPath = await versionOf('hurl');
  if ('major' in onPath && onPath.major >= oldest) return 'hurl';
  try {
    const cached = find('hurl', release.version);
    const program = join(cached === '' ? await fetched(log, release, patience) : cached, 'bin', 'hurl');
    const found = await versionOf(program);
    if ('why' in found) throw new Error(`it does not start: ${found.why}`);
    return program;
  } catch (thrown) {
    const there = 'major' in onPath ? `Hurl ${onPath.major} on the runner is too old` : 'Hurl is not on the runner';
    throw new RollbackError({
      code: 'missing-tool', what: `${there}, and Hurl ${release.version} could not be put there`, why: messageOf(thrown),
      fix: `Install Hurl ${oldest} or later in a step before (https://hurl.dev/docs/installation.html), or take the .hurl files out of "smoke-tests".`,
    }, { cause: thrown });
  }
}

async function fetched(log: Log, { version, from, archives }: HurlRelease, patience: Milliseconds): Promise<string> {
  const machine = `${process.platform}-${process.arch}`;
  const archive = archives[machine];
  if (archive === undefined) throw new Error(`there is none for ${machine}`);
  log.info(`Fetching Hurl ${version} for the .hurl files among the smoke tests`);
  const file = await within(patience, downloadTool(`${from}/${archive.name}.tar.gz`));
  try {
    const sum = await sha256Of(file);
    if (sum !== archive.sha256) throw new Error(`what was fetched is not what is expected and was not unpacked: its SHA-256 is ${sum}, ${archive.sha256} was expected`);
    const folder = await extractTar(file);
    const kept = await cacheDir(join(folder, archive.name), 'hurl', version);
    await rm(folder, { recursive: true, force: true });
    return kept;
  } finally {
    await rm(file, { force: true });
  }
}

async function versionOf(program: string): Promise<{ readonly major: number } | { readonly why: string }> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' });
    const [, major] = /^hurl (\d+)\./.exec(stdout) ?? [];
    return major === undefined ? { why: 'it does not say which version it is' } : { major: Number(major) };
  } catch (thrown) {
    return { why: messageOf(thrown).trimEnd().split('\n').at(-1) ?? '' };
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function within<T>(patience: Milliseconds, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`it was not fetched within ${patience / 1000} s`)), patience)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
