import { expect, test } from 'vitest';
import { isNews, sentenceOf } from '../../src/notify/words.ts';
import { begun, drilled, ended, event, everyEvent } from './events.ts';

test('one sentence for each event', () => {
  expect(everyEvent().map(sentenceOf).join('\n')).toMatchInlineSnapshot(`
    "Rolling production back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2") on 3 hosts.
    Going on with the rollback of production that run 11934567000-1 left unfinished, from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2").
    Production is being taken back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2").
    Production was taken back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2"), and is being verified.
    What was done to production is being undone, because the release that was found went on answering (on web-3).
    The rollback of production was interrupted, and is being brought to its end.
    Production is back on v2 (a1b2c3d "Stable release 2") in 38 s; the service did not answer for 6.3 s; nothing was lost.
    Nothing to do: production is already on v2 (a1b2c3d "Stable release 2") and healthy.
    Dry run: production would go back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2"), undoing 2 commits and 2 migrations on 3 hosts; nothing was changed.
    Nothing was touched: no answer on port 22 within 20 s, three times (on web-3), and 1 more problem.
    Not rolled back: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary"), because the release that was found went on answering (on web-3).
    Needs a person: the downgrade of c3 failed at its second operation (on web-1), and 1 more problem; web-1 needs a person and 2 hosts are untouched, on v3.
    Cancelled: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary")."
  `);
});

test('a drill says so everywhere', () => {
  const all = [...everyEvent({ drill: true }), drilled].map(sentenceOf);
  expect(all.filter((sentence) => !/^drill\b/i.test(sentence))).toEqual([]);
  expect([all[0], all[4], all[11], all[12], all.at(-1)].join('\n')).toMatchInlineSnapshot(`
    "Drill: rolling production back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2") on 3 hosts.
    Drill: what was done to production is being undone, because the release that was found went on answering (on web-3).
    Drill: needs a person: the downgrade of c3 failed at its second operation (on web-1), and 1 more problem; web-1 needs a person and 2 hosts are untouched, on v3.
    Drill: cancelled: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary").
    Drill passed: production went back to v2 (a1b2c3d "Stable release 2") in 38 s and forward again in 42 s; the service did not answer for 6.3 s; everything is as it was found."
  `);
});

test('what is not known is not said', () => {
  const { from: _from, to: _to, ...bare } = begun({ environment: '' });
  expect(sentenceOf(bare)).toBe('Rolling production back on 3 hosts.');
  expect(sentenceOf(event({ kind: 'undoing', failures: [] }))).toBe('What was done to production is being undone, because the rollback did not succeed.');
});

test('what is news', () => {
  expect(everyEvent().filter((each) => !isNews(each)).map((each) => (each.kind === 'ended' ? each.report.result : each.kind))).toEqual(['unchanged', 'planned']);
  expect([ended('refused', {}, { dryRun: true }), begun({ dryRun: true })].map(isNews)).toEqual([false, false]);
});
