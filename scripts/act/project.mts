/** What a project adds to its repository to deploy with examples/deploy-watch-rollback.yml: the workflow, the configuration, the script that deploys. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Commit } from '../../__tests__/fleet/origin.ts';
import type { Production } from '../../__tests__/fleet/production.ts';
import { backend } from '../../__tests__/fleet/release.ts';
import { quote } from '../../src/commands/quote.ts';

const examples = new URL('../../examples/', import.meta.url);
const address = 'https://green-matchers.example';

/** What stands in the example for the release of the action that a project takes. */
export const placeholder = `<owner>/rollback-action@${'0'.repeat(40)}`;

/** Keys that GitHub has and act 0.2.89 refuses the file for: how runs wait for each other, and which job records a deployment. Neither is to be seen in one run. */
const newerThanAct = [/^ {2}queue: max\n/gm, /^ {6}deployment: false\n/gm];

/** All files that the project adds, by path. */
export function projectFiles(production: Production): Commit['files'] {
  return {
    '.github/workflows/deploy.yml': workflow(production),
    '.github/rollback.config.yml': config(production),
    '.github/known_hosts': production.fleet.knownHosts,
    'deploy.sh': { executable: deployScript(production) },
  };
}

/** The example itself, but for the address of the service and what act does not know. */
function workflow(production: Production): string {
  const example = readFileSync(new URL('deploy-watch-rollback.yml', examples), 'utf8');
  return newerThanAct.reduce((text, key) => replace(text, key, ''), replace(example, new RegExp(address, 'g'), serviceOf(production)));
}

/** The example's, with the fleet's addresses, and with periods that end within a test. */
function config(production: Production): string {
  const text = readFileSync(new URL('rollback.config.yml', examples), 'utf8');
  const example: Record<string, unknown> = parse(replace(text, new RegExp(address, 'g'), serviceOf(production)));
  const ours = {
    hosts: production.hosts.map((host) => `${production.fleet.user}@${host.address}`),
    'ssh-known-hosts': production.fleet.knownHosts.trim().split('\n'),
    duration: '10s', interval: '300ms', period: '3s', 'min-requests': '10',
  };
  return stringify({ ...example, ...ours }, { lineWidth: 0 });
}

/** As a careful person deploys, host by host over SSH; says nothing of how well the release is. */
function deployScript({ hosts, fleet, appDirectory, service }: Production): string {
  return `#!/bin/sh
set -eu
umask 077
key=$(mktemp)
trap 'rm -f "$key"' EXIT
printf '%s\\n' "$SSH_PRIVATE_KEY" > "$key"
for host in ${hosts.map((host) => quote(`${fleet.user}@${host.address}`)).join(' ')}; do
  ssh -i "$key" -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=.github/known_hosts "$host" sh -eu <<END
cd ${quote(appDirectory)}
git fetch --quiet --tags --force origin
git checkout --quiet -B main "$GITHUB_SHA"
cd ${quote(backend)}
set -a
. ./.env
venv/bin/alembic upgrade heads
sudo -n systemctl restart ${quote(service)}
curl --silent --output /dev/null --retry 50 --retry-connrefused --retry-delay 1 --max-time 20 http://127.0.0.1:8000/
END
done
`;
}

function serviceOf({ hosts }: Production): string {
  return `http://${hosts[0]?.address ?? ''}`;
}

/** @throws when there is nothing to replace: then the example has changed, and this file has to follow */
function replace(text: string, pattern: RegExp, by: string): string {
  if (text.search(pattern) === -1) throw new Error(`The example does not hold ${pattern.source} any more`);
  return text.replaceAll(pattern, by);
}
