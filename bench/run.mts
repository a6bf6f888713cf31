/**
 * Figures, as medians of one run on this machine:
 * - how long a git rollback takes on 1 and on 10 real hosts, without the time that the application itself needs to start;
 * - how long the bundle takes to start, beside bare `node -e 0`;
 * - how long a gigabyte takes to be restored beside, against the database's own client alone, and the action's own memory meanwhile;
 * - how long a switch between colours takes beside a script by hand, and what clients notice of fifty under a thousand requests a second.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fleetAvailable } from '../__tests__/fleet/available.ts';
import { startFleet } from '../__tests__/fleet/fleet.ts';
import { startProduction, type Production } from '../__tests__/fleet/production.ts';
import { inputsFor } from '../__tests__/rollback/inputs.ts';
import { runAction } from '../__tests__/rollback/runner.ts';
import { median } from './median.mts';
import { benchRestore } from './restore.mts';
import { benchTraffic } from './traffic.mts';

const rounds = 3;
const starts = 15;
const bundle = resolve(import.meta.dirname, '../dist/main/index.js');

benchStart();
if (await fleetAvailable()) {
  await benchRollback();
  await benchRestore();
  await benchTraffic();
}

function benchStart(): void {
  const seconds = { bundle: [] as number[], node: [] as number[] };
  for (let round = 0; round < starts; round++) {
    seconds.node.push(timed(() => spawnSync(process.execPath, ['-e', '0'])));
    // The end of post when main left nothing: everything is loaded that is always loaded, and nothing is done.
    seconds.bundle.push(timed(() => spawnSync(process.execPath, [bundle], { env: { STATE_main: 'started', PATH: process.env['PATH'] ?? '' } })));
  }
  const [own, bare] = [median(seconds.bundle), median(seconds.node)];
  console.log(`Start-up of the bundle: ${(own * 1000).toFixed(0)} ms; of \`node -e 0\`: ${(bare * 1000).toFixed(0)} ms; ratio ${(own / bare).toFixed(1)} (medians of ${starts})`);
}

async function benchRollback(): Promise<void> {
  await using fleet = await startFleet({ hosts: 10 });
  const production = await startProduction(fleet);
  const one: number[] = [];
  const ten: number[] = [];
  const start: number[] = [];
  for (let round = 0; round < rounds; round++) {
    start.push(await appStart(production));
    one.push(await rollback(production, 1));
    ten.push(await rollback(production, 10));
  }
  const own = median(start);
  console.log(`Start-up of the application: ${own.toFixed(1)} s`);
  // With 10 hosts it starts twice one after the other: on the first host alone, then on the others at once.
  const [single, all] = [median(one) - own, median(ten) - 2 * own];
  console.log(`Git rollback, 2 migrations, 1 host: ${single.toFixed(1)} s; 10 hosts: ${all.toFixed(1)} s; ratio ${(all / single).toFixed(1)} (medians of ${rounds}, without the application's own start-up)`);
}

/** Seconds of one rollback from v3 to v2 on the first so many hosts. */
async function rollback(production: Production, hosts: number): Promise<number> {
  await production.deploy('v3');
  await Promise.all(production.hosts.map((host) => host.run('rm -rf ~deploy/.local/state/rollback-action /var/backups/green-matchers')));
  const addresses = production.hosts.slice(0, hosts).map(({ address }) => address);
  await production.balance(addresses.map((address) => `${address}:8000`));
  const ended = await runAction(inputsFor(production, { hosts: addresses.join('\n') }));
  if (ended.outputs['result'] !== 'rolled-back') throw new Error(ended.log);
  return Number(ended.outputs['duration-seconds']);
}

/** Seconds from the restart of the unit to its first good answer, on the first host. */
async function appStart({ hosts: [host] }: Production): Promise<number> {
  const before = performance.now();
  await host?.run('systemctl restart green-matchers-api.service; until curl -s -o /dev/null http://127.0.0.1:8000/health; do sleep 0.05; done');
  return (performance.now() - before) / 1000;
}

function timed(act: () => unknown): number {
  const before = performance.now();
  act();
  return (performance.now() - before) / 1000;
}
