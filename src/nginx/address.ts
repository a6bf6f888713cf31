/** The addresses of servers in an `upstream` block. Pure. */

/** One text for all ways to write an address: lower case, with its port; a socket's path as it is. */
export function keyOf(address: string): string {
  if (/^unix:/i.test(address)) return `unix:${address.slice(5)}`;
  const lower = address.toLowerCase();
  return /^(\[[^\]]*\]|[^:]*):\d+$/.test(lower) ? lower : `${lower}:80`;
}
