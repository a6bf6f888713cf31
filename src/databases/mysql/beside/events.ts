/**
 * Events act by themselves: those of the data in use, and of no other. A restored one is `DISABLE ON SLAVE` until its data is in use, which no
 * application uses on its only server, so that what was off by choice stays off. Follows `admin()`.
 */
import { quote } from '../../../commands/quote.ts';
import type { Names } from '../../engine.ts';
import { name } from '../fingerprint.ts';

/** ALTER EVENT makes whoever runs it the definer, unless it names one. */
const definer = `CONCAT(${name("LEFT(definer, CHAR_LENGTH(definer) - CHAR_LENGTH(SUBSTRING_INDEX(definer, '@', -1)) - 1)")}, '@', ${name("SUBSTRING_INDEX(definer, '@', -1)")})`;
const alter = (status: string, to: string): string => `SELECT CONCAT('ALTER DEFINER=', ${definer}, ' EVENT ', ${name('event_name')}, ' ${to};') FROM information_schema.events WHERE event_schema = DATABASE() AND status = '${status}'`;
const on = alter('SLAVESIDE_DISABLED', 'ENABLE');
const off = alter('ENABLED', 'DISABLE ON SLAVE');

function change(database: string, statements: string): string {
  return `event_statements=$(db_admin ${quote(database)} -e ${quote(statements)})
printf '%s\\n' "$event_statements" | db_admin ${quote(database)}
`;
}

export function wake({ live, restored }: Names): string {
  return change(live, off) + change(restored, on);
}

export function sleep({ live, restored }: Names): string {
  return change(restored, off) + change(live, on);
}
