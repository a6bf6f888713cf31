/** Figures in words for a person. */

/** `6.2 s`, `38 s`, `1 min 4 s`, `2 h 3 min`. */
export function duration(seconds: number): string {
  const tenths = Math.round(Math.max(0, seconds) * 10) / 10;
  if (tenths === 0) return seconds > 0 ? 'less than 0.1 s' : '0 s';
  if (tenths < 10) return `${String(tenths)} s`;
  const whole = Math.round(tenths);
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(large: number, unit: string, small: number, smaller: string): string {
  return small === 0 ? `${String(large)} ${unit}` : `${String(large)} ${unit} ${String(small)} ${smaller}`;
}

/** `312 bytes`, `48.2 MB` (powers of 1000). */
export function size(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return count(bytes, 'byte');
  let value = bytes / 1000;
  let at = 0;
  while (value >= 999.95 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value.toFixed(1)} ${units[at] ?? ''}`;
}

/** `1 row`, `3 rows`, `12,408 rows`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** `web-1, web-2 and web-3`; of many: `web-1, web-2, web-3 and 47 more`. */
export function listed(items: readonly string[], most = 5): string {
  const left = items.length - most;
  const shown = left > 1 ? [...items.slice(0, most), `${left.toLocaleString('en-US')} more`] : items;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** `2025-11-23 12:00:31 UTC` of milliseconds since the epoch. */
export function moment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `12:00:31`, of the same day in UTC. */
export function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
