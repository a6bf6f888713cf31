/** What the text of an input may be, and what becomes of it. Pure; never throws. The text is trimmed and not empty. */
export type Kind<T> = (text: string) => Parsed<T>;

export type Parsed<T> = { readonly value: T } | { readonly refused: readonly [Refusal, ...Refusal[]] };

export type Refusal = {
  /** Follows the input's name: `must be true or false`. Of a secret input it never holds any part of the value. */
  readonly rule: string;
  /** The part that is wrong, told as `got "…"`; absent where it must not be shown or says nothing. Never shown of a secret. */
  readonly got?: string;
  /** Counted from 1, for an input of several lines. */
  readonly line?: number;
  /** A sentence that says how to write it, where there is more to say than the rule does. */
  readonly fix?: string;
};

export function accept<T>(value: T): Parsed<T> {
  return { value };
}

export function refuse(rule: string, more: Omit<Refusal, 'rule'> = {}): { readonly refused: readonly [Refusal] } {
  return { refused: [{ rule, ...more }] };
}

/** A kind that also takes one word in place of a value: `none`, `any`. */
export function or<T, const W extends string>(word: W, kind: Kind<T>): Kind<T | W> {
  return (text) => {
    if (text === word) return accept(word);
    const parsed = kind(text);
    if ('value' in parsed) return parsed;
    const [first] = parsed.refused;
    return { refused: [{ ...first, rule: `${first.rule}, or "${word}"` }] };
  };
}
