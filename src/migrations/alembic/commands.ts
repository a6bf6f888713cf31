/** Alembic on a host: what it knows, the way down as SQL, and single steps down and up. Shell text; facts by `fact`. */
import { quote, words } from '../../commands/quote.ts';
import type { Facts } from '../../ports.ts';
import type { Revision, StepDown } from './graph.ts';

export type AlembicPlace = {
  readonly appDir: string;
  /** Absolute: where alembic.ini is. */
  readonly migrationsDir: string;
  /** Absolute; its programs come first. */
  readonly virtualenv?: string;
  /** sh that exports the application's environment, for env.py. */
  readonly environment: string;
};

/**
 * Defines `alembic_in FOLDER ARG…` and `python_in FOLDER ARG…` (the interpreter that alembic itself runs on), with the application's
 * environment, in a process of their own; and `$migrations`.
 */
export function alembicPrelude({ migrationsDir, virtualenv, environment }: AlembicPlace): string {
  return `migrations=${quote(migrationsDir)}
in_application() {
  cd "$1" && shift
  ${virtualenv === undefined ? '' : `PATH=${quote(`${virtualenv}/bin`)}:$PATH; export PATH`}
  PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE
${environment}
}
alembic_in() ( in_application "$1"; shift; exec alembic "$@" 3>&- )
python_in() (
  in_application "$1"; shift
  program=$(command -v alembic) || { echo 'alembic is not installed' >&2; exit 127; }
  python=$(sed -n '1s/^#! *//p' "$program"); python=\${python##*/env }
  exec $python "$@" 3>&-
)
`;
}

/** Reads the versions of the folder it is run in. `heads` prints the heads alone. One JSON line for each. */
const reader = `import ast, json, sys
from alembic.config import Config
from alembic.script import ScriptDirectory
config = Config('alembic.ini')
for old, new in [sys.argv[2:4]] if len(sys.argv) > 3 else []:
    for name, value in (config.get_section('alembic') or {}).items():
        if old in value: config.set_main_option(name, value.replace(old, new).replace('%', '%%'))
script = ScriptDirectory.from_config(config)
def listed(value): return [] if not value else [value] if isinstance(value, str) else list(value)
def body(tree, name):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return [s for s in node.body if not isinstance(s, ast.Pass) and not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
def down(path):
    with open(path, encoding='utf-8') as file: tree = ast.parse(file.read())
    there, back = body(tree, 'upgrade'), body(tree, 'downgrade')
    if back is None: return 'missing'
    if back and isinstance(back[0], ast.Raise): return 'raises'
    return 'empty' if there and not back else 'ok'
out = sys.__stdout__
if sys.argv[1] == 'heads':
    for head in script.get_heads(): print('HEAD ' + head, file=out)
else:
    for revision in script.walk_revisions():
        depends = [script.get_revision(name).revision for name in listed(revision.dependencies)]
        print('REVISION ' + json.dumps(dict(id=revision.revision, down=listed(revision.down_revision), depends=depends, title=(revision.doc or '').split('\\n')[0][:200], downgrade=down(revision.path))), file=out)
`;

/** Facts: `revision` (JSON) for each that the checked out code knows, `current` for each that the database is at, or `alembic-error`. */
export const alembicFacts = `if graph=$(python_in "$migrations" -c ${quote(reader)} graph 2>&1); then
  printf '%s\\n' "$graph" | sed -n 's/^REVISION //p' | facts revision
else fact alembic-error "$(printf '%s\\n' "$graph" | tail -n 1)"; fi
if current=$(alembic_in "$migrations" current 2>&1); then
  printf '%s\\n' "$current" | sed -n 's/^\\([^ ()]*\\)\\( (.*)\\)*$/\\1/p' | sort -u | facts current
else fact database-error "$(printf '%s\\n' "$current" | tail -n 1)"; fi
`;

/**
 * The heads of the target release, from its own files in a private folder. Follows `targetPresence()` of commands/git.ts (`$source_dir`,
 * `$target`). Facts: `target-head`; none and `target-without-alembic` when it has no alembic.ini there; `alembic-error`.
 */
export function targetHeads({ appDir, migrationsDir }: AlembicPlace): string {
  const inTree = migrationsDir === appDir ? '.' : migrationsDir.slice(appDir.length + 1);
  return `tree=$(mktemp -d)
if [ -n "\${private:-}" ]; then trap 'rm -rf "$private" "$tree"' EXIT; else trap 'rm -rf "$tree"' EXIT; fi
git -c safe.directory='*' --git-dir="$source_dir" archive "$target" | tar -x -C "$tree"
if [ ! -f "$tree"/${quote(inTree)}/alembic.ini ]; then fact target-without-alembic yes
elif heads=$(python_in "$tree"/${quote(inTree)} -c ${quote(reader)} heads "$app" "$tree" 2>&1); then printf '%s\\n' "$heads" | sed -n 's/^HEAD //p' | facts target-head
else fact alembic-error "$(printf '%s\\n' "$heads" | tail -n 1)"; fi
`;
}

/** The SQL of the way down, as alembic prints it without a connection: fact `sql`, a line each; `no-sql` when it cannot. */
export function downgradeSql(steps: readonly StepDown[]): string {
  return `sql=
while read -r range; do
  part=$(alembic_in "$migrations" downgrade --sql "$range" 2>/dev/null </dev/null) || { sql=-; break; }
  sql="$sql$part
"
done <<'END_OF_RANGES'
${rangesOf(steps).join('\n')}
END_OF_RANGES
if [ "$sql" = - ]; then fact no-sql yes; else printf '%s' "$sql" | facts sql; fi
`;
}

/** `from:to`, which alembic wants to be told when it has no connection; one range where no branch is met on the way. */
function rangesOf(steps: readonly StepDown[]): readonly string[] {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return [];
  const straight = steps.every(({ before, revision }) => before.length === 1 && revision.down.length < 2);
  const range = ({ revision: { id } }: StepDown, { revision: { down: [parent] } }: StepDown): string => `${id}:${parent ?? 'base'}`;
  return straight ? [range(first, last)] : steps.map((step) => range(step, step));
}

/** Facts `as-found`: the revisions that the database is at. */
export const alembicAsFound = `found=$(alembic_in "$migrations" current 2>&1)
printf '%s\\n' "$found" | sed -n 's/^\\([^ ()]*\\)\\( (.*)\\)*$/\\1/p' | sort -u | while read -r revision; do fact as-found "revision $revision"; done
`;

/** Takes away exactly one revision, with the code that is checked out; asks before and after. */
export function stepDown(step: StepDown): string {
  return movement(step.before, step.after, ['downgrade', step.argument]);
}

/** Brings it back. */
export function stepUp({ revision, before, after }: StepDown): string {
  return movement(after, before, ['upgrade', revision.id]);
}

/**
 * One movement of the schema, safe to ask for again. Revisions that others imply (`depends_on`) may stand beside those that are expected:
 * alembic leaves them in its table after a downgrade.
 */
function movement(from: readonly string[], to: readonly string[], command: readonly string[]): string {
  return `from=${quote(from.join(' '))}; to=${quote(to.join(' '))}
now() {
  printed=$(alembic_in "$migrations" current)
  now=$(printf '%s\\n' "$printed" | sed -n 's/^\\([^ ()]*\\)\\( (.*)\\)*$/\\1/p' | sort -u | tr '\\n' ' '); now=\${now% }
}
is() { for wanted in $1; do case " $now " in *" $wanted "*) ;; *) return 1;; esac; done; for other in $2; do case " $1 " in *" $other "*) ;; *) case " $now " in *" $other "*) return 1;; esac;; esac; done; [ -n "$1" ] || [ -z "$now" ]; }
now
if ! is "$to" "$from"; then
  is "$from" "$to" || { echo "the database is at \${now:-no revision}, neither at \${from:-no revision} nor at \${to:-no revision}" >&2; exit 1; }
  alembic_in "$migrations" ${words(...command)}
  now
  is "$to" "$from" || { echo "alembic ended well, but the database is at \${now:-no revision} and not at \${to:-no revision}" >&2; exit 1; }
fi
fact revision "\${now:-}"
`;
}

/** The facts `revision` of `alembicFacts`; a line that is none of ours is left out. */
export function readRevisions(facts: Facts): readonly Revision[] {
  return (facts.get('revision') ?? []).flatMap((line) => {
    const read: unknown = JSON.parse(line);
    return isRevision(read) ? [read] : [];
  });
}

function isRevision(value: unknown): value is Revision {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'down' in value && Array.isArray(value.down) &&
    'depends' in value && Array.isArray(value.depends) && 'title' in value && 'downgrade' in value;
}
