import { accept, refuse, type Kind } from '../kind.ts';

/** How many hosts switch at a time. */
export type Batch = { readonly percent: number } | { readonly hosts: number };

/** `25%` or a number of hosts. */
export const batch: Kind<Batch> = (text) => {
  const [, digits, sign] = /^([1-9]\d{0,2})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === undefined || (sign === '%' && number > 100)) {
    return refuse('must be a share from 1% to 100% or a number of hosts from 1', { got: text });
  }
  return accept(sign === '%' ? { percent: number } : { hosts: number });
};

/** Hosts in one batch when there are `total` of them: at least one, a share rounded down so that never more than it asks for switch at once. */
export function sizeOf(size: Batch, total: number): number {
  const hosts = 'hosts' in size ? size.hosts : Math.floor((total * size.percent) / 100);
  return Math.max(1, Math.min(total, hosts));
}
