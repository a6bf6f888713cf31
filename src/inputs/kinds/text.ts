import { accept, refuse, type Kind } from '../kind.ts';

/** Text on one line. */
export function line({ max }: { readonly max: number }): Kind<string> {
  return (text) => {
    if (text.includes('\n')) return refuse('must be one line', { got: text });
    return text.length <= max ? accept(text) : refuse(`must have at most ${max} characters`, { got: text });
  };
}

/** Text for people: several lines become one. */
export function prose({ max }: { readonly max: number }): Kind<string> {
  return (text) => line({ max })(text.replace(/\s+/g, ' '));
}

/** A shell command, of one line or several. */
export const command: Kind<string> = (text) =>
  text.length <= 65_536 ? accept(text) : refuse('must have at most 65536 characters', { fix: 'Put it in a file of the repository, and run that.' });

/** A key of an env file. */
export const envKey: Kind<string> = (text) =>
  /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text) ? accept(text) : refuse('must be the name of a variable, such as DATABASE_URL', { got: text });
