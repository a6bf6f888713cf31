/** The inputs of the watch action: the same names and meanings as those of the rollback. */
import { secretInputs } from '../inputs.ts';
import { resolveHosts, type HostAddress } from './addresses.ts';
import { camelCased, type CamelCased } from './camel-case.ts';
import type { ConfigFile } from './config-file.ts';
import { allDeclarations, watchDeclarations } from './declarations.ts';
import { below } from './kinds/path.ts';
import { readAll } from './reader.ts';
import { watchContradictions, type WatchValues } from './watch-contradictions.ts';

type Derived = {
  /** Empty where nothing is asked on hosts. */
  readonly hosts: readonly HostAddress[];
  readonly 'ssh-jump-host': HostAddress | undefined;
  /** Absolute. */
  readonly 'access-log': string | undefined;
  /** Absolute. */
  readonly 'log-files': readonly string[];
  /** The name of one of `hosts`. */
  readonly canary: string | undefined;
  /** `health-url` where nothing else is named. */
  readonly 'probe-urls': readonly URL[];
};

/** Each input under its name in camel case, as watch/action.yml describes it. Durations and times are milliseconds, shares percent. */
export type WatchInputs = CamelCased<Omit<WatchValues, 'config' | 'ssh-user' | 'ssh-port' | keyof Derived>> & CamelCased<Derived>;

/**
 * @param raw texts by input name, as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readWatchInputs(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined): WatchInputs {
  const values = readAll(raw, config, { declarations: watchDeclarations, secrets: secretInputs, elsewhere: Object.keys(allDeclarations), together: watchContradictions });
  const { config: _config, 'ssh-user': user, 'ssh-port': port, ...rest } = values;
  const hosts = resolveHosts(values.hosts, { user, port });
  const jump = values['ssh-jump-host'];
  const inApp = (path: string): string => below(values['app-dir'] ?? '/', path);
  return camelCased({
    ...rest, hosts,
    'ssh-jump-host': jump === undefined || hosts.length === 0 ? undefined : resolveHosts([jump], { user, port })[0],
    'access-log': values['access-log'] === undefined ? undefined : inApp(values['access-log']),
    'log-files': values['log-files'].map(inApp),
    canary: hosts.find(({ address }) => address.toLowerCase() === values.canary?.address.toLowerCase())?.name,
    'probe-urls': values['probe-urls'].length === 0 ? values['health-url'] : values['probe-urls'],
  });
}
