/** What keeps a load balancer from being changed, in the order in which a person would look. Pure. */
import type { Failure, ReasonCode } from '../../errors.ts';
import type { Facts } from '../../ports.ts';
import type { TrafficPlace } from '../../commands/nginx/place.ts';

export function judgeMachine({ file }: TrafficPlace, host: string, facts: Facts): readonly Failure[] {
  const all = (fact: string): readonly string[] => facts.get(fact) ?? [];
  const user = all('user')[0] ?? '';
  const failure = (code: ReasonCode, what: string, fix: string, why?: string): Failure => ({ code, host, what, fix, ...(why === undefined || why === '' ? {} : { why }) });
  const missing = all('missing-tool').map((tool) => failure('missing-tool', `the program ${tool} is not there`, `Install it on ${host}.`));
  if (missing.length > 0) return missing;
  const [absent] = all('nginx-absent');
  if (absent !== undefined) return [failure('invalid-input', `${file} ${absent}`, 'Correct the input "nginx-config", or let the SSH user read the file.')];
  const rights = all('no-right').map((command) =>
    failure('no-rights', `${user} may not run \`sudo -n ${command}\``, `Add to sudoers on ${host}: ${user} ALL=(root:root) NOPASSWD: ${command}`));
  const stopped = all('nginx-stopped').map((state) => failure('nginx-not-running', `nginx does not run: ${state}`, `Start it on ${host} once it is known why it was stopped; a rollback starts no load balancer.`));
  const readOnly = all('nginx-read-only').map((folder) => failure('no-rights', `${folder} is on a file system that is read-only, so the file cannot be written`, `Look at it on ${host}: \`findmnt -T ${folder}\`.`));
  const invalid = all('nginx-invalid').slice(0, 1).map((said) => failure('nginx-config-invalid', 'the configuration of nginx fails its own test, so that a reload would not come into force', `Mend it on ${host} first: nginx -t`, said));
  return [...stopped, ...rights, ...readOnly, ...invalid];
}
