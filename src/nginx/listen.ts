/** Where a `server` block is reached. Pure. */
import type { Placed } from './configuration.ts';

export type Front = {
  /** `*:80`, `127.0.0.1:8080`, `[::]:443`, `unix:/run/x.sock`. */
  readonly listen: string;
  /** As `server_name` has them, patterns too. */
  readonly names: readonly string[];
  readonly scheme: 'http' | 'https';
  /** Who connects has to speak the PROXY protocol first. */
  readonly proxyProtocol: boolean;
};

/** One for each address; not those of HTTP/3. */
export function frontsOf({ inside }: Placed): readonly Front[] {
  const valuesOf = (name: string) => inside.filter(({ directive }) => directive.name === name).map(({ directive }) => directive.args.map(({ value }) => value));
  const names = valuesOf('server_name').flat();
  const isSecure = valuesOf('ssl').some(([value]) => value === 'on');
  const listens = valuesOf('listen');
  return (listens.length === 0 ? [['80']] : listens).flatMap(([address = '', ...parameters]) => {
    if (parameters.includes('quic')) return [];
    return [{ listen: addressOf(address), names, scheme: isSecure || parameters.includes('ssl') ? 'https' : 'http', proxyProtocol: parameters.includes('proxy_protocol') }];
  });
}

/** With its port; of a range of ports the first. */
function addressOf(listen: string): string {
  if (/^unix:/i.test(listen)) return listen;
  const [, host = '*', port = '80'] = /^(?:(\[[^\]]*\]|[^:]*?)(?::|$))?(?:(\d+)(?:-\d+)?)?$/.exec(/^\d+(-\d+)?$/.test(listen) ? `*:${listen}` : listen) ?? [];
  return `${host}:${port}`;
}
