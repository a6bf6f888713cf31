import type { Milliseconds } from '../../ports.ts';
import { accept, refuse, type Kind } from '../kind.ts';

/** An ISO 8601 time with its offset, in milliseconds since the epoch. */
export const time: Kind<Milliseconds> = (text) => {
  const [, day, offset] = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? [];
  const milliseconds = Date.parse(text.replace(',', '.'));
  if (day === undefined || Number.isNaN(milliseconds) || !isDay(day)) return refuse(rule, { got: text });
  return offset === undefined ? refuse(rule, { got: text, fix: 'Add the offset: Z for UTC.' }) : accept(milliseconds);
};

const rule = 'must be an ISO 8601 time such as 2025-03-01T14:30:00Z';

/** `Date` rolls 30 February over to March. */
function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
