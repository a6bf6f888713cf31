/** The inputs of the guard action: the same names and meanings as those of the rollback. */
import type { Failure } from '../errors.ts';
import { secretInputs } from '../inputs.ts';
import { resolveHosts, type HostAddress } from './addresses.ts';
import { camelCased, type CamelCased } from './camel-case.ts';
import type { ConfigFile } from './config-file.ts';
import { sshRules } from './ssh-rules.ts';
import type { ValuesOf } from './declaration.ts';
import { allDeclarations, guardDeclarations } from './declarations.ts';
import { invalid } from './invalid.ts';
import { readAll } from './reader.ts';

type Values = ValuesOf<typeof guardDeclarations>;

type Derived = { readonly hosts: readonly HostAddress[]; readonly 'ssh-jump-host': HostAddress | undefined };

/** Each input under its name in camel case, as guard/action.yml describes it. */
export type GuardInputs = CamelCased<Omit<Values, 'config' | 'ssh-user' | 'ssh-port' | keyof Derived>> & CamelCased<Derived>;

/**
 * @param raw texts by input name, as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readGuardInputs(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined): GuardInputs {
  const values = readAll(raw, config, { declarations: guardDeclarations, secrets: secretInputs, elsewhere: Object.keys(allDeclarations), together: contradictions });
  const { config: _config, 'ssh-user': user, 'ssh-port': port, ...rest } = values;
  const hosts = resolveHosts(values.hosts, { user, port });
  const jump = values['ssh-jump-host'];
  return camelCased({ ...rest, hosts, 'ssh-jump-host': jump === undefined || hosts.length === 0 ? undefined : resolveHosts([jump], { user, port })[0] });
}

function contradictions(values: Partial<Values>, isSet: (name: string) => boolean): readonly Failure[] {
  return [
    ...(isSet('hosts') ? sshRules(values, isSet) : []),
    ...(isSet('hosts') && !isSet('app-dir') ? [invalid('Input "app-dir" is required with "hosts": the journal is that of its checkout', 'Set it to the checkout on the hosts.')] : []),
    ...(values.unlock === true && !isSet('reason') ? [invalid('Input "reason" is required with "unlock: true"', 'Say why this may be deployed: it stands in the summary.')] : []),
  ];
}
