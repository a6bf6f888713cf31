import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cancelAsRunner, kill } from '../chaos/cancel.ts';
import { fleetAvailable } from '../fleet/available.ts';
import type { Host } from '../fleet/host.ts';
import { knownHostsLine } from '../fleet/keys.ts';
import { Relay } from '../fleet/relay.ts';
import { until } from '../fleet/until.ts';
import type { Inputs } from '../rollback/inputs.ts';
import { startAction } from '../rollback/runner.ts';
import { answering, ends, files, leftBehind, standing, story, told } from './evidence.ts';
import { describeLoad, startLoad } from './load.ts';
import { liveIn } from './nginx-file.ts';
import { inputsFor, openTrafficScene, type TrafficScene } from './scene.ts';

const available = await fleetAvailable();

/** How many times the action is killed: `ROLLBACK_KILLS=20` for many instants. */
const kills = Number(process.env['ROLLBACK_KILLS'] ?? 4);

/** The first of these are the instants that matter; the others lie between, each a little later than the one before. */
const instants = [
  { name: 'when the first balancer is written', reached: written, after: 0 },
  { name: 'when both answer from the other colour', reached: switched, after: 0 },
  ...Array.from({ length: 8 }, (_, step) => ({ name: `${step * 60} ms after the first decision was armed`, reached: armed, after: step * 60 })),
];
const rounds = instants.flatMap((instant) => (['healthy', 'dead'] as const).map((colour) => ({ ...instant, colour }))).slice(0, kills);

describe.skipIf(!available)('a switch whose runner dies before it is confirmed', () => {
  let scene: TrafficScene;
  beforeAll(async () => {
    scene = await openTrafficScene();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset('one'));

  test.for(rounds)('$name, the other colour being $colour: each balancer decides by itself', async ({ reached, after, colour }) => {
    const [before, texts] = [await standing(scene), await files(scene)];
    await using cable = await slowCable(scene);
    await using loading = await startLoad({ targets: scene.balancers.map(({ host }) => host.address), rate: 20, mode: 'fresh' });
    const started = startAction(inputsFor(scene, { ...cable.inputs, 'confirm-timeout': '5s' }));
    await until(`the run is there: ${started.log()}`, () => reached(scene), 60).catch((error: unknown) => {
      throw new Error(started.log(), { cause: error });
    });
    await pause(after);
    await kill(started);
    const died = performance.now();
    if (colour === 'dead') await scene.blue.die();
    // A step that was in flight on a host goes on to its end there.
    await pause(1500);
    const confirmed = await Promise.all(scene.balancers.map(({ host }) => wasConfirmed(host)));
    const reloaded = (await answering(scene)).map((names) => !names.includes('green'));

    for (const { host } of scene.balancers) await until(`${host.name} has decided`, async () => ((await waiting(host)).length === 0 ? true : undefined), 35);
    expect((performance.now() - died) / 1000).toBeLessThan(35);
    // The healthy colour is kept wherever traffic had gone there; the dead one nowhere, unless the run itself had said that all is well.
    const stays = reloaded.map((there, index) => there && (colour === 'healthy' || confirmed[index] === true));
    const now = await files(scene);
    for (const [index, balancer] of scene.balancers.entries()) {
      const live = stays[index] === true ? 'blue' : 'green';
      expect(liveIn(now[index]?.text ?? ''), `${balancer.host.name}: ${await journal(balancer.host)}`).toEqual([live]);
      expect(now[index]?.facts).toBe(texts[index]?.facts);
      if (live === 'green') expect(await balancer.configuration()).toEqual(before[balancer.host.name]?.configuration);
      if (live === 'green' || colour === 'healthy') await until(`only ${live} answers`, async () => (Object.keys(await balancer.answering()).join() === live ? true : undefined), 5);
    }
    const load = await loading.end();
    if (colour === 'healthy') expect(load.failed, describeLoad(load)).toBe(0);

    await scene.blue.mend();
    await forgetLock(scene);
    const agreed = new Set(stays).size === 1;
    const next = await ends({ code: 0, to: 'blue' }, inputsFor(scene, agreed ? {} : { 'switch-to': 'blue' }));
    // What the dead run had begun is brought to its end, whatever the hosts decided.
    expect(next.outputs['result'], story(next)).toBe('rolled-back');
    expect(await answering(scene)).toEqual([['blue'], ['blue']]);
    // Told by the run that comes next, since nobody was there to hear it.
    if (!confirmed.every(Boolean)) expect(told(next), story(next)).toMatch(/by itself|for itself/);
    expect(await leftBehind(scene), story(next)).toEqual([]);
  });

  test.for([
    ['when the first balancer is written', written],
    ['when both answer from the other colour', switched],
  ] as const)('cancelled as the runner cancels, %s: post takes it back', async ([, reached]) => {
    const before = await standing(scene);
    await using cable = await slowCable(scene);
    const started = startAction(inputsFor(scene, { ...cable.inputs, soak: '30s' }));
    await until('the run is there', () => reached(scene), 60).catch((error: unknown) => {
      throw new Error(started.log(), { cause: error });
    });
    await cancelAsRunner(started);
    const post = await started.post();
    expect(post.summary.split('\n')[0], `${story(await started.ended)}${story(post)}`).toMatch(/^### ⏹️ Cancelled: everything is as it was found/);
    expect(await standing(scene)).toEqual(before);
    expect(await leftBehind(scene)).toEqual([]);
    for (const { host } of scene.balancers) expect(await waiting(host)).toEqual([]);
  });
});

/** The first balancer's file names the other colour. */
async function written({ lb1 }: TrafficScene): Promise<true | undefined> {
  return liveIn((await lb1.file()).text).includes('blue') ? true : undefined;
}

async function switched({ balancers }: TrafficScene): Promise<true | undefined> {
  return (await Promise.all(balancers.map((balancer) => balancer.ask()))).every((name) => name === 'blue') ? true : undefined;
}

async function armed({ lb1 }: TrafficScene): Promise<true | undefined> {
  return (await lb1.host.run('find /home/deploy/.local/state/rollback-action-traffic -name arm 2> /dev/null || :')) === '' ? undefined : true;
}

/** Whether the run's last word had come to the host. */
async function wasConfirmed(host: Host): Promise<boolean> {
  return (await host.run('cat /home/deploy/.local/state/rollback-action/*/*/order 2> /dev/null || :')).split('\n').some((step) => step.startsWith('confirm'));
}

/** What of the SSH user still runs on a host that no connection holds: a decision that waits, or is being made. */
async function waiting(host: Host): Promise<readonly string[]> {
  return (await host.run('ps -u deploy -o comm=,args= || :')).split('\n').filter((line) => line !== '' && !/^(sshd|systemd|\(sd-pam\))/.test(line.trim()));
}

async function journal(host: Host): Promise<string> {
  return host.run('cd /home/deploy/.local/state && find . -type f -newermt "-10 minutes" -size -8k | sort | while read -r file; do echo "== $file"; head -c 600 "$file"; done');
}

/** The dead run's lock gave its last sign of life half a minute ago and more. */
async function forgetLock({ fleet }: TrafficScene): Promise<void> {
  await Promise.all(fleet.hosts.map((host) => host.run('for beat in $(find /var/tmp -path "*rollback-action.lock/beat"); do echo $(( $(cat "$beat") - 60 )) > "$beat"; done')));
}

/** A cable on which each word to a balancer takes its time, so that what lies between two steps is long enough to be killed in. */
async function slowCable({ balancers }: TrafficScene): Promise<AsyncDisposable & { readonly inputs: Inputs }> {
  const relays = await Promise.all(balancers.map(({ host }) => Relay.to(host.address)));
  for (const relay of relays) relay.delay = 60;
  return {
    inputs: {
      'load-balancers': relays.map(({ port }) => `127.0.0.1:${port}`).join('\n'),
      'ssh-known-hosts': relays.map(({ port }, index) => knownHostsLine('127.0.0.1', port, balancers[index]?.host.hostKey ?? '')).join('\n'),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(relays.map((relay) => relay[Symbol.asyncDispose]()));
    },
  };
}
