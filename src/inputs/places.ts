/** Which hosts are meant, and where on them things are: the same for every action. Pure. */
import { resolveHosts, type HostAddress } from './addresses.ts';
import type { HostLine } from './kinds/host.ts';
import { below } from './kinds/path.ts';

export type Places = {
  /** The application hosts that this run works on; none where it moves traffic alone. */
  readonly hosts: readonly HostAddress[];
  /** The load balancers that this run works on; those that are application hosts too are the same objects. */
  readonly 'load-balancers': readonly HostAddress[];
  /** One of the others itself where it is the same host. */
  readonly 'database-host': HostAddress;
  readonly 'ssh-jump-host': HostAddress | undefined;
  /** Absolute. */
  readonly 'env-file': string | undefined;
  readonly 'backup-dir': string;
};

type Given = {
  readonly hosts: readonly HostLine[];
  readonly 'load-balancers'?: readonly HostLine[];
  readonly 'database-host': HostLine | undefined;
  readonly 'ssh-jump-host': HostLine | undefined;
  readonly 'ssh-user': string | undefined;
  readonly 'ssh-port': number;
  readonly 'app-dir': string;
  readonly 'env-file': string | undefined;
  readonly 'backup-dir': string | undefined;
};

export function placesOf(given: Given): Places {
  const { hosts, 'load-balancers': balancers = [], 'database-host': database, 'ssh-jump-host': jump, 'app-dir': app, 'env-file': envFile } = given;
  const standard = { user: given['ssh-user'], port: given['ssh-port'] };
  // Resolved together, so that a database or a load balancer on one of the hosts is that same host.
  const all = resolveHosts([...hosts, ...balancers, ...(database === undefined ? [] : [database])], standard);
  const [first] = all;
  if (first === undefined) throw new RangeError('No hosts');
  return {
    hosts: all.slice(0, hosts.length),
    'load-balancers': all.slice(hosts.length, hosts.length + balancers.length),
    'database-host': database === undefined ? first : (all.at(-1) ?? first),
    'ssh-jump-host': jump === undefined ? undefined : resolveHosts([jump], standard)[0],
    'env-file': envFile === undefined ? undefined : below(app, envFile),
    'backup-dir': given['backup-dir'] ?? `/var/backups/${app.split('/').at(-1)}`,
  };
}
