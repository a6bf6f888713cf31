/** Notifiers as the inputs of a run open them, over a world of a test. */
import type { Memory, Notifier, NotifierOf, NotifierWorld, Send } from '../../src/notify/notifier.ts';
import { slack } from '../../src/notify/slack.ts';
import { statuspage } from '../../src/notify/statuspage.ts';
import { webhook } from '../../src/notify/webhook.ts';
import { FakeClock } from '../fakes/clock.ts';
import { read } from '../inputs/good.ts';

export type Request = Omit<Parameters<Send>[0], 'signal'>;

export function memoryOf(kept: Map<string, string> = new Map()): Memory {
  return { get: (name) => kept.get(name), set: (name, value) => void kept.set(name, value) };
}

export function worldOf(send: Send, more: Partial<NotifierWorld> = {}): NotifierWorld {
  return { clock: new FakeClock(), send, github: undefined, memory: memoryOf(), ...more };
}

/** All three, told at `base`. The path of Slack's is the credential. */
export function opened(base: string, world: NotifierWorld, components = 'kctbh9vrtdwd\nb13yz5g2cw10'): Readonly<Record<'slack' | 'statuspage' | 'webhook', Notifier>> {
  const inputs = read({
    'slack-webhook-url': `${base}/services/T000/B000/credential`, 'webhook-url': `${base}/events?key=credential`,
    'statuspage-api-key': 'credential', 'statuspage-page-id': 'gytm4qzbx9t6', 'statuspage-api-url': `${base}/v1`, 'statuspage-component-ids': components,
  });
  const open = (of: NotifierOf): Notifier => {
    const notifier = of(inputs, world);
    if (notifier === undefined) throw new Error('the inputs ask for it');
    return notifier;
  };
  return { slack: open(slack), statuspage: open(statuspage), webhook: open(webhook) };
}
