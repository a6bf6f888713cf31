import { accept, refuse, type Kind, type Parsed } from './kind.ts';

/** What an input may be. One line for each input says it all: `parallel: preset('32', whole({ from: 1 }))`. */
export type Declaration<T> = {
  /** @param text trimmed; undefined when the input is not set */
  readonly read: (text: string | undefined) => Parsed<T>;
  /** What an input that is not set is read as. */
  readonly preset?: string;
  readonly required: boolean;
  /** Masked, taken out of the environment, never shown, and never read from a file. */
  readonly secret: boolean;
};

/** Declarations by the name of their input. */
export type Declarations = Readonly<Record<string, Declaration<unknown>>>;

export type ValueOf<D> = D extends Declaration<infer T> ? T : never;

export type ValuesOf<D extends Declarations> = { readonly [Name in keyof D]: ValueOf<D[Name]> };

export function required<T>(kind: Kind<T>): Declaration<T> {
  return { read: (text) => (text === undefined ? refuse('is required') : kind(text)), required: true, secret: false };
}

export function optional<T>(kind: Kind<T>): Declaration<T | undefined> {
  return { read: (text) => (text === undefined ? accept(undefined) : kind(text)), required: false, secret: false };
}

export function preset<T>(standard: string, kind: Kind<T>): Declaration<T> {
  return { read: (text) => kind(text ?? standard), preset: standard, required: false, secret: false };
}

/** A list that may be empty. */
export function several<T>(kind: Kind<readonly T[]>): Declaration<readonly T[]> {
  return { read: (text) => (text === undefined ? accept([]) : kind(text)), required: false, secret: false };
}

export function secret<T>(declaration: Declaration<T>): Declaration<T> {
  return { ...declaration, secret: true };
}

/** The names of the secret inputs among these. */
export function secretNames(declarations: Declarations): ReadonlySet<string> {
  return new Set(Object.keys(declarations).filter((name) => declarations[name]?.secret));
}
