import { expect, test } from 'vitest';
import type { Address } from '../../src/adapters/http-connection.ts';
import { oneAtATime, waitForName } from '../../src/adapters/names.ts';

const address: readonly Address[] = [{ address: '192.0.2.1', family: 4 }];

function resolver() {
  const open: { readonly name: string; readonly end: PromiseWithResolvers<readonly Address[]> }[] = [];
  const resolve = oneAtATime((name) => {
    const end = Promise.withResolvers<readonly Address[]>();
    open.push({ name, end });
    return end.promise;
  });
  return { open, resolve };
}

test('A silent resolver is asked for one name at a time, and not again for one that it is asked for', async () => {
  const { open, resolve } = resolver();
  const [slack, again, page] = [resolve('slack.test'), resolve('slack.test'), resolve('page.test')];
  await new Promise(setImmediate);
  expect(open.map(({ name }) => name)).toEqual(['slack.test']);
  open[0]?.end.resolve(address);
  expect(await Promise.all([slack, again])).toEqual([address, address]);
  await new Promise(setImmediate);
  expect(open.map(({ name }) => name)).toEqual(['slack.test', 'page.test']);
  open[1]?.end.resolve(address);
  expect(await page).toBe(address);
});

test('After a name that is not there the next one is looked up, and a name later once more', async () => {
  const { open, resolve } = resolver();
  const [gone, page] = [resolve('gone.test'), resolve('page.test')];
  await new Promise(setImmediate);
  open[0]?.end.reject(new Error('ENOTFOUND'));
  await expect(gone).rejects.toThrow('ENOTFOUND');
  await new Promise(setImmediate);
  open[1]?.end.resolve(address);
  expect(await page).toBe(address);
  const later = resolve('gone.test');
  await new Promise(setImmediate);
  open[2]?.end.resolve(address);
  expect(await later).toBe(address);
});

test('GitHub is not asked while its name is not found; a name that is not there, an address and a proxy need no waiting', async () => {
  const silent = (): Promise<never> => Promise.withResolvers<never>().promise;
  const ending = new AbortController();
  const waiting = waitForName('https://api.github.com', silent, {}, ending.signal);
  ending.abort(new Error('too late'));
  await expect(waiting).rejects.toThrow('too late');
  await expect(waitForName('https://api.github.com', silent, {}, ending.signal)).rejects.toThrow('too late');
  const { signal } = new AbortController();
  await waitForName('https://gone.test', async () => Promise.reject(new Error('ENOTFOUND')), {}, signal);
  await waitForName('http://127.0.0.1:8080', silent, {}, signal);
  await waitForName('http://[::1]:8080', silent, {}, signal);
  await waitForName('https://api.github.com', silent, { https_proxy: 'http://proxy.test:3128' }, signal);
});
