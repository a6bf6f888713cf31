/** What every door of this repository does: secrets first, `main` and `post` from one bundle, a cancelled job. */
import { getState, saveState } from '@actions/core';
import { secretInputs } from '../inputs.ts';
import type { ConfigFile } from '../inputs/config-file.ts';
import { secretsToMask } from '../inputs/masks.ts';
import { actionsLog } from './actions/log.ts';
import { mask, writeOutputs } from './actions/results.ts';
import { readConfigFile, readRepositoryFile, takeInputs } from './inputs.ts';
import type { ReadFile } from '../inputs/repository-files.ts';

export const workspace = process.env['GITHUB_WORKSPACE'] ?? process.cwd();

/** Texts by input name, as the runner hands them over. */
export type Raw = Readonly<Record<string, string>>;

/** Runs `main`, or `post` when `main` of this step has run before, and ends the process. */
export async function openDoor(main: () => Promise<void>, post: () => Promise<void>): Promise<never> {
  if (getState('main') === '') {
    saveState('main', 'started');
    await main();
  } else {
    await post();
  }
  // Sockets that a dead host keeps half open must not keep the job waiting.
  return process.exit();
}

/** Secrets are hidden before anything is done or said. */
export function takeRaw(): Raw {
  const raw = takeInputs(process.env, secretInputs);
  mask(secretsToMask(raw, secretInputs));
  return raw;
}

/** The file that the input `config` names, when it names one. */
export async function configFileOf(raw: Raw): Promise<ConfigFile | undefined> {
  const path = raw['config'] ?? '';
  return path === '' ? undefined : readConfigFile(workspace, path);
}

/** What becomes of a cancelled run whose `post` settles it: no step is started any more, and steps in flight go on by themselves. */
export const settledByPost = 'no further step is started. The post step brings the run to its end.';

/** What of it fits into one variable of the environment that `post` is started with. */
const keptAtMost = 64 * 1024;

/**
 * Reads inputs with the configuration file; in `post` with the one that `main` read, for a later step may have changed it or taken it away.
 * It is kept only once `read` has accepted it: a file with a secret in it is refused there.
 */
export async function withConfig<T>(raw: Raw, read: (config: ConfigFile | undefined) => T): Promise<T> {
  const kept = getState('config');
  // Nobody else writes this state: `main` of this very version did.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  const config = kept === '' ? await configFileOf(raw) : JSON.parse(kept) as ConfigFile;
  const inputs = read(config);
  const text = JSON.stringify(config ?? null);
  if (kept === '' && config !== undefined && Buffer.byteLength(text) <= keptAtMost) saveState('config', text);
  return inputs;
}

/** Reads the files of the repository that inputs name. */
export const readFile: ReadFile = (path) => readRepositoryFile(workspace, path);

/**
 * Ends this process when the job is cancelled, until the run is settled. The runner gives 7.5 s.
 * @param outputs that say so; the runner takes none from `post`
 * @param then what becomes of the run, for the log
 */
export function endWhenCancelled(outputs: Readonly<Record<string, string>>, then: string): { readonly settled: () => void } {
  let settled = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (settled) return;
      actionsLog.warning(`Cancelled (${signal}): ${then}`);
      writeOutputs(outputs);
      process.exit(1);
    });
  }
  return { settled: () => void (settled = true) };
}
