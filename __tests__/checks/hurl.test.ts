import { expect, test } from 'vitest';
import type { Hurl, HurlEnd } from '../../src/checks/hurl-port.ts';
import { refuseUnreadable } from '../../src/checks/hurl-ready.ts';
import { runHurlFiles } from '../../src/checks/hurl.ts';
import { mistakesOf } from '../inputs/good.ts';
import { FakeClock } from '../fakes/clock.ts';
import { fileNamed, recorded } from './hurl/recorded.ts';

const read = fileNamed('status');
const writes = fileNamed('shop');

/** Answers with these ends, one after the other, the last again and again; each takes so long. */
function fakeHurl(clock: FakeClock, ends: readonly HurlEnd[], takes = 1000) {
  const runs: { readonly path: string; readonly limit: number; readonly time: number }[] = [];
  const hurl: Hurl = {
    variables: new Set(['base', 'session']), secrets: [],
    check: async (path) => recorded(path === 'checks/syntax.hurl' ? 'syntax' : 'empty'),
    async run(path, limit) {
      runs.push({ path, limit, time: clock.now() });
      await clock.sleep(takes);
      return ends[Math.min(runs.length, ends.length) - 1] ?? { kind: 'late' };
    },
  };
  return { hurl, runs };
}

test('a file that changes nothing is run until it passes, at most three times in 60 s', async () => {
  const clock = new FakeClock();
  const { hurl, runs } = fakeHurl(clock, [recorded('status'), recorded('shop')]);
  const results = await runHurlFiles([read], async () => hurl, { clock, signal: new AbortController().signal });
  expect(results.map(({ verdict, tries }) => [verdict, tries])).toEqual([['passed', 2], ['passed', 2]]);
  expect(runs).toEqual([{ path: 'checks/status.hurl', limit: 60_000, time: 0 }, { path: 'checks/status.hurl', limit: 57_000, time: 3000 }]);

  const bad = fakeHurl(clock, [recorded('status')]);
  expect((await runHurlFiles([read], async () => bad.hurl, { clock, signal: new AbortController().signal })).map(({ verdict, tries }) => [verdict, tries])).toEqual([['passed', 3], ['failed', 3]]);
  expect(bad.runs).toHaveLength(3);
});

test('one that sends a POST is run once, and so is one whose time is over, or whose run is', async () => {
  const clock = new FakeClock();
  const posts = fakeHurl(clock, [recorded('status')]);
  await runHurlFiles([writes], async () => posts.hurl, { clock, signal: new AbortController().signal });
  expect(posts.runs).toHaveLength(1);
  const slow = fakeHurl(clock, [{ kind: 'late' }], 59_000);
  await runHurlFiles([read], async () => slow.hurl, { clock, signal: new AbortController().signal });
  expect(slow.runs).toHaveLength(1);
  const ended = fakeHurl(clock, [{ kind: 'unrun', why: 'the run was ended' }]);
  expect(await runHurlFiles([read], async () => ended.hurl, { clock, signal: AbortSignal.abort() })).toMatchObject([{ verdict: 'unknown' }]);
  expect(ended.runs).toHaveLength(1);
});

test('Hurl is not even looked for without a file', async () => {
  const none = () => Promise.reject(new Error('nobody asked'));
  expect(await runHurlFiles([], none, { clock: new FakeClock(), signal: new AbortController().signal })).toEqual([]);
  await expect(refuseUnreadable([], none)).resolves.toBeUndefined();
});

test('what could never pass is refused, all of it at once', async () => {
  const { hurl, runs } = fakeHurl(new FakeClock(), []);
  await expect(refuseUnreadable([read, writes], async () => hurl)).resolves.toBeUndefined();
  const files = [read, fileNamed('syntax'), fileNamed('empty'), fileNamed('unset')];
  const refused: unknown = await refuseUnreadable(files, async () => hurl).catch((thrown: unknown) => thrown);
  expect(mistakesOf(() => { throw refused; })).toMatchInlineSnapshot(`
    [
      "checks/syntax.hurl cannot be read by Hurl: line 3: expecting a boolean, number, string, array, object or null. See what "hurl checks/syntax.hurl" says in the checked-out repository.",
      "checks/empty.hurl holds no request. See what "hurl checks/empty.hurl" says in the checked-out repository.",
      "checks/unset.hurl uses the variable address, which is not set. Set HURL_VARIABLE_address in the "env" of the step, or HURL_SECRET_address where it is a secret.",
    ]
  `);
  expect(runs).toEqual([]);
});
