/** Where servers and load balancers are asked, as plain data for plan and verification. Pure. */
import type { Front } from '../../nginx/listen.ts';
import type { Asked } from '../../plan.ts';
import type { Place } from '../../ports.ts';

/** A server's place by the address that an upstream block has for it. */
export function placeOf(address: string): Place {
  if (/^unix:/i.test(address)) return { address: address.slice(5), port: 0 };
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  return { address: bracketed ?? name ?? address, port: Number(port ?? 80) };
}

/** Everything that a health address asks for, by whatever name and place it is asked. */
export function serverAsked(balancer: string, address: string, { healthUrl, secure, name }: { readonly healthUrl: readonly URL[]; readonly secure: boolean; readonly name: string | undefined }): Asked {
  const scheme = secure ? 'https' : 'http';
  const urls = healthUrl.map(({ host, pathname, search }) => `${scheme}://${host}${pathname}${search}`);
  return { balancer, at: placeOf(address), ...forwardedBy(scheme, healthUrl), ...(urls.length > 0 ? { urls } : { urls: [`${scheme}://${name ?? 'localhost'}/`], lenient: true as const }) };
}

/**
 * A load balancer itself, at the address at which it serves people: at a `server` block that has the health address's name, else at one that has none or is
 * the first. Undefined where there is none that plain HTTP or HTTPS reaches.
 */
export function frontAsked(balancer: string, all: readonly Front[], healthUrl: readonly URL[]): Asked | undefined {
  const fronts = all.filter(({ proxyProtocol }) => !proxyProtocol);
  const named = fronts.find(({ names }) => healthUrl.some(({ hostname }) => names.includes(hostname)));
  const front = named ?? fronts.find(({ scheme }) => scheme === 'http') ?? fronts[0];
  if (front === undefined) return undefined;
  const name = nameOf(front);
  const urls = healthUrl.map(({ host, hostname, pathname, search }) => `${front.scheme}://${name === undefined || front.names.includes(hostname) ? host : name}${pathname}${search}`);
  return { balancer, at: listening(front), ...forwardedBy(front.scheme, healthUrl), ...(urls.length > 0 ? { urls } : { urls: [`${front.scheme}://${name ?? 'localhost'}/`], lenient: true as const }) };
}

function forwardedBy(scheme: 'http' | 'https', healthUrl: readonly URL[]): Pick<Asked, 'forwarded'> {
  return scheme === 'http' && healthUrl.some(({ protocol }) => protocol === 'https:') ? { forwarded: 'https' } : {};
}

/** A name by which a `server` block can be asked for; some are patterns. */
export function nameOf({ names }: Pick<Front, 'names'>): string | undefined {
  return names.find((name) => /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(name));
}

/** Where it is asked from the machine itself. */
function listening({ listen }: Front): Place {
  const { address, port } = placeOf(listen);
  return { address: address === '*' || address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address, port };
}
