import type { Failure } from '../errors.ts';
import { nearest } from './nearest.ts';

/** Bad input, as the error that names all of it tells it. */
export function invalid(what: string, fix: string): Failure {
  return { what, code: 'invalid-input', fix };
}

/** What to do about a name that is not known. */
export function knownAs(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? 'Take it out, or look its name up in the README.' : `Did you mean "${near}"?`;
}
