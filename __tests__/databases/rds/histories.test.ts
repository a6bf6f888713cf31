import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeCommand } from '../../../src/databases/rds/commands.ts';
import { madeName } from '../../../src/databases/rds/names.ts';
import { startAws, type Aws } from './aws.ts';
import { motoAvailable } from './moto.ts';
import type { Call, Fault, State } from './relay.ts';
import { instances, makeInstance } from './sources.ts';

const minute = 60_000;
const scripts: Readonly<Record<string, { readonly states: readonly State[]; readonly ends: string }>> = {
  'creating, available': { states: [[0, 'creating'], [4 * minute, 'available']], ends: 'available' },
  'creating, backing-up, available': { states: [[0, 'creating'], [3 * minute, 'backing-up'], [4 * minute, 'available']], ends: 'available' },
  'creating, modifying for Multi-AZ, available': { states: [[0, 'creating'], [2 * minute, 'backing-up'], [3 * minute, 'modifying'], [7 * minute, 'available']], ends: 'available' },
  'available at once': { states: [[0, 'available']], ends: 'available' },
  'creating for half an hour, available': { states: [[0, 'creating'], [30 * minute, 'available']], ends: 'available' },
  'an unknown state in between': { states: [[0, 'creating'], [2 * minute, 'configuring-something-new'], [4 * minute, 'available']], ends: 'available' },
  'creating, failed': { states: [[0, 'creating'], [3 * minute, 'failed']], ends: 'failed' },
  'creating, incompatible-restore': { states: [[0, 'creating'], [3 * minute, 'incompatible-restore']], ends: 'incompatible-restore' },
  'creating, incompatible-network': { states: [[0, 'creating'], [minute, 'incompatible-network']], ends: 'incompatible-network' },
  'creating, storage-full': { states: [[0, 'creating'], [3 * minute, 'backing-up'], [4 * minute, 'storage-full']], ends: 'storage-full' },
  'creating, deleting': { states: [[0, 'creating'], [3 * minute, 'deleting']], ends: 'deleting' },
};

const throttling: Fault = { status: 400, code: 'Throttling', message: 'Rate exceeded' };
const unavailable: Fault = { status: 503, code: 'ServiceUnavailable', message: 'Service is unavailable' };
const nth = (every: number, fault: Fault, only = /./): (() => (call: Call) => Fault | undefined) => () => {
  let seen = 0;
  return ({ action }) => (only.test(action) && ++seen % every === 0 ? fault : undefined);
};
const first = (times: number, fault: Fault, only: RegExp): (() => (call: Call) => Fault | undefined) => () => {
  let seen = 0;
  return ({ action }) => (only.test(action) && ++seen <= times ? fault : undefined);
};
const troubles: Readonly<Record<string, () => (call: Call) => Fault | undefined>> = {
  nothing: () => () => undefined,
  'every third call throttled': nth(3, throttling),
  'every fourth call a 503': nth(4, unavailable),
  'every fifth call cut': nth(5, 'reset'),
  'the restore throttled eight times': first(8, throttling, /^Restore/),
  'the restore carried out and answered with a 500': first(1, { status: 500, code: 'InternalFailure', message: 'Internal error', carriedOut: true }, /^Restore/),
  'tagging refused twice with a 500': first(2, unavailable, /^AddTags/),
};

describe.skipIf(!motoAvailable())('a restore', () => {
  let aws: Aws;
  let run = 0;
  beforeAll(async () => {
    aws = await startAws();
    await makeInstance(aws, 'mydb', instances.io2, 'early');
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  const histories = Object.entries(scripts).flatMap(([script, { states, ends }]) => Object.entries(troubles).map(([trouble, fault]) => ({ script, trouble, states, ends, fault })));
  test('is tried in at least 60 histories', () => { expect(histories.length).toBeGreaterThanOrEqual(60); });

  test.each(histories)('through $script with $trouble ends as it should', async ({ states, ends, fault }) => {
    const { relay, clock } = aws;
    const name = `history-${++run}`;
    const as = madeName('mydb', 'restored', name);
    relay.scripts.set(as, states);
    relay.faults = [fault()];
    relay.calls.length = 0;
    const end = await aws.place({ kind: 'instance', id: 'mydb' }, name).perform({ id: 'rds-restore', limit: 3 * 60 * minute, script: writeCommand({ rds: 'restore', of: { kind: 'instance', id: 'mydb' }, from: { kind: 'snapshot', id: 'early' }, as }) });
    relay.faults = [];
    const last = states.at(-1)?.[0] ?? 0;
    const known = clock.now() - (relay.availableAt('instance', as) - (ends === 'available' ? 0 : Number.POSITIVE_INFINITY));
    if (ends === 'available') {
      expect(end).toMatchObject({ kind: 'finished', code: 0 });
      expect(known).toBeLessThanOrEqual(20_000);
    } else {
      expect(end).toMatchObject({ kind: 'finished', code: 1, output: `${as} is ${ends}\n` });
      const began = relay.calls.findLast(({ action }) => action.startsWith('Restore'))?.at ?? 0;
      expect(clock.now() - (began + last)).toBeLessThanOrEqual(20_000);
    }
    expect(relay.calls.filter(({ action }) => action.startsWith('Delete'))).toEqual([]);
  });
});
