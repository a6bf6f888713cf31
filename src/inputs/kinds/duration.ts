import type { Milliseconds } from '../../ports.ts';
import { accept, refuse, type Kind } from '../kind.ts';

const units: Readonly<Record<string, Milliseconds>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A job on a self-hosted runner ends after five days, and timers overflow after 24. */
const longest = 120 * 3_600_000;

/** `250ms`, `90s`, `5m`, `2h`; a bare number is seconds. */
export function duration({ from, to = longest }: { readonly from: Milliseconds; readonly to?: Milliseconds }): Kind<Milliseconds> {
  return (text) => {
    const [, digits, unit = 's'] = /^(\d{1,9})(ms|s|m|h)?$/.exec(text) ?? [];
    const factor = units[unit];
    if (digits === undefined || factor === undefined) return refuse('must be a duration such as 250ms, 90s, 5m or 2h', { got: text });
    const milliseconds = Number(digits) * factor;
    if (milliseconds < from) return refuse(`must be a duration of at least ${asDuration(from)}`, { got: text });
    if (milliseconds > to) return refuse(`must be a duration of at most ${asDuration(to)}`, { got: text });
    return accept(milliseconds);
  };
}

/** The shortest exact form that `duration` reads: `90s`, `2h`. */
export function asDuration(milliseconds: Milliseconds): string {
  const unit = (['h', 'm', 's', 'ms'] as const).find((name) => milliseconds % (units[name] ?? 1) === 0) ?? 'ms';
  return milliseconds === 0 ? '0s' : `${milliseconds / (units[unit] ?? 1)}${unit}`;
}
