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
  const large = all('nginx-config-too-large').map(() => failure('upstream-unsafe', 'the configuration of nginx is too large to be looked at', 'Switch by hand.'));
  const full = all('disk').flatMap((line) => {
    const [purpose = '', free, ...path] = line.split(' ');
    return Number(free) < roomNeeded ? [failure('disk-full', `the file system of ${path.join(' ')} (${purpose}) has ${(Number(free) / 1024 / 1024).toFixed(0)} MiB free, at least ${roomNeeded / 1024 / 1024} MiB are needed`, `Free space on ${host}; \`df -h ${path.join(' ')}\` shows the file system.`)] : [];
  });
  return [...stopped, ...rights, ...readOnly, ...full, ...invalid, ...large];
}

/** Bytes: for the file, its copy and the journal. */
const roomNeeded = 16 * 1024 * 1024;

/**
 * Worth knowing before a switch: where the host could not decide well by itself. A decision that waits is no reason against it: whose it is the lock
 * tells, a run at work or one that died, and who waits for that (`lock-wait`) finds it taken. Where not, nothing is written either.
 */
export function noteMachine(facts: Facts): readonly string[] {
  const has = (fact: string, value: string): boolean => facts.get(fact)?.[0] === value;
  const pending = facts.get('decision-pending')?.[0];
  return [
    ...(pending === undefined ? [] : [`a switch waits to be confirmed there; the host decides by itself at ${pending} unless it is.`]),
    ...(has('kills-user-processes', 'yes') ? ['logind has KillUserProcesses=yes, so the host decides nothing by itself once the connection is lost; `loginctl enable-linger` for the SSH user avoids that.'] : []),
    ...(has('http-client', 'none') ? ['there is neither curl nor python3 nor wget, so that a host which has to decide by itself can only turn back.'] : []),
  ];
}
