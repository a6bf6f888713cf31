import type { Milliseconds } from '../../ports.ts';
import { accept, refuse, type Kind } from '../kind.ts';

const day: Milliseconds = 86_400_000;

/** A year, be it a leap year: how far back records are read. */
const longest = 366;

/** A stretch of whole days: `30d`, `4w`. */
export const period: Kind<Milliseconds> = (text) => {
  const [, digits, unit] = /^([1-9]\d{0,3})([dw])$/.exec(text) ?? [];
  const days = Number(digits) * (unit === 'w' ? 7 : 1);
  return days <= longest ? accept(days * day) : refuse(`must be a period of days or weeks, such as 30d or 4w, of at most ${longest}d`, { got: text });
};
