/** A small production on this machine, as the guide's, without root: a bastion, three hosts, a load balancer, and a file for a database. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { quote } from '../../src/commands/quote.ts';
import { askHealth, lookAtHost, type Production } from '../production.mts';
import { startBalancer } from './balancer.mts';
import { temporaryFolder } from './cleanup.mts';
import { makePlace, markOf, startHost } from './host.mts';
import { listen } from './listen.mts';
import { commits, makeOrigin } from './release.mts';
import { startSshServer } from './ssh-server.mts';

const names = ['app1', 'app2', 'app3'];
const unit = 'green-matchers-api.service';
/** On every host's own loopback. */
const apiPort = 8000;

/** Starts it, with the broken v3 deployed. @param targetFails v2 is broken too */
export async function startEmbeddedProduction(options: { readonly targetFails: boolean }): Promise<Production> {
  await using parts = new AsyncDisposableStack();
  const { path: folder } = parts.use(await temporaryFolder());
  const place = await makePlace(folder);
  const appDir = `${place.root}/var/www/green-matchers`;
  const key = ssh2.utils.generateKeyPairSync('ed25519');
  const origin = join(folder, 'origin');
  const releases = await makeOrigin(origin, commits(options), new Date());
  const [, target] = releases;
  if (target === undefined) throw new Error('A rollback needs a release to return to');
  const database = join(folder, 'database');
  const ports = await freePorts(names.length);
  const hosts = await Promise.all(names.map(async (name, index) => {
    const port = ports[index] ?? 0;
    const host = parts.use(await startHost(place, name, {
      allowed: key.public, ports: { [apiPort]: port }, files: { [`etc/systemd/system/${unit}`]: unitFile(appDir, { PORT: String(port), DATABASE: database }) },
    }));
    await host.run(`git clone --quiet ${quote(origin)} ${quote(appDir)} && cp ${quote(appDir)}/SCHEMA ${quote(database)} && systemctl start ${unit}`);
    return { ...host, health: `http://127.0.0.1:${port}/health` };
  }));
  const bastion = parts.use(await startSshServer(key.public, {
    route: (address, port) => (port === 22 ? hosts.find(({ name }) => name === address)?.ssh.port : undefined),
  }));
  const balancer = parts.use(await startBalancer(ports));
  await Promise.all(hosts.map(({ health }) => answers(health)));

  const running = parts.move();
  return {
    description: `three hosts behind a bastion, each with a git clone and a service; a load balancer at ${balancer.url}`,
    releases,
    target,
    // A killed demo ends the action with everything else.
    environment: markOf(folder),
    inputs: {
      method: 'git',
      hosts: names.join('\n'),
      'ssh-user': 'deploy',
      'ssh-private-key': key.private,
      'ssh-jump-host': `127.0.0.1:${bastion.port}`,
      'ssh-known-hosts': [`[127.0.0.1]:${bastion.port} ${bastion.publicKey}`, ...hosts.map(({ name, ssh }) => `${name} ${ssh.publicKey}`)].join('\n'),
      'app-dir': appDir,
      services: unit,
      migrations: 'command',
      'migrations-down-command': `sh migrate.sh ${quote(database)} "$ROLLBACK_TO"`,
      'migrations-up-command': `sh migrate.sh ${quote(database)} "$ROLLBACK_FROM"`,
      backup: 'app',
      'backup-dir': `${place.root}/var/backups/green-matchers`,
      'health-url': `${balancer.url}/health`,
      'host-health-url': `http://127.0.0.1:${apiPort}/health`,
      'version-from': 'header:X-Version',
      'health-interval': '250ms',
      'health-timeout': '10s',
      'smoke-tests': ['jobs', 'careers', 'analytics'].map((table) => `${balancer.url}/api/${table}`).join('\n'),
      'log-files': `${place.root}/var/log/${unit.replace('.service', '.log')}`,
      reason: 'v3 answers 500 since it was deployed',
    },
    look: () => Promise.all([
      ...hosts.map(async ({ name, health, run }) => lookAtHost(name, await run(`git -C ${quote(appDir)} rev-parse HEAD`), health, { releases, target })),
      readFile(database, 'utf8').then((schema) => ({ name: 'database', says: `has schema ${schema.trim()}`, back: schema.trim() === '2' })),
    ]),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function unitFile(appDir: string, environment: Readonly<Record<string, string>>): string {
  return `[Unit]
Description=Green Matchers API

[Service]
WorkingDirectory=${appDir}
Environment=${Object.entries(environment).map(([name, value]) => `${name}=${value}`).join(' ')}
ExecStart=${process.execPath} server.mjs
`;
}

/** All at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => listen(server)));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function answers(health: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if ((await askHealth(health)) !== undefined) return;
    await pause(20);
  }
  throw new Error(`Nothing answers at ${health}`);
}
