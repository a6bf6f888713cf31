import { expect, test } from 'vitest';
import type { Event } from '../../src/notify/event.ts';
import type { Notifier } from '../../src/notify/notifier.ts';
import { openTelling } from '../../src/notify/telling.ts';
import { FakeClock } from '../fakes/clock.ts';
import { begun, ended, event } from './events.ts';

const executing = event({ kind: 'executing' });
const verifying = event({ kind: 'verifying' });
const end = ended('rolled-back');

/** Writes down when it is told what; telling takes `takes`. */
function scribe(clock: FakeClock, takes: number, more: Partial<Notifier> = {}): Notifier & { readonly told: string[] } {
  const told: string[] = [];
  return {
    name: 'Scribe', told, ...more,
    async tell({ kind }: Event, signal) {
      told.push(`${clock.now()} ${kind}`);
      await clock.sleep(takes, signal);
    },
  };
}

const never: Notifier = { name: 'Hole', tell: () => new Promise(() => {}) };
const failing = (why: string): Notifier => ({ name: 'Slack', tell: () => Promise.reject(new Error(why)) });

test('tells in order, one at a time', async () => {
  const clock = new FakeClock();
  const one = scribe(clock, 300);
  const telling = openTelling([one], { clock });
  for (const each of [begun(), executing, verifying, end]) telling.tell(each);
  expect(await telling.finish(10_000)).toEqual([]);
  expect(one.told).toEqual(['0 begun', '300 executing', '600 verifying', '900 ended']);
});

test('keeps the time between two starts that a notifier asks for', async () => {
  const clock = new FakeClock();
  const one = scribe(clock, 300, { spacing: 1000 });
  const telling = openTelling([one], { clock });
  telling.tell(begun());
  telling.tell(executing);
  await clock.sleep(5000);
  telling.tell(end);
  await telling.finish(10_000);
  expect(one.told).toEqual(['0 begun', '1000 executing', '5000 ended']);
});

test('whoever tells only how things stand is told the newest of what waits', async () => {
  const clock = new FakeClock();
  const one = scribe(clock, 300, { tellsState: true });
  const telling = openTelling([one], { clock });
  telling.tell(begun());
  await clock.sleep(100);
  for (const each of [executing, verifying, end]) telling.tell(each);
  expect(await telling.finish(10_000)).toEqual([]);
  expect(one.told).toEqual(['0 begun', '300 ended']);
});

test('telling returns before anybody is asked, and throws nothing', async () => {
  const clock = new FakeClock();
  let asked = false;
  const rude: Notifier = { name: 'Rude', tell: () => { asked = true; throw new Error('no'); } };
  const telling = openTelling([rude], { clock });
  telling.tell(begun());
  expect(asked).toBe(false);
  expect(await telling.finish(10_000)).toEqual(['Rude was not told: no']);
  expect(asked).toBe(true);
});

test('one that hangs holds up nobody else, and the end only for the limit; what it waits for is ended', async () => {
  const clock = new FakeClock();
  const signals: AbortSignal[] = [];
  const hole: Notifier = { ...never, tell: (_event, signal) => { signals.push(signal); return new Promise(() => {}); } };
  const one = scribe(clock, 300);
  const telling = openTelling([hole, one], { clock });
  for (const each of [begun(), end]) telling.tell(each);
  expect(await telling.finish(10_000)).toEqual(['Hole was not told how the rollback ended: it took longer than 10 s after the run']);
  expect(clock.now()).toBe(10_000);
  expect(one.told).toEqual(['0 begun', '300 ended']);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('what was told before the limit and fails because of it is told of once', async () => {
  const clock = new FakeClock();
  const slow: Notifier = { name: 'Slow', async tell(_event, signal) { await clock.sleep(60_000, signal); throw new Error('there was no time left for it'); } };
  const log: string[] = [];
  const telling = openTelling([slow], { clock, log: { info: (line) => log.push(line) } });
  telling.tell(begun());
  expect(await telling.finish(10_000)).toEqual(['Slow was not told that the rollback began: it took longer than 10 s after the run']);
  await clock.sleep(1);
  expect(clock.now()).toBe(10_001);
  expect(log).toEqual([]);
});

test('each reason is told once for each notifier, and in the log when it is found', async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const telling = openTelling([failing('answered 404 "no_service"'), { ...failing('x: the connection was refused'), name: 'The webhook' }], { clock, log: { info: (line) => log.push(line) } });
  for (const each of [begun(), executing, end]) telling.tell(each);
  const warnings = await telling.finish(10_000);
  expect(warnings).toEqual(['Slack was not told: answered 404 "no_service"', 'The webhook was not told: x: the connection was refused']);
  expect(log.toSorted()).toEqual(['Slack was not told that the rollback began: answered 404 "no_service"', 'The webhook was not told that the rollback began: x: the connection was refused']);
});

test('with nobody to tell, and after the end, nothing is waited for', async () => {
  const clock = new FakeClock();
  const nobody = openTelling([], { clock });
  nobody.tell(end);
  expect(await nobody.finish(10_000)).toEqual([]);
  const one = scribe(clock, 0);
  const telling = openTelling([one], { clock });
  await telling.finish(10_000);
  telling.tell(end);
  await clock.sleep(1);
  expect(one.told).toEqual([]);
});
