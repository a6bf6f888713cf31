import { parseDocument } from 'yaml';
import { messageOf, type Failure } from '../errors.ts';
import { invalid, knownAs } from './invalid.ts';

/** The file that `config` names: its text, or why it could not be read. */
export type ConfigFile = { readonly path: string } & ({ readonly text: string } | { readonly problem: string });

/**
 * The inputs in the file, lists as one item per line; and everything that is wrong with it, without its values.
 * @param elsewhere inputs of the other actions of this repository, which may stand in the same file
 */
export function readConfig(
  file: ConfigFile,
  names: readonly string[],
  secrets: ReadonlySet<string>,
  elsewhere: readonly string[] = [],
): { readonly texts: ReadonlyMap<string, string>; readonly failures: readonly Failure[]; readonly complete: boolean } {
  const texts = new Map<string, string>();
  const failures: Failure[] = [];
  const unreadable = (what: string, fix: string) => ({ texts, failures: [invalid(what, fix)], complete: false });
  if ('problem' in file) {
    return unreadable(`Input "config" names ${file.path}, ${file.problem}`, 'Name a YAML file of the repository, which the job has checked out before.');
  }
  const parsed = parseMap(file.text);
  if (typeof parsed === 'string') return unreadable(`${file.path} ${parsed}`, 'Write it as YAML with one "input: value" for each input.');
  for (const [key, value] of parsed) {
    const name = String(key);
    const text = asText(value);
    const here = `${JSON.stringify(name)} in ${file.path}`;
    if (secrets.has(name)) failures.push(invalid(`${here} is a secret, and secrets are inputs only`, `Take it out of the file, replace it wherever it is used, and pass it with ${name}: \${{ secrets.… }}.`));
    else if (name === 'config') failures.push(invalid(`${here} cannot name another file`, 'Take it out.'));
    else if (!names.includes(name) && elsewhere.includes(name)) continue;
    else if (!names.includes(name)) failures.push(invalid(`${here} is not known`, knownAs(name, names)));
    else if (text === undefined) failures.push(invalid(`${here} must be a value or a list of values`, `Correct it in ${file.path}.`));
    else texts.set(name, text);
  }
  return { texts, failures, complete: true };
}

/** The keys and values of a YAML map, or what is wrong with the text. */
function parseMap(text: string): ReadonlyMap<unknown, unknown> | string {
  // Failsafe keeps every scalar as it is written: `0123456` and `1234e56` are commits, not numbers.
  const document = parseDocument(text, { schema: 'failsafe' });
  const [error] = document.errors;
  if (error !== undefined) return `is not YAML: ${firstLine(error.message)}`;
  try {
    const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 100 });
    if (value === null) return new Map();
    return value instanceof Map ? value : 'must be a YAML map';
  } catch (thrown) {
    return `cannot be read: ${firstLine(messageOf(thrown))}`;
  }
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join('\n') : undefined;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '');
}
