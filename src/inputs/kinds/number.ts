import { accept, refuse, type Kind } from '../kind.ts';

/** A whole number, written with digits alone. */
export function whole({ from, to }: { readonly from: number; readonly to?: number }): Kind<number> {
  return (text) => {
    const number = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN;
    if (number >= from && number <= (to ?? Number.MAX_SAFE_INTEGER)) return accept(number);
    return refuse(`must be a whole number from ${from}${to === undefined ? '' : ` to ${to}`}`, { got: text });
  };
}
