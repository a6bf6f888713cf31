/**
 * What a switch between colours takes, and what clients notice of it: the action beside a script as people write it by hand, in turn on the same
 * machines; and many switches, one after the other, under a thousand requests a second.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../__tests__/fleet/run.ts';
import { runAction } from '../__tests__/rollback/runner.ts';
import { byServer, describeLoad, firstAnswer, load, startLoad, type Load, type LoadPlan } from '../__tests__/traffic/load.ts';
import { nginxFile, other, type Colour } from '../__tests__/traffic/nginx-file.ts';
import { canaryInputsFor, inputsFor, openTrafficScene, type TrafficScene } from '../__tests__/traffic/scene.ts';
import { tokenOf } from '../__tests__/traffic/servers.ts';
import { median } from './median.mts';

const rounds = 5;
const switches = Number(process.env['BENCH_SWITCHES'] ?? 50);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 60);
const rate = 1000;

export async function benchTraffic(): Promise<void> {
  await using scene = await openTrafficScene();
  await benchSwitch(scene);
  for (const mode of ['fresh', 'keep-alive'] as const) await benchMany(scene, mode);
  await benchCanary(scene);
}

type Switched = { readonly first: number; readonly everywhere: number; readonly whole: number; readonly load: Load };

async function benchSwitch(scene: TrafficScene): Promise<void> {
  const all = { action: [] as Switched[], byHand: [] as Switched[] };
  for (let round = 0; round < rounds; round++) {
    await Promise.all(scene.balancers.map(({ host }) => host.write('/etc/sudoers.d/by-hand', 'deploy ALL=(ALL) NOPASSWD: ALL\n', '0440')));
    all.byHand.push(await timed(scene, () => byHand(scene, 'blue')));
    await Promise.all(scene.balancers.map(({ host }) => host.run('rm /etc/sudoers.d/by-hand')));
    all.action.push(await timed(scene, () => byAction(scene, 'blue')));
  }
  for (const [name, rows] of [['the action', all.action], ['by hand: ssh, sed, nginx -s reload, nothing looked at', all.byHand]] as const) {
    const [first, everywhere, whole] = (['first', 'everywhere', 'whole'] as const).map((key) => (median(rows.map((row) => row[key])) / 1000).toFixed(2));
    const [failed, total] = (['failed', 'total'] as const).map((key) => rows.reduce((sum, row) => sum + row.load[key], 0));
    console.log(`Switch of 2 balancers, ${name}: first answer of the other colour ${first} s after its start, on both ${everywhere} s, ended after ${whole} s (medians of ${rounds}); ${failed} of ${total} requests failed`);
  }
}

/** One switch from green to blue, from a state in which no rollback has ever been there, under a light load. */
async function timed(scene: TrafficScene, act: () => Promise<void>): Promise<Switched> {
  await scene.reset('one');
  await using loading = await startLoad({ targets: targets(scene), rate: 200, mode: 'fresh' });
  const begun = performance.timeOrigin + performance.now();
  await act();
  const whole = performance.timeOrigin + performance.now() - begun;
  await pause(500);
  const told = await loading.end();
  const answers = targets(scene).map((_, target) => (firstAnswer(told, 'blue', begun, target) ?? Number.NaN) - begun);
  return { first: Math.min(...answers), everywhere: Math.max(...answers), whole, load: told };
}

async function byAction(scene: TrafficScene, to: Colour): Promise<void> {
  const ended = await runAction(inputsFor(scene, { 'switch-to': to, 'health-interval': '100ms' }));
  if (ended.outputs['result'] !== 'rolled-back') throw new Error(ended.log);
}

async function byHand({ fleet, balancers }: TrafficScene, to: Colour): Promise<void> {
  for (const { host } of balancers) {
    const script = `sudo sed -i 's/server ${tokenOf(other(to))}/server ${tokenOf(to)}/' ${nginxFile} && sudo nginx -s reload`;
    await run(['ssh', '-i', fleet.privateKeyFile, '-o', `UserKnownHostsFile=${fleet.knownHostsFile}`, '-o', 'BatchMode=yes', `${fleet.user}@${host.address}`, script]);
  }
}

/** Switches one after the other by the action itself, spread over the time that there is; more time where it is slower than that. */
async function benchMany(scene: TrafficScene, mode: LoadPlan['mode']): Promise<void> {
  await scene.reset('one');
  await using loading = await startLoad({ targets: targets(scene), rate, mode });
  const start = performance.now();
  const reloads: { readonly to: Colour; readonly begun: number; readonly reloaded: readonly number[] }[] = [];
  let live: Colour = 'green';
  for (let number = 0; number < switches; number++) {
    await pause(Math.max(0, start + (number * seconds * 1000) / switches - performance.now()));
    const begun = Date.now();
    live = other(live);
    await byAction(scene, live);
    reloads.push({ to: live, begun, reloaded: await Promise.all(scene.balancers.map((balancer) => balancer.reloadedAt())) });
  }
  await pause(Math.max(0, start + seconds * 1000 - performance.now()));
  const told = await loading.end();
  const firsts = reloads.flatMap(({ to, begun, reloaded }) => reloaded.map((at, target) => (firstAnswer(told, to, begun, target) ?? Number.NaN) - at));
  console.log(`${switches} switches by the action in ${((performance.now() - start) / 1000).toFixed(0)} s, ${mode} connections: ${describeLoad(told)}; first answer of the other colour at most ${Math.max(...firsts).toFixed(0)} ms after a reload`);
}

async function benchCanary(scene: TrafficScene): Promise<void> {
  await scene.reset('weights');
  const plan = { targets: targets(scene), rate, mode: 'fresh', seconds: 10.2 } as const;
  const before = await load(plan);
  const ended = await runAction(canaryInputsFor(scene));
  if (ended.outputs['result'] !== 'rolled-back') throw new Error(ended.log);
  const after = await load(plan);
  const share = (told: Load): string => `${((100 * (byServer(told).canary ?? 0)) / told.total).toFixed(1)} % of ${told.total}`;
  console.log(`Canary 9:1: ${share(before)} requests reach it before its rollback, ${share(after)} after it; ${before.failed + after.failed} failed`);
}

function targets({ balancers }: TrafficScene): readonly string[] {
  return balancers.map(({ host }) => host.address);
}
