import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { strip } from '../../src/report/availability.ts';
import { bytesOf, head, tail } from '../../src/report/budget.ts';
import { afterRollback, duringRollback } from '../../src/report/checklist.ts';
import { clean, code, fence, line, prose, text } from '../../src/report/escape.ts';
import { accessInWords } from '../../src/report/impact.ts';
import { incidentReport } from '../../src/report/incident.ts';
import { count, duration, listed, size } from '../../src/report/quantity.ts';
import { targets } from '../../src/report/targets.ts';
import { exampleOf, exampleReport } from './example.ts';
import { hostile } from './hostile.ts';

describe('figures', () => {
  test.each([[0, '0 s'], [0.04, 'less than 0.1 s'], [6.2, '6.2 s'], [9.96, '10 s'], [38.4, '38 s'], [59.7, '1 min'], [64, '1 min 4 s'], [3599.6, '1 h'], [7380, '2 h 3 min'], [-3, '0 s']])('%d s is %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  test.each([[1, '1 byte'], [999, '999 bytes'], [1000, '1.0 kB'], [999_960, '1.0 MB'], [48_213_904, '48.2 MB'], [3e15, '3000.0 TB']])('%d bytes are %s', (bytes, words) => {
    expect(size(bytes)).toBe(words);
  });

  test('counts and lists', () => {
    expect([count(1, 'row'), count(12_408, 'row'), count(2, 'entry', 'entries')]).toEqual(['1 row', '12,408 rows', '2 entries']);
    expect([listed([]), listed(['a']), listed(['a', 'b', 'c']), listed(['a', 'b', 'c', 'd'], 2), listed(['a', 'b', 'c'], 2)]).toEqual(['', 'a', 'a, b and c', 'a, b and 2 more', 'a, b and c']);
  });
});

describe('words of others', () => {
  const unlinked = (words: string): string => words.replaceAll('\u200b', '');

  test.each([['text', text], ['code', code], ['prose', prose]] as const)('%s shows in HTML what was said, in a table too', (_name, write) => {
    fc.assert(fc.property(hostile, (words) => {
      const html = marked.parse(`| a | b |\n| - | - |\n| ${write(words)} | end |`, { async: false });
      expect(html.match(/<td>/g)).toHaveLength(2);
      const shown = html.match(/<td>([^]*?)<\/td>/)?.[1] ?? '';
      const said = shown.replaceAll(/<\/?(?:code|a)(?: [^>]*)?>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#124;', '|').replaceAll('&amp;', '&');
      const expected = write === prose ? unlinked(line(words)).replaceAll('`', '') : unlinked(line(words));
      expect(unlinked(write === prose ? said.replaceAll('`', '') : said).replaceAll(/\s+/g, '')).toBe(expected.replaceAll(/\s+/g, ''));
    }), { numRuns: 400 });
  });

  test('a fence holds its block whole', () => {
    fc.assert(fc.property(hostile, (block) => {
      const [token, ...others] = marked.lexer(fence(block)).filter(({ type }) => type !== 'space');
      expect(others).toEqual([]);
      expect(token?.type === 'code' && token['text']).toBe(clean(block).replace(/\n+$/, ''));
    }));
  });

  test('cleaning twice is the same as once', () => {
    fc.assert(fc.property(hostile, (words) => { expect(clean(clean(words))).toBe(clean(words)); }));
  });

  test('SQL casts stay as they are', () => {
    expect(fence('SELECT a::text\n::error::b')).toBe('```\nSELECT a::text\n:\u200b:error::b\n```');
  });

  test.each<[words: string, shown: string]>([
    ['cc @octocat, (@org/team) or _@octocat', 'cc @\u200boctocat, (@\u200borg/team) or \\_@\u200boctocat'],
    ['octocat@green.example', '`octocat@green.example`'],
    ['closes green/other#7', 'closes green/other#\u200b7'],
    ['Index careers (#412)', 'Index careers (#412)'],
  ])('%s tells nobody and links no other repository', (words, shown) => {
    expect(text(words)).toBe(shown);
  });

  test('5 MB cost no more than their first line', () => {
    expect(line('x'.repeat(5_000_000), 10)).toBe('xxxxxxxxx…');
  });
});

describe('sizes', () => {
  test.each([['head', head], ['tail', tail]] as const)('%s keeps to its limit', (_name, cut) => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { maxLength: 40 }), fc.integer({ min: 200, max: 4_000 }), (lines, limit) => {
      const whole = lines.join('\n');
      const kept = cut(whole, limit);
      expect(bytesOf(kept)).toBeLessThanOrEqual(limit);
      if (bytesOf(whole) <= limit) expect(kept).toBe(whole);
    }));
  });

  test('what was cut is counted', () => {
    const lines = Array.from({ length: 1_000 }, (_none, index) => `line ${String(index)}`).join('\n');
    expect(tail(lines, 120).split('\n')).toEqual(['… 994 earlier lines', 'line 994', 'line 995', 'line 996', 'line 997', 'line 998', 'line 999']);
    expect(head(lines, 90).split('\n')).toEqual(['line 0', 'line 1', 'line 2', '… 997 more lines']);
  });
});

describe('what a run is held to', () => {
  test('targets', () => {
    expect(targets(exampleOf('undone'))).toMatchInlineSnapshot(`
      [
        {
          "goal": "Rolled back within 5 minutes",
          "measured": "not rolled back; the run took 1 min 1 s, 4 min 1 s from its detection on",
          "met": "no",
        },
        {
          "goal": "Unavailable for less than 1 minute",
          "measured": "12 s, of it 8.3 s from the first change on",
          "met": "yes",
        },
        {
          "goal": "0 bytes lost",
          "measured": "0 rows",
          "met": "yes",
        },
      ]
    `);
    expect(targets(exampleOf('planned'))).toEqual([]);
  });

  test('not measured is neither met nor missed', () => {
    const { downtime: _downtime, lostRows: _lostRows, ...report } = exampleReport();
    expect(targets(report).map(({ met }) => met)).toEqual(['yes', 'unknown', 'unknown']);
  });

  test('only what was done is ticked', () => {
    const ticked = (items: readonly { readonly done: boolean; readonly task: string }[]): readonly string[] => items.filter(({ done }) => done).map(({ task }) => task);
    expect(ticked(duringRollback(exampleOf('failed')))).toMatchInlineSnapshot(`
      [
        "Every host assessed before anything was touched",
        "Backup made and verified",
        "Downtime measured",
        "Logs collected",
      ]
    `);
    expect(ticked(duringRollback(exampleOf('rolled-back')))).toMatchInlineSnapshot(`
      [
        "Every host assessed before anything was touched",
        "Backup made and verified",
        "Rolled back",
        "Database at the target's revision",
        "Health checks passed",
        "Smoke tests passed",
        "Rows compared with the backup",
        "Downtime measured",
      ]
    `);
    expect(ticked(afterRollback(exampleOf('rolled-back'), ''))).toEqual([]);
    expect(ticked(duringRollback({ ...exampleOf('refused'), timeline: [] }))).not.toContain('Every host assessed before anything was touched');
  });
});

test('availability as blocks', () => {
  expect(strip(exampleOf('undone'), 40)).toMatchInlineSnapshot(`
    "▁▁▁██████▁▁▁▁▁▁█████████████████████████
    0                              1 min 1 s"
  `);
  expect(strip(exampleReport({ downtime: { total: 0, caused: 0, samples: [] } }))).toBe('');
});

test('the clients that got an error are counted over all hosts', () => {
  const access = [{ host: 'web-1', requests: 300, errors: 11, clients: 2 }, { host: 'web-2', requests: 180, errors: 1, clients: 1 }];
  expect(accessInWords(exampleReport({ access }))).toBe('12 of 480 requests were answered with a 5xx, to 3 clients');
  expect(accessInWords(exampleReport({ access: [{ host: 'web-1', requests: 1, errors: 0, clients: 0 }] }))).toBe('0 of 1 request were answered with a 5xx');
  expect(incidentReport(exampleReport({ access }))).toContain('12 of 480 requests');
  expect(incidentReport(exampleReport({ access: [] }))).toContain('Requests during the run: not counted, for no access log was read.');
});
