/** The revisions of a migration tool as a graph, and the way down in it. Pure. */

export type Revision = {
  readonly id: string;
  /** Revisions that it is built on; none for a base, several for a merge. */
  readonly down: readonly string[];
  /** Revisions that must be there before it, resolved to ids, without being its parents. */
  readonly depends: readonly string[];
  readonly labels: readonly string[];
  /** First line of its docstring. */
  readonly title: string;
  /** What its way back is: `missing`, `raises` and `empty` (while its way up does something) cannot be trusted to go back. */
  readonly downgrade: 'present' | 'missing' | 'raises' | 'empty';
};

export type Graph = ReadonlyMap<string, Revision>;

/** One revision to take back. */
export type DownStep = {
  readonly revision: string;
  readonly title: string;
  /** What `alembic_version` holds before and after it, sorted. */
  readonly before: readonly string[];
  readonly after: readonly string[];
};

export type PathDown =
  | { readonly kind: 'path'; readonly steps: readonly DownStep[] }
  /** The database is not above the target: it lacks revisions that the target's code needs. */
  | { readonly kind: 'diverged'; readonly why: string }
  | { readonly kind: 'irreversible'; readonly revision: string; readonly why: string }
  /** The current code does not know a revision of the database or of the target. */
  | { readonly kind: 'unknown-revision'; readonly revision: string; readonly why: string };

const whyIrreversible = {
  missing: 'has no downgrade()',
  raises: 'refuses to be taken back: its downgrade() only raises an error',
  empty: 'would leave its changes in place: its downgrade() does nothing',
} as const;

/**
 * The single revisions to take back, in order, so that the database is at exactly the target's heads.
 * @param current what the database is at; none: nothing was ever applied
 * @param targetHeads heads of the target release's own code; none: it had no migrations
 */
export function pathDown(graph: Graph, current: readonly string[], targetHeads: readonly string[]): PathDown {
  for (const [where, ids] of [['the database is at', current], ['the target release needs', targetHeads]] as const) {
    const unknown = ids.find((id) => !graph.has(id));
    if (unknown !== undefined) return { kind: 'unknown-revision', revision: unknown, why: `${where} revision ${unknown}, which the current release's code does not have` };
  }
  const applied = withAncestors(graph, current);
  const kept = withAncestors(graph, targetHeads);
  const lacking = targetHeads.filter((head) => !applied.has(head));
  if (lacking.length > 0) {
    return { kind: 'diverged', why: `the target release needs ${lacking.join(', ')}, which the database at ${current.join(', ') || 'no revision'} does not have: it would have to go up, not down` };
  }
  const steps: DownStep[] = [];
  let heads = tops(graph, applied);
  for (const id of newestFirst(graph, applied).filter((each) => !kept.has(each))) {
    const revision = graph.get(id);
    if (revision === undefined) break;
    if (revision.downgrade !== 'present') return { kind: 'irreversible', revision: id, why: `revision ${id} (${revision.title}) ${whyIrreversible[revision.downgrade]}` };
    applied.delete(id);
    const after = tops(graph, applied);
    steps.push({ revision: id, title: revision.title, before: heads, after });
    heads = after;
  }
  return { kind: 'path', steps };
}

/** The revisions and everything below them, dependencies included. */
function withAncestors(graph: Graph, ids: Iterable<string>): Set<string> {
  const all = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (all.has(id)) continue;
    all.add(id);
    waiting.push(...below(graph, id));
  }
  return all;
}

/** The applied revisions that nothing applied stands on: what `alembic_version` holds. */
function tops(graph: Graph, applied: ReadonlySet<string>): readonly string[] {
  const covered = new Set([...applied].flatMap((id) => below(graph, id)));
  return [...applied].filter((id) => !covered.has(id)).sort();
}

/** Every revision before those that it stands on; ties by id, so that the same plan comes out each time. */
function newestFirst(graph: Graph, ids: ReadonlySet<string>): readonly string[] {
  const left = new Set(ids);
  const ordered: string[] = [];
  while (left.size > 0) {
    const top = tops(graph, left)[0];
    if (top === undefined) throw new Error('The revisions form a circle');
    left.delete(top);
    ordered.push(top);
  }
  return ordered;
}

function below(graph: Graph, id: string): readonly string[] {
  const revision = graph.get(id);
  return revision === undefined ? [] : [...revision.down, ...revision.depends];
}
