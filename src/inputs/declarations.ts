/** Every input, by its name in action.yml, in the groups that the actions of this repository put together. */
import { optional, preset, required, secret, several } from './declaration.ts';
import { or } from './kind.ts';
import { batch } from './kinds/batch.ts';
import { awsAccount, awsRegion, rdsInstance } from './kinds/aws.ts';
import { alarm, loadBalancer, targetGroup } from './kinds/cloudwatch.ts';
import { boolean, oneOf } from './kinds/closed.ts';
import { commit } from './kinds/commit.ts';
import { duration } from './kinds/duration.ts';
import { host, user } from './kinds/host.ts';
import { knownHosts } from './kinds/known-hosts.ts';
import { list } from './kinds/list.ts';
import { nginxFile, upstreamName, upstreamServer } from './kinds/nginx.ts';
import { whole } from './kinds/number.ts';
import { directory, path, relativePath } from './kinds/path.ts';
import { period } from './kinds/period.ts';
import { privateKey } from './kinds/private-key.ts';
import { restoreFrom } from './kinds/restore-from.ts';
import { share, statistic } from './kinds/share.ts';
import { smokeTest, versionFrom } from './kinds/smoke-tests.ts';
import { statuspageId } from './kinds/statuspage.ts';
import { command, envKey, line, prose } from './kinds/text.ts';
import { time } from './kinds/time.ts';
import { unit } from './kinds/unit.ts';
import { adminUrl, databaseUrl, httpUrl, secretUrl } from './kinds/url.ts';

const second = 1000;

const dependencyFiles = [
  'requirements*.txt', 'poetry.lock', 'uv.lock', 'package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'Gemfile.lock', 'composer.lock',
].join('\n');

const what = (methods: readonly string[]) => ({
  method: required(oneOf(methods)),
  commit: optional(commit),
  environment: preset('production', line({ max: 255 })),
  reason: optional(prose({ max: 500 })),
  'detected-at': optional(time),
  'dry-run': preset('false', boolean),
  drill: preset('false', boolean),
  config: optional(relativePath),
});

const hosts = {
  hosts: several(list(host)),
  'load-balancers': several(list(host)),
  'database-host': optional(host),
};

const ssh = {
  'ssh-user': optional(user),
  'ssh-port': preset('22', whole({ from: 1, to: 65_535 })),
  'ssh-private-key': secret(required(privateKey)),
  'ssh-passphrase': secret(optional(line({ max: 1024 }))),
  'ssh-known-hosts': required(knownHosts),
  'ssh-jump-host': optional(host),
  'ssh-connect-timeout': preset('20s', duration({ from: second })),
};

const app = {
  'app-dir': optional(directory),
  dirty: preset('save', oneOf(['save', 'refuse'])),
  services: several(list(unit)),
  reload: several(list(unit)),
  'install-command': optional(command),
  'install-when': preset(dependencyFiles, list(relativePath)),
  migrations: preset('none', oneOf(['alembic', 'command', 'none'])),
  'migrations-dir': optional(relativePath),
  virtualenv: optional(path),
  'migrations-down-command': optional(command),
  'migrations-up-command': optional(command),
  schema: preset('downgrade', oneOf(['downgrade', 'keep'])),
};

const databaseAddress = {
  'database-url': secret(optional(databaseUrl)),
  'env-file': optional(path),
  'env-key': preset('DATABASE_URL', envKey),
  'database-admin-url': secret(optional(adminUrl)),
};

const saved = {
  backup: several(list(oneOf(['database', 'app', 'rds', 'none']))),
  'backup-dir': optional(directory),
  'backup-keep': preset('5', whole({ from: 1, to: 1000 })),
  'backup-timeout': preset('2h', duration({ from: second })),
};

const restored = {
  'restore-from': preset('latest', restoreFrom),
  cutover: optional(oneOf(['swap', 'repoint', 'rename'])),
  'max-data-loss-rows': optional(or('any', whole({ from: 0 }))),
};

const rds = {
  'rds-instance': optional(rdsInstance),
  'aws-region': optional(awsRegion),
  'expected-aws-account-id': optional(awsAccount),
};

const traffic = {
  'nginx-config': optional(nginxFile),
  upstream: optional(upstreamName),
  blue: optional(upstreamServer),
  green: optional(upstreamServer),
  'switch-to': optional(oneOf(['blue', 'green'])),
  canary: optional(upstreamServer),
  'confirm-timeout': preset('30s', duration({ from: 5 * second, to: 600 * second })),
  maintenance: preset('false', boolean),
  'maintenance-page': optional(path),
};

const verify = {
  'health-url': several(list(httpUrl)),
  'host-health-url': several(list(httpUrl)),
  'health-timeout': preset('60s', duration({ from: second })),
  'health-interval': preset('1s', duration({ from: 100 })),
  'health-successes': preset('3', whole({ from: 1, to: 100 })),
  'version-from': optional(versionFrom),
  'smoke-tests': several(list(smokeTest)),
  'log-files': several(list(path)),
  'access-log': optional(path),
  soak: preset('0s', duration({ from: 0 })),
};

const run = {
  timeout: optional(or('none', duration({ from: second }))),
  parallel: preset('32', whole({ from: 1 })),
  batch: preset('100%', batch),
  'on-failure': preset('undo', oneOf(['undo', 'stop'])),
  'on-cancel': preset('undo', oneOf(['undo', 'stop'])),
  'lock-wait': preset('0s', duration({ from: 0 })),
  'before-command': optional(command),
  'after-command': optional(command),
};

const tell = {
  'slack-webhook-url': secret(optional(secretUrl)),
  'statuspage-api-key': secret(optional(line({ max: 1024 }))),
  'statuspage-page-id': optional(statuspageId),
  'statuspage-component-ids': several(list(statuspageId)),
  'statuspage-api-url': preset('https://api.statuspage.io/v1', httpUrl),
  'webhook-url': secret(optional(secretUrl)),
  'github-token': secret(optional(line({ max: 1024 }))),
  'incident-report': preset('incident-report.md', relativePath),
  'incident-issue': preset('false', boolean),
  'incident-labels': preset('incident\nrollback', list(line({ max: 50 }))),
  'comment-on-pull-request': preset('false', boolean),
  'revert-pull-request': preset('false', boolean),
};

/**
 * The inputs of the rollback action.
 * @param methods the values of `method`: the names in the registry of methods
 */
export function rollbackDeclarations(methods: readonly string[]) {
  return { ...what(methods), ...hosts, ...ssh, ...app, ...databaseAddress, ...saved, ...restored, ...rds, ...traffic, ...verify, ...run, ...tell };
}

const { environment, reason, config } = what([]);

/** The inputs of the backup action. */
export const backupDeclarations = {
  environment, reason, config, hosts: required(list(host)), 'database-host': hosts['database-host'], ...ssh, 'app-dir': required(directory), ...databaseAddress, ...saved,
  verify: preset('quick', oneOf(['quick', 'full'])),
  ...rds, parallel: run.parallel, 'lock-wait': run['lock-wait'], 'github-token': tell['github-token'],
};

/** The inputs of the watch action. Hosts are only needed for what is asked on them. */
export const watchDeclarations = {
  environment, config, commit: optional(commit), 'deployed-at': optional(time),
  duration: preset('10m', duration({ from: second })),
  interval: preset('10s', duration({ from: 100 })),
  'on-unknown': preset('pass', oneOf(['pass', 'yes'])),
  'fail-on': several(list(oneOf(['yes', 'unknown']))),
  'health-url': verify['health-url'], 'host-health-url': verify['host-health-url'], 'version-from': verify['version-from'],
  'health-failures': preset('3', whole({ from: 1, to: 100 })),
  'error-rate': preset('10%', share),
  'response-time': preset('2s', duration({ from: 1 })),
  statistic: preset('average', statistic),
  period: preset('60s', duration({ from: second })),
  periods: preset('3', whole({ from: 1, to: 100 })),
  'min-requests': preset('20', whole({ from: 1, to: 10_000 })),
  'probe-urls': several(list(httpUrl)),
  'load-balancer': optional(loadBalancer),
  'target-group': optional(targetGroup),
  alarms: several(list(alarm)),
  'aws-region': rds['aws-region'],
  'prometheus-url': optional(httpUrl),
  'error-rate-query': optional(prose({ max: 5000 })),
  'response-time-query': optional(prose({ max: 5000 })),
  'access-log': verify['access-log'],
  canary: optional(host),
  'log-files': verify['log-files'],
  'log-pattern': optional(line({ max: 1000 })),
  hosts: several(list(host)),
  'ssh-user': ssh['ssh-user'], 'ssh-port': ssh['ssh-port'],
  'ssh-private-key': secret(optional(privateKey)),
  'ssh-passphrase': ssh['ssh-passphrase'],
  'ssh-known-hosts': optional(knownHosts),
  'ssh-jump-host': ssh['ssh-jump-host'], 'ssh-connect-timeout': ssh['ssh-connect-timeout'],
  'app-dir': optional(directory),
};

/** The inputs of the guard action. Hosts are its second source. */
export const guardDeclarations = {
  environment, config, commit: optional(commit), 'on-unknown': preset('refuse', oneOf(['refuse', 'pass'])), unlock: preset('false', boolean), reason,
  hosts: several(list(host)),
  'ssh-user': ssh['ssh-user'], 'ssh-port': ssh['ssh-port'],
  'ssh-private-key': secret(optional(privateKey)),
  'ssh-passphrase': ssh['ssh-passphrase'],
  'ssh-known-hosts': optional(knownHosts),
  'ssh-jump-host': ssh['ssh-jump-host'], 'ssh-connect-timeout': ssh['ssh-connect-timeout'],
  'app-dir': optional(directory),
  'github-token': tell['github-token'],
};

/** The inputs of the report action. */
export const reportDeclarations = {
  environment, config, period: preset('30d', period), badge: optional(relativePath), json: optional(relativePath), 'github-token': tell['github-token'],
};

/** The inputs of all actions of this repository: one file may hold those of several. */
export const allDeclarations = { ...reportDeclarations, ...guardDeclarations, ...watchDeclarations, ...rollbackDeclarations([]), ...backupDeclarations };
