import { expect, test } from 'vitest';
import { RollbackError } from '../../src/errors.ts';
import type { Connection } from '../../src/hosts/connection.ts';
import { exchange } from '../../src/hosts/exchange.ts';
import { connectAll } from '../../src/hosts/fleet.ts';
import { readOnly } from '../../src/hosts/host.ts';
import { link } from '../../src/hosts/link.ts';
import { semaphore } from '../../src/hosts/semaphore.ts';
import type { Clock } from '../../src/ports.ts';

const connection: Connection = {
  alive: true,
  exec: async () => ({ kind: 'lost', why: 'cut' }),
  dial: () => Promise.reject(new Error('refused')),
  [Symbol.asyncDispose]: async () => undefined,
};

/** Time passes only by sleeping. */
function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return { slept, now: () => now, sleep: async (duration) => void (slept.push(duration), now += duration) };
}

const away = (host: string): RollbackError => new RollbackError({ what: 'cannot connect', code: 'host-unreachable', host, fix: 'Start it' });
const address = (name: string) => ({ name, user: 'deploy', address: name, port: 22 });
const options = { parallel: 2, run: { environment: 'production', id: '1-1' }, fences: () => ({ place: { folder: '/x' }, token: 't' }), clock: fakeClock(), nonce: () => 'n' };

test('all hosts that cannot be reached are told at once, a jump host once, and the others closed', async () => {
  const closed: string[] = [];
  const opening = connectAll(['web-1', 'web-2', 'web-3', 'web-4'].map(address), {
    ...options,
    open: async ({ name }) => {
      if (name === 'web-2') throw away(name);
      if (name !== 'web-1') throw away('bastion');
      return { ...connection, [Symbol.asyncDispose]: async () => void closed.push(name) };
    },
  });
  await expect(opening).rejects.toMatchObject({ failures: [{ host: 'web-2' }, { host: 'bastion' }] });
  expect(closed).toEqual(['web-1']);
});

test('hosts keep their order; one given twice is one', async () => {
  const opened: string[] = [];
  await using fleet = await connectAll(['web-2', 'web-1', 'web-2'].map(address), { ...options, open: async ({ name }) => (opened.push(name), connection) });
  expect([...fleet.hosts.keys()]).toEqual(['web-2', 'web-1']);
  expect(opened).toEqual(['web-2', 'web-1']);
});

test('a dry run is given hosts on which nothing can be performed', async () => {
  await using fleet = await connectAll([address('web-1')], { ...options, open: async () => connection });
  const [host] = fleet.hosts.values();
  expect(Object.keys(readOnly(host ?? expect.fail()))).toEqual(['name', 'ask', 'dial']);
});

test('a host that stays away is given up after a minute', async () => {
  const clock = fakeClock();
  const sent = await exchange(link(() => Promise.reject(away('web-1'))), clock, async () => ({ kind: 'answer', value: 1 }));
  expect(sent).toEqual({ kind: 'lost', why: 'web-1: cannot connect. Start it' });
  expect(clock.now()).toBe(60_000);
});

test('a host whose key changed in the middle is not asked again', async () => {
  const changed = new RollbackError({ what: 'another key', code: 'host-key-mismatch', host: 'web-1', fix: 'Find out' });
  await expect(exchange(link(() => Promise.reject(changed)), fakeClock(), async () => ({ kind: 'answer', value: 1 }))).rejects.toBe(changed);
});

test('six losses in a row are borne, a seventh is not; time on the line pays for them', async () => {
  const clock = fakeClock();
  const afterLosses = async (losses: number, lasting: number): Promise<unknown> => {
    let left = losses;
    return exchange(link(async () => connection), clock, async () => {
      await clock.sleep(lasting);
      return left-- > 0 ? { kind: 'lost', why: 'cut' } : { kind: 'answer', value: 'done' };
    });
  };
  expect(await afterLosses(6, 100)).toEqual({ kind: 'answer', value: 'done' });
  expect(await afterLosses(7, 100)).toEqual({ kind: 'lost', why: 'cut' });
  expect(await afterLosses(50, 31_000)).toEqual({ kind: 'answer', value: 'done' });
});

test('a semaphore lets so many in, and the next when one leaves, failed or not', async () => {
  const enter = semaphore(2);
  let inside = 0;
  let most = 0;
  const ends = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => enter(async () => {
    most = Math.max(most, ++inside);
    await Promise.resolve();
    inside -= 1;
    if (index % 3 === 0) throw new Error('failed');
    return index;
  })));
  expect(most).toBe(2);
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
});
