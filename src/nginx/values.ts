/** What a text with variables can come to. Pure. */
import type { Placed } from './configuration.ts';

/** Stands in a value for what is not known. */
export const anything = '\0';

/** More than these are not told apart. */
const limit = 1_000;

/** Directives whose block gives a variable its values: `map $a $b { … }`, `geo $b { … }`. */
const tables = ['map', 'geo', 'split_clients'];

/** All values, by what `set` does in the server, and by the tables; undefined pieces are `anything`. */
export function valuesOf(text: string, server: Placed, tree: readonly Placed[], within: readonly string[] = []): readonly string[] {
  const [before, variable, after] = cut(text);
  if (variable === undefined) return [text];
  const own = within.includes(variable) ? [] : [...sets(server, variable), ...tree.flatMap((one) => entries(one, variable))];
  const values = own.length === 0 ? [anything] : own.flatMap((value) => valuesOf(value, server, tree, [...within, variable]));
  const rest = valuesOf(after, server, tree, within);
  return values.length * rest.length > limit ? [before + anything] : [...new Set(values.flatMap((value) => rest.map((tail) => before + value + tail)))];
}

/** The names of the variables in a text, without their `$`. */
export function variablesIn(text: string): readonly string[] {
  const [, variable, after] = cut(text);
  return variable === undefined ? [] : [variable, ...variablesIn(after)];
}

function cut(text: string): readonly [before: string, variable: string | undefined, after: string] {
  const match = /\$(?:\{(?<braced>\w+)\}|(?<plain>\w+))/.exec(text);
  if (match === null) return [text, undefined, ''];
  return [text.slice(0, match.index), match.groups?.['braced'] ?? match.groups?.['plain'], text.slice(match.index + match[0].length)];
}

function sets({ inside }: Placed, variable: string): readonly string[] {
  return inside.flatMap((one) => {
    const [name, value] = one.directive.args.map((arg) => arg.value);
    return one.directive.name === 'set' && name === `$${variable}` ? [value ?? ''] : sets(one, variable);
  });
}

function entries({ directive, inside }: Placed, variable: string): readonly string[] {
  if (!tables.includes(directive.name)) return inside.flatMap((one) => entries(one, variable));
  if (directive.args.at(-1)?.value !== `$${variable}`) return [];
  const rows = inside.filter((row) => row.directive.args.length > 0 && !(directive.name === 'geo' && ['proxy', 'delete'].includes(row.directive.name)))
    .map((row) => ({ key: row.directive.name, value: row.directive.args[0]?.value ?? '' }));
  return [...rows.map(({ value }) => value), ...(rows.some(({ key }) => key === 'default' || key === '*') ? [] : [''])];
}
