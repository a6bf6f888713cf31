import { expect, test } from 'vitest';
import { reached } from '../../src/hosts/reached.ts';
import type { Connected } from '../../src/world.ts';

function connection(): Connected & { disposed: number } {
  const host = { name: 'web-1', ask: () => Promise.resolve({ code: 0, facts: new Map(), output: '' }), dial: () => Promise.reject(new Error('nothing is dialled here')) };
  const made = { disposed: 0, hosts: new Map([['web-1', host]]), lock: () => Promise.reject(new Error('nothing is locked here')), [Symbol.asyncDispose]: () => { made.disposed += 1; return Promise.resolve(); } };
  return made;
}

test('it is connected when it is first asked, and once', async () => {
  let times = 0;
  const made = connection();
  {
    await using host = reached('web-1', () => { times += 1; return Promise.resolve(made); });
    expect(times).toBe(0);
    await Promise.all([host.ask(':'), host.ask(':')]);
    expect(times).toBe(1);
    expect(made.disposed).toBe(0);
  }
  expect(made.disposed).toBe(1);
});

test('what failed is tried again with the next question', async () => {
  let times = 0;
  await using host = reached('web-1', () => { times += 1; return times === 1 ? Promise.reject(new Error('cannot connect')) : Promise.resolve(connection()); });
  await expect(host.ask(':')).rejects.toThrow('cannot connect');
  await expect(host.ask(':')).resolves.toMatchObject({ code: 0 });
});

test('nobody waits for a host that is still being connected; it is closed when it comes', async () => {
  const { promise, resolve } = Promise.withResolvers<Connected>();
  const made = connection();
  const host = reached('web-1', () => promise);
  const asked = host.ask(':');
  await host[Symbol.asyncDispose]();
  expect(made.disposed).toBe(0);
  resolve(made);
  await asked;
  expect(made.disposed).toBe(1);
});
