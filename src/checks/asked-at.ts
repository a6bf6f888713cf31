import type { HttpRequest, Place } from '../ports.ts';

/** Where a question is asked, if not from the runner at the URL's own address. */
export type AskedAt = Pick<HttpRequest, 'via' | 'at' | 'forwarded'>;

/** The address that was really asked, for people: `http://blue:8000/health`, nginx's own `http://unix:/run/app.sock:/health`. */
export function addressOf({ href, protocol, pathname, search }: URL, at: Place | undefined): string {
  if (at === undefined) return href;
  return `${protocol}//${at.address.startsWith('/') ? `unix:${at.address}:` : placeName(at)}${pathname}${search}`;
}

/** `blue:8000`, `[2001:db8::1]:80`, `unix:/run/app.sock` */
export function placeName({ address, port }: Place): string {
  if (address.startsWith('/')) return `unix:${address}`;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
