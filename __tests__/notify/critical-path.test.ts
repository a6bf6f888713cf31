/** A rollback with those who are told in every bad state ends as it would with nobody to tell: to the millisecond, with the same report. */
import { expect, test } from 'vitest';
import type { Notifier } from '../../src/notify/notifier.ts';
import { sendOver, type TryOnce } from '../../src/notify/sending.ts';
import { openTelling } from '../../src/notify/telling.ts';
import type { Clock } from '../../src/ports.ts';
import { rollback } from '../../src/rollback.ts';
import { fakeProduction, run, v3 } from '../fakes/production.ts';
import { event } from './events.ts';
import { opened, worldOf } from './notifiers.ts';

/** Tries as they come out of the adapter, on the run's own clock. */
const tries: Readonly<Record<string, (clock: Clock) => TryOnce>> = {
  refused: () => async () => ({ kind: 'unanswered', why: 'the connection was refused' }),
  'a black hole, or a byte a second': (clock) => async ({ signal }) => {
    await clock.sleep(5000, signal);
    return { kind: 'unanswered', why: 'no answer within 5 s' };
  },
  500: () => async () => ({ kind: 'answered', status: 500, body: '' }),
  429: () => async () => ({ kind: 'answered', status: 429, body: '', retryAfter: '30' }),
  'bad TLS': () => async () => ({ kind: 'unanswered', why: 'its certificate is not valid (self-signed certificate)' }),
  'a gigabyte, of which 64 KiB are taken': () => async () => ({ kind: 'answered', status: 200, body: 'x'.repeat(65_536) }),
  'no end, whatever is asked': () => () => new Promise(() => {}),
  'a mistake of ours': () => () => Promise.reject(new TypeError('x is not a function')),
};

const rude: Notifier = { name: 'Rude', tell: () => { throw new Error('no'); } };

test.each(Object.entries(tries).flatMap(([what, of]) => (['rolled-back', 'undone'] as const).map((result) => [what, result, of] as const)))('%s: %s', async (what, result, of) => {
  const options = result === 'undone' ? { broken: [v3, '2'.repeat(40)] } : {};
  const alone = fakeProduction(options);
  const expected = await rollback(alone.inputs, alone.method, run, alone.world);
  expect(expected.result).toBe(result);

  const production = fakeProduction(options);
  const { clock } = production;
  const { slack, statuspage, webhook } = opened('https://told.test', worldOf(sendOver(of(clock), clock), { clock }));
  const telling = openTelling([slack, rude, statuspage, webhook], { clock });
  const report = await rollback(production.inputs, production.method, run, { ...production.world, tell: (each) => telling.tell(each) });
  expect(report).toEqual(expected);
  expect(production.done).toEqual(alone.done);

  const end = clock.now();
  telling.tell(event({ kind: 'ended', report }));
  const warnings = await telling.finish(10_000);
  expect(clock.now() - end).toBeLessThanOrEqual(10_000);
  // A body that says nothing is good enough for whoever only wants to know that it arrived.
  const told = what.startsWith('a gigabyte') ? ['Rude', 'Statuspage'] : ['Slack', 'Rude', 'Statuspage', 'The webhook'];
  expect([...new Set(warnings.map((warning) => warning.split(' was not told')[0]))]).toEqual(told);
});
