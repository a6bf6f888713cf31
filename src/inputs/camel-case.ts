export type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name;

export type CamelCased<T> = { readonly [Name in keyof T & string as CamelCase<Name>]: T[Name] };

/** The same values under their names in camel case: `dry-run` is `dryRun`. */
export function camelCased<T extends object>(values: T): CamelCased<T>;
export function camelCased(values: object): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, unknown]) => [name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase()), value]),
  );
}
