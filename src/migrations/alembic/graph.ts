/** Alembic's revisions as a graph, and the way down from one set of them to another. Pure. */

export type Revision = {
  readonly id: string;
  /** What it was written on top of: none for a first one, several for a merge. */
  readonly down: readonly string[];
  /** Revisions of other branches that it needs. */
  readonly depends: readonly string[];
  readonly title: string;
  /** Whether it can go down: `raises`, `missing` and `empty` (while it goes up) cannot. */
  readonly downgrade: 'ok' | 'missing' | 'raises' | 'empty';
};

/** One revision to take away. */
export type StepDown = {
  readonly revision: Revision;
  /** What alembic is asked for: exactly this one goes. */
  readonly argument: string;
  /** The revisions that the database is at before and after, without those that others imply. */
  readonly before: readonly string[];
  readonly after: readonly string[];
};

export type PathDown =
  | { readonly kind: 'path'; readonly steps: readonly StepDown[] }
  /** The database does not hold what the target needs: it cannot go *down* to there. */
  | { readonly kind: 'diverged'; readonly why: string }
  | { readonly kind: 'irreversible'; readonly revision: Revision; readonly why: string };

/**
 * @param current the revisions the database says it is at
 * @param target the heads of the target release; none for one without migrations
 */
export function pathDown(revisions: readonly Revision[], current: readonly string[], target: readonly string[]): PathDown {
  const graph = new Map(revisions.map((revision) => [revision.id, revision]));
  const unknown = current.find((id) => !graph.has(id));
  if (unknown !== undefined) return { kind: 'diverged', why: `the database is at ${unknown}, which the code that is checked out does not know` };
  const applied = below(graph, current);
  const lacking = target.find((id) => !applied.has(id));
  if (lacking !== undefined) {
    const where = graph.has(lacking) ? 'is not applied to the database' : 'is not known to the code that is checked out';
    return { kind: 'diverged', why: `the target needs the revision ${lacking}, which ${where}` };
  }
  const kept = below(graph, target);
  const steps: StepDown[] = [];
  for (let left = applied; left.size > kept.size; ) {
    const revision = topmost(graph, left).map((id) => graph.get(id)).find((each) => each !== undefined && !kept.has(each.id));
    if (revision === undefined) return { kind: 'diverged', why: 'what is to be kept depends on what is to go' };
    if (revision.downgrade !== 'ok') return { kind: 'irreversible', revision, why: irreversible[revision.downgrade] };
    const remaining = new Set([...left].filter((id) => id !== revision.id));
    steps.push({ revision, argument: argumentFor(revision), before: topmost(graph, left), after: topmost(graph, remaining) });
    left = remaining;
  }
  return { kind: 'path', steps };
}

const irreversible = {
  missing: 'it has no downgrade()',
  raises: 'its downgrade() only raises an error',
  empty: 'its downgrade() does nothing, though its upgrade() does something',
} as const;

/** `<revision>@-1` is one down from that revision alone, however many branches there are; of a merge alembic wants one of its parents named. */
function argumentFor({ id, down: [parent, ...others] }: Revision): string {
  return parent !== undefined && others.length > 0 ? parent : `${id}@-1`;
}

/** The revisions and all that they are built on. */
function below(graph: ReadonlyMap<string, Revision>, ids: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...ids];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const revision = graph.get(id);
    if (revision === undefined || found.has(id)) continue;
    found.add(id);
    queue.push(...revision.down, ...revision.depends);
  }
  return found;
}

/** Those on which no other of the set is built. */
function topmost(graph: ReadonlyMap<string, Revision>, ids: ReadonlySet<string>): readonly string[] {
  const needed = new Set([...ids].flatMap((id) => [...(graph.get(id)?.down ?? []), ...(graph.get(id)?.depends ?? [])]));
  return [...ids].filter((id) => !needed.has(id)).toSorted();
}

/** Whether the database, with revisions that others imply left out, is at exactly these. */
export function isAt(revisions: readonly Revision[], current: readonly string[], wanted: readonly string[]): boolean {
  const graph = new Map(revisions.map((revision) => [revision.id, revision]));
  if (!current.every((id) => graph.has(id))) return false;
  const top = (ids: readonly string[]): string => topmost(graph, below(graph, ids)).join(' ');
  return top(current) === top(wanted);
}
