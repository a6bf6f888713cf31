/** Alembic on a host, as shell text. Scripts follow the prelude of hosts/prelude.ts; what they tell is JSON in facts. */
import { relative } from 'node:path/posix';
import { quote, words } from '../commands/quote.ts';
import { currentProgram, factsProgram, headsProgram, moveProgram, sqlProgram } from './alembic-programs.ts';
import type { DownStep, Graph, Revision } from './graph.ts';
import type { Facts } from '../ports.ts';
import type { MigrationPlace } from './place.ts';
import { entering } from './place.ts';

/**
 * Defines `alembic_python FOLDER PROGRAM ARG…`, which prints the program's answer; what else it prints goes to standard error. The interpreter
 * is the virtualenv's, else the one that the `alembic` on the PATH names in its first line.
 */
function alembicPrelude(place: MigrationPlace): string {
  const { virtualenv } = place;
  return `alembic_python() {
  (
    folder=$1; shift
${entering(place)}    cd "$folder" || exit 1
    python=${virtualenv === undefined ? '' : `\n    for python in ${words(`${virtualenv}/bin/python`, `${virtualenv}/bin/python3`)} ''; do [ -n "$python" ] && [ -x "$python" ] && break; done`}
    if [ -z "$python" ]; then
      alembic=$(command -v alembic) || { echo 'alembic is not installed: neither in the virtualenv nor on the PATH' >&2; exit 127; }
      python=$(sed -n '1s/^#! *//p' "$alembic")
      case $python in
        */env\\ *) python=\${python##* } ;;
        */sh) python=$(sed -n "2s/^'''exec' *\\"*\\([^\\" ]*\\).*/\\1/p" "$alembic") ;;
      esac
    fi
    exec "\${python:-python3}" -c "$@" 6>&1 1>&2
  )
}
`;
}

/**
 * Facts: `alembic` (JSON for `readAlembic`), or `alembic-error` (one line) when the migrations of the code cannot be read.
 */
export function alembicFacts(place: MigrationPlace): string {
  const ask = `alembic_python ${words(place.migrationsDir, factsProgram)}`;
  return `${alembicPrelude(place)}if alembic_answer=$(${ask} 2>/dev/null); then fact alembic "$alembic_answer"
else fact alembic-error "$(${ask} 2>&1 | tail -n 1)"; fi
`;
}

/**
 * The heads of the target release's own code, from its tree in a private folder that is removed.
 * Facts: `target-heads` (JSON array), `target-heads-error`, or `target-heads-none` when that release has no alembic there.
 * @param gitDir sh word for a git directory that has the commit: `"$source_dir"`
 * @param target the full SHA
 */
export function targetHeads(place: MigrationPlace, gitDir: string, target: string): string {
  const at = `"$tree"/${quote(relative(place.appDir, place.migrationsDir) || '.')}`;
  return `${alembicPrelude(place)}(
  tree=$(mktemp -d); trap 'rm -rf "$tree" "$tree.index"' EXIT
  # Not \`git archive\`: it leaves out what .gitattributes marks as export-ignore.
  tree_git() { GIT_INDEX_FILE=$tree.index git -c safe.directory='*' -c core.bare=false -c core.hooksPath=/dev/null -c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false --git-dir=${gitDir} --work-tree="$tree" "$@"; }
  tree_git read-tree ${quote(target)} && cd "$tree" && tree_git checkout-index --all --quiet || { fact target-heads-error 'the tree of the target could not be read'; exit 0; }
  if [ ! -f ${at}/alembic.ini ] && ! grep -qs 'tool.alembic' ${at}/pyproject.toml; then fact target-heads-none yes; exit 0; fi
  ask() { alembic_python ${at} ${words(headsProgram, place.appDir)} "$tree"; }
  if heads=$(ask 2>/dev/null); then fact target-heads "$heads"; else fact target-heads-error "$(ask 2>&1 | tail -n 1)"; fi
)
`;
}

/** Fact `migration-sql` (a JSON string): the SQL of the way down, for the plan. Empty when alembic cannot tell without a database. */
export function downgradeSql(place: MigrationPlace, steps: readonly DownStep[]): string {
  const start = steps[0]?.before.join(',') ?? '';
  const program = words(place.migrationsDir, sqlProgram, start, steps.map(({ revision }) => revision).join(','));
  return `${alembicPrelude(place)}migration_sql=$(alembic_python ${program} 2>/dev/null) || migration_sql='""'
fact migration-sql "$migration_sql"
`;
}

/** Takes back exactly one revision. Fact `alembic-current` (JSON array); the last line of what it prints says why it failed. */
export function takeDown(place: MigrationPlace, step: DownStep): string {
  return `${alembicPrelude(place)}${move(place, 'down', step)} || exit 1
fact alembic-current "$alembic_answer"
`;
}

/** The undo of `takeDown`. Does nothing where the revision was not taken back. Fact `alembic-current`. */
export function takeUp(place: MigrationPlace, step: DownStep): string {
  return `${alembicPrelude(place)}${move(place, 'up', { ...step, before: step.after, after: step.before })} || exit 1
fact alembic-current "$alembic_answer"
`;
}

/** Facts `as-found`, one for each revision that the database is at. */
export function asFound(place: MigrationPlace): string {
  return `${alembicPrelude(place)}alembic_answer=$(alembic_python ${words(place.migrationsDir, currentProgram)}) || exit 1
for revision in $alembic_answer; do fact as-found "revision $revision"; done
`;
}

function move(place: MigrationPlace, direction: 'up' | 'down', step: DownStep): string {
  return `alembic_answer=$(alembic_python ${words(place.migrationsDir, moveProgram, direction, step.revision, step.before.join(','), step.after.join(','))})`;
}

export type Known = {
  /** What the database is at; none: it was never migrated. */
  readonly current: readonly string[];
  readonly graph: Graph;
  /** Why the database could not be asked, in one line. */
  readonly databaseError?: string;
};

/** What `alembicFacts` told. @throws SyntaxError, TypeError when it is not that */
export function readAlembic(json: string): Known {
  const told: unknown = JSON.parse(json);
  if (!isRecord(told) || !isStrings(told['current']) || !Array.isArray(told['revisions'])) throw new TypeError('Not what alembic was asked for');
  const revisions = told['revisions'].map(readRevision);
  const databaseError = told['error'];
  return {
    current: told['current'], graph: new Map(revisions.map((revision) => [revision.id, revision])),
    ...(typeof databaseError === 'string' ? { databaseError } : {}),
  };
}

/** The SQL that `downgradeSql` told; empty when it could not be told. @throws SyntaxError, TypeError */
export function readSql(facts: Facts): string {
  const told: unknown = JSON.parse(facts.get('migration-sql')?.[0] ?? '""');
  if (typeof told !== 'string') throw new TypeError('Not SQL');
  return told;
}

/** What `targetHeads` told. @throws SyntaxError, TypeError */
export function readHeads(json: string): readonly string[] {
  const told: unknown = JSON.parse(json);
  if (!isStrings(told)) throw new TypeError('Not a list of revisions');
  return told;
}

function readRevision(told: unknown): Revision {
  if (!isRecord(told)) throw new TypeError('Not a revision');
  const { id, down, depends, labels, title: text, downgrade } = told;
  if (typeof id !== 'string' || !isStrings(down) || !isStrings(depends) || !isStrings(labels) || typeof text !== 'string' || !isWayBack(downgrade)) throw new TypeError('Not a revision');
  return { id, down, depends, labels, title: text, downgrade };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isWayBack(value: unknown): value is Revision['downgrade'] {
  return value === 'present' || value === 'missing' || value === 'raises' || value === 'empty';
}
