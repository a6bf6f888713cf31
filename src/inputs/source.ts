import type { Failure } from '../errors.ts';
import { readConfig, type ConfigFile } from './config-file.ts';
import { invalid, knownAs } from './invalid.ts';

/** The text of an input, and the file in which it was written if it was not the workflow. */
export type Given = { readonly text: string; readonly file?: string };

export type Source = {
  readonly given: ReadonlyMap<string, Given>;
  readonly failures: readonly Failure[];
  /** False when the file could not be read: what is missing may stand there. */
  readonly complete: boolean;
};

/**
 * What was set, from the workflow and from the `config` file: an input that is set wins, an empty one is not set.
 * @param raw texts by input name, as the runner hands them over
 * @param elsewhere names of inputs that other actions read from the same file
 */
export function mergeSources(
  raw: Readonly<Record<string, string>>,
  config: ConfigFile | undefined,
  names: readonly string[],
  secrets: ReadonlySet<string>,
  elsewhere: readonly string[] = [],
): Source {
  const given = new Map<string, Given>();
  const read = config === undefined ? undefined : readConfig(config, names, secrets, elsewhere);
  const failures = [...(read?.failures ?? [])];
  for (const [name, text] of read?.texts ?? []) set(name, text, config?.path);
  for (const [name, text] of Object.entries(raw)) {
    if (names.includes(name)) set(name, text);
    else failures.push(invalid(`Input ${JSON.stringify(name)} is not known`, knownAs(name, names)));
  }
  return { given, failures, complete: read?.complete ?? true };

  function set(name: string, text: string, file?: string): void {
    const trimmed = text.replaceAll('\r\n', '\n').trim();
    if (trimmed !== '') given.set(name, { text: trimmed, ...(file !== undefined && { file }) });
  }
}
