import { quote } from '../commands/quote.ts';

/** A run as hosts know it: what its jobs are kept under. */
export type Run = {
  readonly environment: string;
  /** `<run id>-<attempt>` on GitHub. */
  readonly id: string;
};

/** Shell text that sets `$run` to the folder of the run's jobs. Changes nothing. */
export function runFolder({ environment, id }: Run): string {
  const path = `rollback-action/${folderName(environment)}/${folderName(id)}`;
  return `run=\${XDG_STATE_HOME:-$HOME/.local/state}/${quote(path)}\n`;
}

/** One folder's name for any text, different for different texts: what is not plain becomes `%xx`. */
export function folderName(text: string): string {
  const name = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  return /^\.{0,2}$/.test(name) ? `%${name}` : name;
}
