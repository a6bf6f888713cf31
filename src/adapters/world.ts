/** The real world for a story: SSH, HTTP, the machine's clock, GitHub, files on the runner. */
import { randomUUID } from 'node:crypto';
import { bootstrap } from '../hosts/bootstrap.ts';
import { connectHosts } from '../hosts/connected.ts';
import { lockPlaces } from '../hosts/lock-place.ts';
import { opener } from '../hosts/open.ts';
import { semaphore } from '../hosts/semaphore.ts';
import type { Hurl } from '../checks/hurl-port.ts';
import type { Rds } from '../databases/rds/port.ts';
import type { RunStart } from '../recording.ts';
import type { Reach, World } from '../world.ts';
import { actionsLog } from './actions/log.ts';
import { systemClock } from './clock.ts';
import { runCommand } from './command.ts';
import { deploymentRecords } from './github.ts';
import { httpOver } from './http.ts';
import { parseKnownHosts } from './ssh/known-hosts.ts';

/** At most so many handshakes at once: sshd drops connections beyond ten that are not let in yet. */
const handshakes = 5;

/** @param own what a story without checkpoints, cancellation or people to be told leaves out */
export function realWorld(inputs: Reach, run: RunStart, own: Partial<Pick<World, 'checkpoint' | 'signal' | 'tell'>> = {}): World {
  const { checkpoint = () => undefined, signal = new AbortController().signal, tell = () => undefined } = own;
  const asked = deploymentRecords({ token: inputs.githubToken, repository: run.repository, environment: run.environment, apiUrl: process.env['GITHUB_API_URL'] });
  let rds: Rds | undefined;
  let hurl: Promise<Hurl> | undefined;
  return {
    clock: systemClock, log: actionsLog, http: httpOver(), checkpoint, signal, tell,
    deployments: () => asked,
    random: Math.random,
    // The SDK is large: only who names an instance waits for it.
    rds: async () => (inputs.rdsInstance === undefined ? undefined : (rds ??= (await import('./rds.ts')).rdsIn(inputs.awsRegion))),
    hurl: () => (hurl ??= import('./hurl.ts').then(({ openHurl }) => openHurl(process.env['GITHUB_WORKSPACE'] ?? process.cwd(), process.env, actionsLog))),
    command: (text, environment) => runCommand(text, environment, actionsLog),
    async connect() {
      const { sshJumpHost, databaseHost, hosts, loadBalancers = [], appDir, parallel, lockWait } = inputs;
      const applications = new Set([...hosts, ...(loadBalancers.includes(databaseHost) ? [] : [databaseHost])]);
      const balancers = new Set(loadBalancers.filter((balancer) => !applications.has(balancer)).map(({ name }) => name));
      // ssh2 is large and takes a while to load: whoever is refused before does not wait for it.
      const [{ connect }, { unreachable }, { parsePrivateKey }] = await Promise.all([import('./ssh/connect.ts'), import('./ssh/failures.ts'), import('./ssh/private-key.ts')]);
      const credentials = {
        key: parsePrivateKey(inputs.sshPrivateKey, inputs.sshPassphrase), knownHosts: parseKnownHosts(inputs.sshKnownHosts).entries,
        command: bootstrap, timeout: inputs.sshConnectTimeout, keepalive: 5000,
      };
      const ssh = opener({
        connect: (host, through) => connect(host, credentials, through), unreachable,
        handshakes: semaphore(handshakes), clock: systemClock, random: Math.random, ...(sshJumpHost === undefined ? {} : { jump: sshJumpHost }),
      });
      const connected = await connectHosts({
        addresses: [...new Set([...applications, ...loadBalancers])], open: ssh.open, parallel,
        lockPlace: lockPlaces(run.environment, appDir, balancers, `${inputs.nginxConfig}#${inputs.upstream}`),
        lockWait, run, clock: systemClock, log: actionsLog, nonce: randomUUID,
      });
      return { ...connected, async [Symbol.asyncDispose]() {
        await connected[Symbol.asyncDispose]();
        await ssh[Symbol.asyncDispose]();
      } };
    },
  };
}
