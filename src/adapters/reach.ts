/** One host at a time, for doors that ask hosts and change nothing there but the journal. */
import { RollbackError } from '../errors.ts';
import type { HostAddress } from '../inputs/addresses.ts';
import type { RunStart } from '../recording.ts';
import type { Connected } from '../world.ts';
import { realWorld } from './world.ts';

export type Way = {
  readonly sshPrivateKey: string | undefined;
  readonly sshPassphrase: string | undefined;
  readonly sshKnownHosts: string | undefined;
  readonly sshJumpHost: HostAddress | undefined;
  readonly sshConnectTimeout: number;
  readonly appDir: string | undefined;
};

/** @throws RollbackError when the host cannot be reached */
export function reachOne({ sshPrivateKey, sshKnownHosts, appDir, ...way }: Way, run: RunStart): (host: HostAddress) => Promise<Connected> {
  return (host) => {
    if (sshPrivateKey === undefined || sshKnownHosts === undefined) throw new RollbackError({ code: 'invalid-input', what: 'Input "ssh-private-key" or "ssh-known-hosts" is missing', fix: 'Set both.' });
    const reach = {
      hosts: [host] as const, databaseHost: host, sshPrivateKey, sshKnownHosts, sshJumpHost: way.sshJumpHost, sshPassphrase: way.sshPassphrase, sshConnectTimeout: way.sshConnectTimeout,
      // The lock lies in the checkout; without one nothing is locked.
      appDir: appDir ?? '/', parallel: 1, lockWait: 0, githubToken: undefined, rdsInstance: undefined, awsRegion: undefined,
    };
    return realWorld(reach, run).connect(reach, run);
  };
}
