/** The canary's code as a real checkout, and its unit as one that serves what was checked out when it started. */
import { addCommits, createOrigin } from '../fleet/origin.ts';
import type { TrafficScene } from './scene.ts';
import { service } from './servers.ts';

export type CanaryCheckout = {
  readonly appDirectory: string;
  /** The full SHA of a release by its tag: `v1` is good, `v2` the canary's, `broken` answers 500. */
  sha(tag: string): string;
  /** Checks a release out and restarts the unit. */
  deploy(tag: string): Promise<void>;
  /** What is checked out, and what answers: `200 <its X-Version>`. */
  state(): Promise<{ readonly head: string; readonly answers: string }>;
};

const appDirectory = '/var/www/green-matchers';
const tags = ['v1', 'broken', 'v2'];

/** Before each start of the unit: it answers as the commit that lies there now. */
const serveCheckout = `#!/bin/sh
set -eu
cd ${appDirectory}
commit=$(git -c safe.directory='*' rev-parse HEAD)
printf 'add_header X-Version "%s" always;\\n' "$commit" > /etc/green-matchers/version.conf
sed -i "s/location = .health .*/location = \\/health { return $(cat HEALTH) \\"the canary says so\\"; }/" /etc/green-matchers/nginx.conf
`;

export async function checkOutCanary({ fleet, canary }: TrafficScene): Promise<CanaryCheckout> {
  await createOrigin(fleet.originDirectory);
  const shas = await addCommits(fleet.originDirectory, tags.map((tag, day) => ({
    tag, day, message: `Release ${tag}`, files: { VERSION: `${tag}\n`, HEALTH: `${tag === 'broken' ? 500 : 200}\n`, '.gitignore': '/apps/backend/venv/\n' },
  })));
  const sha = (tag: string): string => shas[tags.indexOf(tag)] ?? '';
  const { host } = canary;
  await host.run(`cd ${appDirectory} && git init --quiet --initial-branch=main && git remote add origin file:///srv/origin && git fetch --quiet --tags origin`, { user: 'deploy' });
  await host.write('/usr/local/sbin/serve-checkout', serveCheckout, '0755');
  await host.write(`/etc/systemd/system/${service}.d/checkout.conf`, '[Service]\nExecStartPre=/usr/local/sbin/serve-checkout\n');
  await host.run('systemctl daemon-reload');
  return {
    appDirectory, sha,
    async deploy(tag) {
      await host.run(`cd ${appDirectory} && rm -rf .git/rollback-action* && git checkout --quiet --force -B main ${sha(tag)}`, { user: 'deploy' });
      await host.run(`systemctl reset-failed ${service} 2> /dev/null; systemctl restart ${service}`);
    },
    async state() {
      const head = (await host.run(`git -C ${appDirectory} rev-parse HEAD`, { user: 'deploy' })).trim();
      const response = await fetch(`http://${host.address}:8000/health`, { headers: { connection: 'close' } });
      await response.text();
      return { head, answers: `${response.status} ${response.headers.get('x-version')}` };
    },
  };
}
