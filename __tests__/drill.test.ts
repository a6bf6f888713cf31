import { describe, expect, test } from 'vitest';
import { rollback } from '../src/rollback.ts';
import { fakeProduction, run, v2, v3 } from './fakes/production.ts';

type Production = ReturnType<typeof fakeProduction>;
const story = ({ inputs, method, world }: Production) => rollback(inputs, method, { ...run, drill: true }, world);

describe('a drill', () => {
  test('goes back, is proved, goes forward again, is compared, and is written down as a drill', async () => {
    const production = fakeProduction({ inputs: { drill: 'true' }, broken: [] });
    const report = await story(production);
    expect(report).toMatchObject({ result: 'rolled-back', reasonCode: '', from: { sha: v3 }, to: { sha: v2 }, run: { drill: true } });
    expect(report.drill?.backSeconds).toBeGreaterThan(0);
    expect(report.drill?.forwardSeconds).toBeGreaterThan(0);
    expect([...production.releases.values()], 'production is on what it was found on').toEqual([v3, v3]);
    expect(production.done).toEqual([
      'assess', 'lock', 'checkpoint', 'web-1 dump', 'web-1 checkout', 'web-2 checkout', 'web-2 undo-checkout', 'web-1 undo-checkout',
      'web-1 close undone drop', 'web-2 close undone drop', 'unlock', 'disconnect',
    ]);
    expect(report.hosts.map(({ result }) => result)).toEqual(['undone', 'undone']);
    expect(production.events.map(({ kind }) => kind)).toEqual(['begun', 'executing', 'verifying']);
  });

  test('whose rollback does not succeed is taken back like any other', async () => {
    const production = fakeProduction({ inputs: { drill: 'true' }, broken: [v2] });
    const report = await story(production);
    expect(report).toMatchObject({ result: 'undone', reasonCode: 'target-unhealthy' });
    expect(report).not.toHaveProperty('drill');
    expect(production.events.map(({ kind }) => kind)).toEqual(['begun', 'executing', 'undoing']);
  });

  test('is taken back too where a rollback would be left as it is', async () => {
    const production = fakeProduction({ inputs: { drill: 'true', 'on-failure': 'stop' }, broken: [v2] });
    expect(await story(production)).toMatchObject({ result: 'undone' });
    expect([...production.releases.values()]).toEqual([v3, v3]);
  });

  test('that cannot go forward again needs a person', async () => {
    const production = fakeProduction({ inputs: { drill: 'true' }, broken: [], act: (host, { id }) => (host === 'web-1' && id === 'undo-checkout' ? { code: 1 } : undefined) });
    const report = await story(production);
    expect(report).toMatchObject({ result: 'failed', reasonCode: 'undo-failed' });
    expect(report).not.toHaveProperty('drill');
  });

  test('does not take up what an earlier run left', async () => {
    const production = fakeProduction({ inputs: { drill: 'true' }, assessed: { run: 'dead-1' } });
    expect(await story(production)).toMatchObject({ result: 'refused', reasonCode: 'locked' });
    expect(production.done).toEqual(['assess', 'disconnect']);
    expect(production.events).toEqual([]);
  });
});

test('people are told what happens, in order, with what is known of it', async () => {
  const production = fakeProduction({ assessed: { run: 'dead-1' } });
  await rollback(production.inputs, production.method, run, production.world);
  expect(production.events.map(({ kind }) => kind)).toEqual(['begun', 'executing', 'verifying']);
  expect(production.events[0]).toMatchObject({ hosts: ['web-1', 'web-2'], takesUp: 'dead-1', from: { sha: v3 }, to: { sha: v2 } });
  const times = production.events.map(({ time }) => time);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});
