import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/outcome.ts';
import { borne, decide, type Rule, type Standing } from '../../src/triggers/decide.ts';

const letters: Readonly<Record<string, Verdict>> = { '+': 'passed', '-': 'failed', '?': 'unknown' };
const read = (text: string): Verdict[] => text.split('').map((letter) => letters[letter] ?? expect.fail(`no verdict ${letter}`));

const three: Rule = { failures: 3, of: 3 };

describe('three of three', () => {
  test.each<[readings: string, standing: Standing['kind'], row?: number]>([
    ['', 'unknown'],
    ['+', 'passed'],
    ['-', 'failing'],
    ['--', 'failing'],
    ['---', 'failed', 0],
    ['+++---', 'failed', 3],
    ['--+---', 'failed', 3],
    ['--+--+--+', 'passed'],
    ['--+--', 'failing'],
    // Not measured is not failed, and no proof that a failure is over.
    ['-?-?-', 'failed', 0],
    ['-????-????-', 'failed', 0],
    ['????+', 'passed'],
    ['+????', 'passed'],
    // The fifth is too many, and what was before it says nothing of what is after it.
    ['?????', 'unknown'],
    ['+?????', 'unknown'],
    ['+?????+++', 'unknown'],
    ['--?????-', 'failing'],
    ['?????---', 'failed', 5],
    // Once it has failed it stays so: the watch ended there.
    ['---+++', 'failed', 0],
  ])('%s: %s', (readings, kind, row) => {
    const standing = decide(read(readings), three);
    expect(standing.kind).toBe(kind);
    if (standing.kind === 'failed') expect(standing.row).toBe(row);
  });
});

test.each<[rule: Rule, readings: string, kind: Standing['kind']]>([
  [{ failures: 2, of: 3 }, '-+-', 'failed'],
  [{ failures: 2, of: 3 }, '-++-+', 'passed'],
  [{ failures: 2, of: 3 }, '-?+?-', 'failed'],
  [{ failures: 1, of: 1 }, '+-', 'failed'],
  [{ failures: 1, of: 1 }, '??', 'unknown'],
])('%o of %s: %s', (rule, readings, kind) => {
  expect(decide(read(readings), rule).kind).toBe(kind);
});

const verdicts = fc.array(fc.constantFrom<Verdict>('passed', 'failed', 'unknown'), { maxLength: 60 });
const rules = fc.integer({ min: 1, max: 5 }).chain((of) => fc.record({ of: fc.constant(of), failures: fc.integer({ min: 1, max: of }) }));

describe('whatever is measured', () => {
  test('what never failed never gives a failure', () => {
    fc.assert(fc.property(verdicts, rules, (all, rule) => {
      expect(decide(all.filter((one) => one !== 'failed'), rule).kind).not.toMatch(/^fail/);
    }));
  });

  test('enough failures in a row always do, whatever was before, with as many gaps as are borne', () => {
    fc.assert(fc.property(verdicts, rules, fc.integer({ min: 0, max: borne }), (before, rule, gap) => {
      const row = Array.from({ length: rule.of }, (): Verdict[] => [...Array<Verdict>(gap).fill('unknown'), 'failed']).flat();
      // A gap that had begun before goes on into the row.
      expect(decide([...before, 'passed', ...row], rule).kind).toBe('failed');
    }));
  });

  test('leaving out what is not known, where that is borne, changes nothing', () => {
    fc.assert(fc.property(verdicts, rules, (all, rule) => {
      const measured = all.filter((one) => one !== 'unknown');
      const sparse = measured.flatMap((one): Verdict[] => ['unknown', one]);
      expect(decide(sparse, rule).kind).toBe(decide(measured, rule).kind);
    }));
  });

  test('a failure counts so many failures among so many', () => {
    fc.assert(fc.property(verdicts, rules, (all, rule) => {
      const standing = decide(all, rule);
      if (standing.kind !== 'failed') return;
      expect(all[standing.row]).toBe('failed');
      expect(all.slice(standing.row).filter((one) => one === 'failed').length).toBeGreaterThanOrEqual(rule.failures);
    }));
  });
});
