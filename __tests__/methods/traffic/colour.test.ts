import { describe, expect, test } from 'vitest';
import type { EndedRun } from '../../../src/hosts/history.ts';
import { chooseColour, type KnownColours } from '../../../src/methods/traffic/colour.ts';

const servers = { blue: 'blue:8000', green: 'green:8000' };
const choose = (known: Partial<KnownColours>) => chooseColour({ live: { 'lb-1': 'green', 'lb-2': 'green' }, servers, switchTo: undefined, unfinished: undefined, ended: [], releases: {}, ...known });
const ended = (over: Partial<EndedRun> = {}): EndedRun => ({ time: 1, run: '1-1', result: 'rolled-back', from: 'blue', to: 'green', app: 'file#app', bad: 'blue', ...over });

describe('the colour that gets the traffic', () => {
  test.each<[string, Partial<KnownColours>, unknown]>([
    ['is the other one', {}, { from: 'green', to: 'blue', rule: 'other' }],
    ['is the one that was named', { switchTo: 'green', live: { 'lb-1': 'blue' } }, { from: 'blue', to: 'green', rule: 'named' }],
    ['is the one that was named, though it is live', { switchTo: 'green' }, { from: 'green', to: 'green', rule: 'named' }],
    ['is the one that was named, though load balancers disagree', { switchTo: 'blue', live: { 'lb-1': 'blue', 'lb-2': 'green' } }, { from: 'green', to: 'blue', rule: 'named' }],
    ['is the one that was named, where both are live', { switchTo: 'blue', live: { 'lb-1': 'both' } }, { from: 'green', to: 'blue', rule: 'named' }],
    ['is the one that an interrupted run was on its way to', { unfinished: { from: 'green', to: 'blue' }, live: { 'lb-1': 'blue', 'lb-2': 'green' } }, { from: 'green', to: 'blue', rule: 'resumed' }],
    ['stays where the last rollback came from a bad one', { ended: [ended()] }, { from: 'green', to: 'green', rule: 'left' }],
    ['stays where the bad one is that release still', { ended: [ended({ badRelease: 'v3' })], releases: { blue: 'v3', green: 'v2' } }, { from: 'green', to: 'green', rule: 'left' }],
    ['stays where the bad one does not say what it is', { ended: [ended({ badRelease: 'v3' })], releases: { green: 'v2' } }, { from: 'green', to: 'green', rule: 'left' }],
    ['does not stay where another release runs there since', { ended: [ended({ badRelease: 'v3' })], releases: { blue: 'v4', green: 'v5' } }, { from: 'green', to: 'blue', rule: 'other' }],
    ['does not stay where that one was named, and was well', { ended: [ended({ time: 2, bad: undefined as never })] }, { from: 'green', to: 'blue', rule: 'other' }],
    ['does not stay for what an earlier rollback left', { ended: [ended(), ended({ time: 2, from: 'green', to: 'blue', bad: 'green' })] }, { from: 'green', to: 'blue', rule: 'other' }],
    ['does not stay for a rollback that was undone', { ended: [ended({ result: 'undone' })] }, { from: 'green', to: 'blue', rule: 'other' }],
  ])('%s', (_what, known, expected) => expect(choose(known)).toEqual(expected));

  test('is for a person to name where load balancers disagree, and each of them is told', () => {
    expect(choose({ live: { 'lb-1': 'green', 'lb-2': 'both', 'lb-3': 'none' } })).toMatchObject([
      { code: 'diverged', host: 'lb-1', what: 'green (green:8000) is live', fix: expect.stringContaining('switch-to') },
      { code: 'diverged', host: 'lb-2', what: 'both blue:8000 and green:8000 are live' },
      { code: 'diverged', host: 'lb-3', what: 'neither blue:8000 nor green:8000 is live' },
    ]);
  });
});
