/** What goes together of hosts and the way to them, where hosts are not always needed. */
import type { Failure } from '../errors.ts';
import { placeOf, written } from './addresses.ts';
import { invalid } from './invalid.ts';
import type { HostLine } from './kinds/host.ts';
import { isEncrypted } from './kinds/private-key.ts';

type Given = {
  readonly hosts?: readonly HostLine[];
  readonly 'ssh-jump-host'?: HostLine | undefined;
  readonly 'ssh-user'?: string | undefined;
  readonly 'ssh-port'?: number;
  readonly 'ssh-private-key'?: string | undefined;
};

/** Of inputs that set `hosts`. @param isSet whether an input was set at all, right or wrong */
export function* sshRules(values: Given, isSet: (name: string) => boolean): Generator<Failure> {
  for (const name of ['ssh-private-key', 'ssh-known-hosts'] as const) {
    if (!isSet(name)) yield invalid(`Input "${name}" is required with "hosts"`, name === 'ssh-private-key' ? 'Pass it with ssh-private-key: ${{ secrets.… }}; a secret that this job\'s environment does not have arrives empty.' : 'Set it in the workflow or in the config file.');
  }
  const { hosts = [], 'ssh-jump-host': jump, 'ssh-private-key': key } = values;
  if (hosts.length === 0) yield invalid('Input "hosts" must name one host at least, got only comments', 'Write one host per line.');
  for (const [name, lines] of [['hosts', hosts], ['ssh-jump-host', jump === undefined ? [] : [jump]]] as const) {
    const [example, ...others] = isSet('ssh-user') ? [] : lines.filter(({ user }) => user === undefined).map(written);
    if (example !== undefined) yield invalid(`Input "${name}" names ${[example, ...others].join(', ')} without a user, and "ssh-user" is not set`, `Set "ssh-user", or write deploy@${example}.`);
  }
  const places = hosts.map((line) => placeOf(line, { user: values['ssh-user'], port: values['ssh-port'] ?? 22 }));
  for (const [index, place] of places.entries()) {
    if (places.indexOf(place) < index) yield invalid(`Input "hosts" must name each host once, got ${place} again`, 'Take one of the lines out.');
  }
  if (key !== undefined && isEncrypted(key) && !isSet('ssh-passphrase')) yield invalid('Input "ssh-passphrase" is required: the private key is encrypted', 'Pass it with ssh-passphrase: ${{ secrets.… }}.');
}
