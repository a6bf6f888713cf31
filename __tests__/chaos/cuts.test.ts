import { describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Host } from '../fleet/host.ts';
import { knownHostsLine } from '../fleet/keys.ts';
import { Relay, type Cut } from '../fleet/relay.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { answering, everywhere, leftBehind, rowsOfV2, starts, steps } from '../rollback/evidence.ts';
import { inputsFor, revisionsAfter, type Inputs } from '../rollback/inputs.ts';
import { runAction } from '../rollback/runner.ts';
import { openScene, type Scene } from '../rollback/scene.ts';

const available = await fleetAvailable();

/** What is cut on a host: at the n-th of its steps (from 0) or not. */
type Where = (step: number) => boolean;
type Cuts = readonly { readonly step: string; readonly inFlight: boolean }[];

// Silence is noticed after 15 s at each cut: these wait most of the time, so they run beside each other.
describe.skipIf(!available).concurrent('a rollback whose connections are cut at each step does everything once', { timeout: 300_000 }, () => {
  test.for([
    ['by RST and by FIN, on three hosts', 3, [['reset', always], ['end', always]]],
    ['by silence, at every other step', 1, [['silence', (step) => step % 2 === 0]]],
    ['by silence, at the steps between', 1, [['silence', (step) => step % 2 === 1]]],
  ] satisfies [string, number, [Cut, Where][]][])('%s', async ([, hosts, rounds]) => {
    await using scene = await openScene(hosts);
    await Promise.all(scene.fleet.hosts.map(slowGit));
    for (const [how, where] of rounds) await rollBackThrough(scene, how, where);
  });
});

describe.skipIf(!available)('a rollback whose connections', () => {
  test('all die after so many bytes', async () => {
    await using scene = await openScene(2);
    await using relays = await relaysFor(scene);
    for (const relay of relays.all) relay.cutAfter({ how: 'reset', bytes: 60_000 });
    expect((await runAction(inputsFor(scene.production, relays.inputs))).outputs).toMatchObject({ result: 'rolled-back' });
    for (const relay of relays.all) expect(relay.connections).toBeGreaterThan(2);
    await expectEachStepOnce(scene);
  });
});

async function rollBackThrough(scene: Scene, how: Cut, where: Where): Promise<void> {
  await scene.reset();
  const { production, fleet } = scene;
  const [rows, started] = await Promise.all([rowsOfV2(production), Promise.all(fleet.hosts.map((host) => starts(host, production)))]);
  await using relays = await relaysFor(scene);
  const ended = new AbortController();
  const cutting = Promise.all(fleet.hosts.map((host, index) => cutAtSteps(host, () => relays.all[index]?.cut(how), where, ended.signal)));
  const { code, outputs, summary } = await runAction(inputsFor(production, relays.inputs)).finally(() => ended.abort());
  const cuts = await cutting;

  expect({ code, result: outputs['result'], summary: outputs['result'] === 'rolled-back' ? '' : summary }).toEqual({ code: 0, result: 'rolled-back', summary: '' });
  await expectEachStepOnce(scene);
  for (const [index, host] of fleet.hosts.entries()) {
    const known = (await steps(host)).map(({ step }) => step).filter((_, number) => where(number));
    expect(cuts[index]?.map(({ step }) => step)).toEqual(known);
    // Most of them before the step had ended, and each of them led to a new connection.
    expect(cuts[index]?.filter(({ inFlight }) => inFlight).length).toBeGreaterThan(known.length / 2);
    expect(relays.all[index]?.connections).toBeGreaterThan(known.length / 2);
    expect(await starts(host, production)).toHaveLength((started[index]?.length ?? 0) + 1);
  }
  expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
  expect((await snapshot(production)).database.revisions).toEqual(revisionsAfter('v2'));
  expect(await rowsOfV2(production)).toEqual(rows);
}

async function expectEachStepOnce({ production, fleet }: Scene): Promise<void> {
  for (const host of fleet.hosts) {
    const all = await steps(host);
    expect(all.map(({ step }) => step)).toEqual(expect.arrayContaining(['keep', 'checkout', 'restart', 'close']));
    expect(all.filter(({ starts: times, rc }) => times !== 1 || rc !== '0')).toEqual([]);
  }
  expect(await leftBehind(production)).toEqual([]);
}

/** Cuts once at each step, as soon as the host's journal says that it has started. */
async function cutAtSteps(host: Host, cut: () => void, where: Where, until: AbortSignal): Promise<Cuts> {
  const cuts: { step: string; inFlight: boolean }[] = [];
  let seen = 0;
  while (!until.aborted) {
    const order = (await host.run('cat /home/deploy/.local/state/rollback-action/production/*/order 2> /dev/null || :')).split('\n').filter(Boolean);
    for (const step of order.slice(seen)) {
      seen += 1;
      if (!where(seen - 1)) continue;
      cut();
      const inFlight = (await host.exec(`test -s /home/deploy/.local/state/rollback-action/production/*/${step}/rc`)).code !== 0;
      cuts.push({ step, inFlight });
    }
  }
  return cuts;
}

type Relays = AsyncDisposable & { readonly all: readonly Relay[]; readonly inputs: Inputs };

/** A bad cable to every host, and the inputs that lead through them. */
async function relaysFor({ fleet }: Scene): Promise<Relays> {
  const all = await Promise.all(fleet.hosts.map(({ address }) => Relay.to(address)));
  return {
    all,
    inputs: {
      hosts: all.map(({ port }) => `127.0.0.1:${port}`).join('\n'),
      'ssh-known-hosts': all.map(({ port }, index) => knownHostsLine('127.0.0.1', port, fleet.hosts[index]?.hostKey ?? '')).join('\n'),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((relay) => relay[Symbol.asyncDispose]()));
    },
  };
}

/** Every git command of the SSH user takes a while, so that a step which is short on this machine is in flight when it is cut. */
async function slowGit(host: Host): Promise<void> {
  await host.write('/usr/local/bin/git', '#!/bin/sh\nsleep 0.15\nexec /usr/bin/git "$@"\n', '0755');
}

function always(): boolean {
  return true;
}
