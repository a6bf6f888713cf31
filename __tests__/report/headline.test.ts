import { expect, test } from 'vitest';
import type { Report, Result } from '../../src/outcome.ts';
import { headline } from '../../src/report/headline.ts';
import { exampleOf, exampleReport, threeHosts } from './example.ts';
import { exampleDrill } from './methods.ts';

const results: readonly Result[] = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'];

test('each result in one sentence', () => {
  expect(results.map((result) => headline(exampleOf(result)))).toMatchInlineSnapshot(`
    [
      "Production is back on v2 (a1b2c3d "Stable release 2") in 38 s; the service did not answer for 6.3 s; nothing was lost.",
      "Nothing to do: production is already on v2 (a1b2c3d "Stable release 2") and healthy.",
      "Dry run: production would go back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2"), undoing 2 commits and 2 migrations on 3 hosts; nothing was changed.",
      "Nothing was touched: no answer on port 22 within 20 s, three times (on web-3), and 1 more problem.",
      "Not rolled back: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary"), because the release that was found went on answering (on web-3).",
      "Needs a person: the downgrade of c3 failed at its second operation (on web-1), and 1 more problem; web-1 needs a person and 2 hosts are untouched, on v3.",
      "Cancelled: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary").",
    ]
  `);
});

const plain = exampleReport();
const { downtime: _downtime, ...noDowntime } = plain;
const { lostRows: _lostRows, ...noRows } = plain;
const { to: _to, from: _from, ...noReleases } = exampleOf('undone');
const unknownSamples = plain.downtime?.samples.map((sample) => ({ ...sample, verdict: 'unknown' as const })) ?? [];

const cases: Readonly<Record<string, readonly [Report, string]>> = {
  'downtime not measured': [noDowntime, 'how long the service did not answer was not measured'],
  'nobody could ask': [{ ...plain, downtime: { total: 0, caused: 0, samples: unknownSamples } }, 'how long the service did not answer was not measured'],
  'never down': [{ ...plain, downtime: { total: 0, caused: 0, samples: plain.downtime?.samples ?? [] } }, 'the service answered throughout'],
  'down before the first change': [{ ...plain, downtime: { total: 30, caused: 0, samples: plain.downtime?.samples ?? [] } }, 'did not answer for 30 s, all of it before the first change'],
  'down to the end': [{ ...plain, downtime: { total: 9, caused: 9, samples: [...(plain.downtime?.samples ?? []), { time: plain.run.endedAt, verdict: 'failed', milliseconds: 1 }] } }, 'did not answer for 9 s, and was not answering at the end'],
  'rows not measured': [noRows, 'whether rows were lost was not measured'],
  'no database in it': [{ ...noRows, migrations: [], plan: { stages: [] } }, 'the database was not changed'],
  'rows lost': [{ ...plain, lostRows: [{ table: 'a', rows: 36 }, { table: 'b', rows: 1 }, { table: 'c', rows: 0 }] }, '37 rows of 2 tables are no longer in live use, and kept in the backup'],
  'rows lost without a backup': [{ ...plain, backups: [], lostRows: [{ table: 'a', rows: 1 }] }, '1 row of 1 table is no longer in live use.'],
  'releases not known': [noReleases, 'Not rolled back: everything is as it was found, because the release that was found went on answering (on web-3).'],
  'bad input': [{ ...exampleOf('refused'), hosts: [], failures: [{ code: 'invalid-input', what: 'Input "parallel" must be a whole number from 1, got "two"', fix: '' }] }, 'Nothing was touched: Input "parallel" must be a whole number from 1, got "two".'],
  'failed with nothing known': [{ ...exampleOf('failed'), hosts: [], failures: [] }, 'Needs a person: the rollback failed; the state of production is not known.'],
  'cancelled before anything': [{ ...exampleOf('cancelled'), hosts: [], timeline: [] }, 'Cancelled: nothing was touched.'],
  'cancelled, hosts not asked': [{ ...exampleOf('cancelled'), hosts: [] }, 'Cancelled: the state of production is not known.'],
  'cancelled and stopped': [{ ...exampleOf('cancelled'), hosts: plain.hosts.map((host, index) => ({ ...host, result: index === 0 ? 'rolled-back' : 'untouched' })) }, 'Cancelled: it stopped half-way; 1 host is on v2 and 2 hosts are untouched, on v3.'],
  'unchanged but unhealthy': [{ ...exampleOf('unchanged'), health: 'unhealthy' }, 'but it is not healthy'],
  'another environment': [{ ...plain, run: { ...plain.run, environment: 'staging' } }, 'Staging is back on v2'],
  'a drill that passed': [exampleDrill(threeHosts), 'Drill passed: staging went back to v2 (a1b2c3d "Stable release 2") in 41 s and forward again in 30 s; the service did not answer for 8.5 s; everything is as it was found.'],
  'a drill that came to nothing': [{ ...exampleOf('undone'), run: { ...plain.run, drill: true } }, 'Drill: not rolled back: everything is as it was found, on v3'],
  'a drill that needs a person': [{ ...exampleOf('failed'), run: { ...plain.run, drill: true } }, 'Drill: needs a person: the downgrade of c3 failed'],
  'a drill that never went forward': [{ ...plain, run: { ...plain.run, drill: true } }, 'Drill: production is back on v2'],
  'a hostile subject': [{ ...plain, from: { sha: 'x', names: [], subject: '' }, to: { sha: 'f'.repeat(40), names: [], subject: 'a\n::error::b\u202e\u001b[31m', rule: 'parent' } }, 'back on fffffff "a ::error::b" in'],
};

test.each(Object.entries(cases))('%s', (_name, [report, words]) => {
  expect(headline(report)).toContain(words);
  expect(headline(report)).not.toContain('\n');
});

test('no result is told as another one', () => {
  const firstWords = results.map((result) => headline(exampleOf(result, threeHosts)).split(/[:,]/)[0]);
  expect(new Set(firstWords).size).toBe(results.length);
});
