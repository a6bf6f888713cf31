/** What a run leaves on balancers, read from outside, without any part of the software under test. */
import { expect } from 'vitest';
import { tree } from '../fleet/tree.ts';
import { plain, runAction, type Ended } from '../rollback/runner.ts';
import type { Inputs } from '../rollback/inputs.ts';
import type { Balancer } from './balancer.ts';
import { nginxFile } from './nginx-file.ts';
import type { TrafficScene } from './scene.ts';

/** A balancer as traffic sees it: every byte of its configuration with mode and owner, which servers answer, and whether nginx is the same one. */
export type Standing = { readonly configuration: readonly string[]; readonly answers: readonly string[]; readonly master: string };

export async function standing(scene: TrafficScene): Promise<Readonly<Record<string, Standing>>> {
  const entries = await Promise.all(scene.balancers.map(async (balancer) => [balancer.host.name, {
    configuration: await balancer.configuration(),
    answers: Object.keys(await balancer.answering()).toSorted(),
    master: (await balancer.processes()).master,
  }] as const));
  return Object.fromEntries(entries);
}

/** Every byte of every host's disk, and the workers of every balancer: of a run that must not touch anything. */
export async function everything(scene: TrafficScene): Promise<unknown> {
  const workers = await Promise.all(scene.balancers.map((balancer) => balancer.processes().catch(() => 'nginx does not run')));
  return { workers, trees: await Promise.all(scene.fleet.hosts.map(tree)) };
}

/** What a run that has ended must not leave on a host: locks, copies for an undo, decisions that wait. */
export async function leftBehind({ fleet }: TrafficScene): Promise<readonly string[]> {
  const found = await Promise.all(fleet.hosts.map(async (host) => (await host.run(`
for state in /home/deploy/.local/state /root/.local/state; do
  if [ -d "$state/rollback-action-traffic" ]; then find "$state/rollback-action-traffic" \\( -name old -o -name begun -o -name arm -o -name reloaded \\); fi
done
find /var/tmp /var/www/green-matchers -name 'rollback-action.lock*'
find $(dirname ${nginxFile}) \\( -name '.*' -o -name '*rb-*' -o -name '*rollback*' \\)`)).split('\n').filter(Boolean).map((path) => `${host.name}: ${path}`)));
  return found.flat();
}

/** Which servers answer on each balancer: `[['blue'], ['blue']]`. */
export function answering({ balancers }: Pick<TrafficScene, 'balancers'>): Promise<readonly (readonly string[])[]> {
  return Promise.all(balancers.map(async (balancer) => Object.keys(await balancer.answering()).toSorted()));
}

export function files({ balancers }: Pick<TrafficScene, 'balancers'>): Promise<readonly Awaited<ReturnType<Balancer['file']>>[]> {
  return Promise.all(balancers.map((balancer) => balancer.file()));
}

/** Runs the action; if it does not end as expected, the failure shows what it said. */
export async function ends(expected: Readonly<Record<string, unknown>>, inputs: Inputs, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const ended = await runAction(inputs, environment);
  endedAs(ended, expected);
  return ended;
}

/** The same for a run that has ended already. */
export function endedAs(ended: Ended, expected: Readonly<Record<string, unknown>>): void {
  expect({ code: ended.code, ...ended.outputs }, story(ended)).toMatchObject(expected);
}

/** What the action said, for a person who looks at a failed test. */
export function story({ log, summary }: Ended): string {
  return `the action's log:\n${log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n')}\nits summary:\n${plain(summary)}\n`;
}

/** Everything that a person is told, without the marks of Markdown. */
export function told(ended: Ended): string {
  return `${plain(ended.summary).replaceAll('`', '')}\n${ended.log.split('\n').filter((line) => line.startsWith('::')).join('\n')}`;
}
