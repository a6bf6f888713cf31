import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathDown } from '../../src/migrations/graph.ts';
import type { Graph, Revision } from '../../src/migrations/graph.ts';

function graphOf(...revisions: readonly (Pick<Revision, 'id' | 'down'> & Partial<Revision>)[]): Graph {
  return new Map(revisions.map((revision) => [revision.id, { depends: [], labels: [], title: `adds ${revision.id}`, downgrade: 'present', ...revision }]));
}

const linear = graphOf({ id: 'a', down: [] }, { id: 'b', down: ['a'] }, { id: 'c', down: ['b'] });
const merged = graphOf({ id: 'a', down: [] }, { id: 'b', down: ['a'] }, { id: 'c', down: ['a'] }, { id: 'm', down: ['b', 'c'] });
const bases = graphOf({ id: 'a', down: [] }, { id: 'b', down: ['a'] }, { id: 'x', down: [] }, { id: 'y', down: ['x'], depends: ['b'] });

describe('the way down', () => {
  test.each([
    ['linear', linear, ['c'], ['a'], ['c: c -> b', 'b: b -> a']],
    ['nothing to do', linear, ['c'], ['c'], []],
    ['down to nothing', linear, ['b'], [], ['b: b -> a', 'a: a -> ']],
    ['two heads, one goes', merged, ['b', 'c'], ['b'], ['c: b,c -> b']],
    ['the target is a part of what is applied', merged, ['b', 'c'], ['a'], ['b: b,c -> c', 'c: c -> a']],
    ['a merge is taken apart', merged, ['m'], ['c'], ['m: m -> b,c', 'b: b,c -> c']],
    ['a merge is only taken off', merged, ['m'], ['b', 'c'], ['m: m -> b,c']],
    ['several bases, one depends on another', bases, ['y'], ['a', 'x'], ['y: y -> b,x', 'b: b,x -> a,x']],
    ['a whole base goes', bases, ['y'], ['b'], ['y: y -> b,x', 'x: b,x -> b']],
  ] as const)('%s', (_, graph, current, target, expected) => {
    const path = pathDown(graph, current, target);
    expect(path.kind === 'path' ? path.steps.map(({ revision, before, after }) => `${revision}: ${before.join(',')} -> ${after.join(',')}`) : path).toEqual(expected);
  });

  test.each([
    ['the database is behind the target', pathDown(linear, ['a'], ['b']), { kind: 'diverged', why: 'the target release needs b, which the database at a does not have: it would have to go up, not down' }],
    ['the database was never migrated', pathDown(linear, [], ['a']), { kind: 'diverged', why: 'the target release needs a, which the database at no revision does not have: it would have to go up, not down' }],
    ['the target is on another branch', pathDown(merged, ['b'], ['c']), { kind: 'diverged', why: 'the target release needs c, which the database at b does not have: it would have to go up, not down' }],
    ['the database has a revision that nobody knows', pathDown(linear, ['z'], ['a']), { kind: 'unknown-revision', revision: 'z', why: "the database is at revision z, which the current release's code does not have" }],
    ['the target has one that the current code dropped', pathDown(linear, ['c'], ['z']), { kind: 'unknown-revision', revision: 'z', why: "the target release needs revision z, which the current release's code does not have" }],
  ])('%s', (_, path, expected) => { expect(path).toEqual(expected); });

  test.each([['missing', 'has no downgrade()'], ['raises', 'refuses to be taken back: its downgrade() only raises an error'], ['empty', 'would leave its changes in place: its downgrade() does nothing']] as const)(
    'a revision whose way back is %s is named', (downgrade, why) => {
      const graph = graphOf({ id: 'a', down: [] }, { id: 'b', down: ['a'], downgrade }, { id: 'c', down: ['b'] });
      expect(pathDown(graph, ['c'], ['a'])).toEqual({ kind: 'irreversible', revision: 'b', why: `revision b (adds b) ${why}` });
      expect(pathDown(graph, ['c'], ['b']).kind).toBe('path');
    },
  );

  const anyGraph = fc.array(fc.record({ down: fc.array(fc.nat(), { maxLength: 3 }), depends: fc.array(fc.nat(), { maxLength: 2 }) }), { minLength: 1, maxLength: 14 })
    .map((shapes) => graphOf(...shapes.map(({ down, depends }, index) => {
      const ids = (numbers: readonly number[]) => index === 0 ? [] : [...new Set(numbers.map((number) => `r${number % index}`))];
      return { id: `r${index}`, down: ids(down), depends: ids(depends) };
    })));
  const closure = (graph: Graph, ids: readonly string[]): Set<string> => new Set(ids.flatMap((id) => [id, ...closure(graph, [...(graph.get(id)?.down ?? []), ...(graph.get(id)?.depends ?? [])])]));

  test('in any history: each step takes off one top, and exactly the target is left', () => {
    fc.assert(fc.property(anyGraph, fc.array(fc.nat(), { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 4 }), (graph, high, low) => {
      const all = [...graph.keys()];
      const pick = (numbers: readonly number[], from: readonly string[]) => numbers.flatMap((number) => from[number % from.length] ?? []);
      const current = pick(high, all);
      const applied = closure(graph, current);
      const target = applied.size === 0 ? [] : pick(low, [...applied]);
      const path = pathDown(graph, current, target);
      expect(path.kind).toBe('path');
      if (path.kind !== 'path') return;
      for (const { revision, before, after } of path.steps) {
        expect(before).toContain(revision);
        applied.delete(revision);
        expect(closure(graph, after)).toEqual(applied);
      }
      expect(applied).toEqual(closure(graph, target));
    }));
  });
});
