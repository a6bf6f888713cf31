import { accept, refuse, type Kind } from '../kind.ts';
import { nearest } from '../nearest.ts';

/** One of a closed set of words. */
export function oneOf<const T extends string>(allowed: readonly T[]): Kind<T> {
  return (text) => {
    const found = allowed.find((word) => word === text);
    if (found !== undefined) return accept(found);
    const near = nearest(text, allowed);
    return refuse(`must be ${alternatives(allowed)}`, {
      got: text,
      ...(near !== undefined && { fix: `Did you mean "${near}"?` }),
    });
  };
}

/** `true` or `false` as the YAML 1.2 core schema writes them, which is what `@actions/core` takes. */
export const boolean: Kind<boolean> = (text) => {
  if (['true', 'True', 'TRUE'].includes(text)) return accept(true);
  if (['false', 'False', 'FALSE'].includes(text)) return accept(false);
  return refuse('must be true or false', { got: text });
};

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
function alternatives(allowed: readonly string[]): string {
  const quoted = allowed.map((word) => `"${word}"`);
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`;
}
