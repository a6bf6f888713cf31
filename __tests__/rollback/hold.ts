import type { Host } from '../fleet/host.ts';
import type { Production } from '../fleet/production.ts';
import { until } from '../fleet/until.ts';
import { steps } from './evidence.ts';

export type Hold = AsyncDisposable & {
  /** Resolves when a run's restart is in flight on the host. */
  reached(): Promise<void>;
  /** Lets it go on, and those that come after it. */
  release(): Promise<void>;
};

/** Keeps the app's unit from coming up on a host: a restart of it is in flight for as long as a test needs, not for as long as it takes. */
export async function holdRestart(host: Host, { service }: Production): Promise<Hold> {
  const file = `/etc/systemd/system/${service}.d/hold.conf`;
  const release = async (): Promise<void> => {
    await host.run('rm -f /run/hold');
  };
  await host.write('/run/hold', '');
  await host.write(file, `[Service]\nTimeoutStartSec=infinity\nExecStartPre=/bin/sh -c 'while [ -e /run/hold ]; do sleep 0.05; done'\n`);
  await host.run('systemctl daemon-reload');
  return {
    release,
    async reached() {
      await until(`a restart is in flight on ${host.name}`, async () => {
        const inFlight = (await steps(host)).some(({ step, rc }) => step === 'restart' && rc === 'none');
        const state = (await host.run(`systemctl show --value --property=ActiveState ${service}`)).trim();
        return inFlight && state === 'activating' ? true : undefined;
      }, 60);
    },
    async [Symbol.asyncDispose]() {
      await release();
      await host.run(`rm -f ${file} && systemctl daemon-reload`);
    },
  };
}
