/** Smoke tests in `.hurl` files, in the story of a rollback. */
import { expect, test } from 'vitest';
import type { Hurl } from '../src/checks/hurl-port.ts';
import { RollbackError } from '../src/errors.ts';
import { rollback } from '../src/rollback.ts';
import { fileNamed, recorded } from './checks/hurl/recorded.ts';
import { fakeProduction, run } from './fakes/production.ts';

type Options = NonNullable<Parameters<typeof fakeProduction>[0]>;

function story(hurl: NonNullable<Options['hurl']>, inputs: NonNullable<Options['inputs']> = {}, name = 'shop') {
  const files = { 'checks/shop.hurl': fileNamed(name).text };
  const production = fakeProduction({ files, hurl, inputs: { 'smoke-tests': 'https://green.example/\nchecks/shop.hurl', ...inputs } });
  return { production, report: rollback(production.inputs, production.method, run, production.world) };
}

/** Hurl, whose run of any file comes to what was recorded of this one. */
function ending(name: string): () => Promise<Hurl> {
  return async () => ({ variables: new Set(['base', 'session']), secrets: [], check: async () => recorded('empty'), run: async () => recorded(name) });
}

const missing = () => Promise.reject(new RollbackError({ code: 'missing-tool', what: 'Hurl is not on the runner', fix: 'Install it.' }));

test('its requests are rows beside the other smoke tests', async () => {
  const { result, checks } = await story(ending('shop')).report;
  expect(result).toBe('rolled-back');
  expect(checks.filter(({ kind }) => kind === 'smoke').map(({ name, verdict }) => [name, verdict])).toEqual([
    ['GET /', 'passed'], ['checks/shop.hurl: GET /api/jobs', 'passed'], ['checks/shop.hurl: POST /api/jobs/7', 'passed'],
  ]);
});

test.each([
  ['status', 'smoke-test-failed', 'the smoke test http://127.0.0.1:8765/broken failed'],
  ['nowhere', 'not-proved', 'the smoke test http://shop.invalid/api/jobs could not be made'],
])('%s: production goes back to where it was, for the reason %s', async (name, code, what) => {
  const { report } = story(ending(name), {}, name);
  expect(await report).toMatchObject({ result: 'undone', failures: [{ code, what }] });
});

test.each(['false', 'true'])('without Hurl production is looked at, and left as it is (dry-run: %s)', async (dryRun) => {
  const { production, report } = story(missing, { 'dry-run': dryRun });
  expect(await report).toMatchObject({ result: 'refused', reasonCode: 'missing-tool' });
  expect(production.done).toEqual(['assess', 'disconnect']);
});

test('a variable that is not set is told before anything is done', async () => {
  const { production, report } = story(async () => ({ ...(await ending('shop')()), variables: new Set() }));
  expect((await report).failures.map(({ code, what }) => [code, what])).toEqual([
    ['invalid-input', 'checks/shop.hurl uses the variable base, which is not set'], ['invalid-input', 'checks/shop.hurl uses the variable session, which is not set'],
  ]);
  expect(production.done).toEqual(['assess', 'disconnect']);
});

test('of a production that cannot be looked at either, that is told', async () => {
  const { production } = story(missing);
  const refused = new RollbackError({ code: 'host-unreachable', what: 'it does not answer', host: 'web-1', fix: 'Wait.' });
  const report = await rollback(production.inputs, { ...production.method, assess: () => Promise.reject(refused) }, run, production.world);
  expect(report).toMatchObject({ result: 'refused', reasonCode: 'host-unreachable' });
});

test('a dry run finds Hurl and runs nothing', async () => {
  let runs = 0;
  const hurl = await ending('shop')();
  const { report } = story(async () => ({ ...hurl, run: async () => (runs++, recorded('shop')) }), { 'dry-run': 'true' });
  expect((await report).result).toBe('planned');
  expect(runs).toBe(0);
});
