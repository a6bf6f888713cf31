/**
 * What is asked of alembic, as Python for its own interpreter. It runs as alembic's command line does (same configuration, same `env.py`), and
 * answers with JSON on file descriptor 6; whatever `env.py` prints goes elsewhere.
 */
const common = `
import sys
if sys.path and sys.path[0] == "":
    sys.path.pop(0)  # the folder may have one that is called alembic
import ast, io, json, os, traceback
from alembic import command
from alembic.config import CommandLine
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory

def answer(value):
    with os.fdopen(6, "w") as out:
        out.write(json.dumps(value))

def current_of(config, script):
    found = set()
    def read(heads, context):
        found.update(heads)
        return []
    with EnvironmentContext(config, script, fn=read, dont_mutate=True):
        script.run_env()
    return sorted(found)

def way_down(script, revisions):
    def steps(heads, context):
        return [MigrationStep.downgrade_from_script(script.revision_map, script.get_revision(one)) for one in revisions]
    return steps

def short(error):
    return "%s: %s" % (type(error).__name__, str(error).strip().split("\\n")[0])

def names(text):
    return [one for one in text.split(",") if one]

def run(act):
    class Line(CommandLine):
        def run_cmd(self, config, options):
            try:
                act(config)
            except Exception as error:
                traceback.print_exc()
                sys.exit(short(error))
    Line("alembic").main(["current"])
`;

/** Answers `{"current": […], "revisions": [{id, down, depends, labels, title, downgrade}]}`: see graph.ts. */
export const factsProgram = `${common}
def statements(function):
    return [one for one in function.body if not isinstance(one, ast.Pass) and not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]

def way_back(revision):
    if not hasattr(revision.module, "downgrade"):
        return "missing"
    try:
        with open(revision.path, "rb") as file:
            functions = {one.name: one for one in ast.parse(file.read()).body if isinstance(one, ast.FunctionDef)}
    except (OSError, SyntaxError, ValueError):
        return "present"
    if "downgrade" not in functions:
        return "present"
    down = statements(functions["downgrade"])
    if down and isinstance(down[0], ast.Raise):
        return "raises"
    if not down and "upgrade" in functions and statements(functions["upgrade"]):
        return "empty"
    return "present"

def describe(script, revision):
    down = revision.down_revision
    return {
        "id": revision.revision,
        "down": [down] if isinstance(down, str) else list(down or ()),
        "depends": sorted({one.revision for one in script.get_revisions(revision.dependencies)}) if revision.dependencies else [],
        "labels": sorted(revision.branch_labels or ()),
        "title": (revision.doc or "").strip().split("\\n")[0],
        "downgrade": way_back(revision),
    }

def act(config):
    script = ScriptDirectory.from_config(config)
    revisions = [describe(script, one) for one in script.walk_revisions()]
    try:
        answer({"current": current_of(config, script), "revisions": revisions})
    except Exception as error:
        answer({"current": [], "error": short(error), "revisions": revisions})

run(act)
`;

/** Answers what the database is at, a line each. */
export const currentProgram = `${common}
def act(config):
    with os.fdopen(6, "w") as out:
        out.write("".join(one + "\\n" for one in current_of(config, ScriptDirectory.from_config(config))))

run(act)
`;

/** Arguments: the checkout, and the folder in which the target's tree lies. Answers the heads of that tree, sorted. */
export const headsProgram = `${common}
def act(config):
    checkout, tree = sys.argv[1:3]
    for option in ("script_location", "version_locations", "prepend_sys_path"):
        value = config.get_main_option(option)
        if value and (value + "/").startswith(checkout + "/") or value and (checkout + "/") in value:
            config.set_main_option(option, (value + "/").replace(checkout + "/", tree + "/").rstrip("/").replace("%", "%%"))
    answer(sorted(ScriptDirectory.from_config(config).get_heads()))

run(act)
`;

/** Arguments: where the database is, and the revisions to take back, in order. Answers the SQL. */
export const sqlProgram = `${common}
def act(config):
    script = ScriptDirectory.from_config(config)
    config.output_buffer = io.StringIO()
    with EnvironmentContext(config, script, fn=way_down(script, names(sys.argv[2])), as_sql=True, starting_rev=names(sys.argv[1]), destination_rev="base"):
        script.run_env()
    answer(config.output_buffer.getvalue())

run(act)
`;

/**
 * Arguments: `down` or `up`, one revision, what the database is at before and after. Asks, acts, asks again; does nothing when it is there.
 * Answers where the database is. Fails when it is neither before nor after, or not exactly there in the end.
 *
 * Down goes by a step of our own making, because no argument of `alembic downgrade` takes back exactly one revision in every history:
 * `<rev>@-1` fails on a merge, and a parent's name takes its other children along.
 */
export const moveProgram = `${common}
def told(revisions):
    return ", ".join(revisions) or "no revision"

def act(config):
    direction, revision = sys.argv[1:3]
    before, after = names(sys.argv[3]), names(sys.argv[4])
    script = ScriptDirectory.from_config(config)
    current = current_of(config, script)
    if current != after:
        if current != before:
            sys.exit("the database is at %s: neither at %s, where this begins, nor at %s, where it ends" % (told(current), told(before), told(after)))
        if direction == "up":
            command.upgrade(config, revision)
        else:
            with EnvironmentContext(config, script, fn=way_down(script, [revision]), destination_rev=after[0] if after else "base"):
                script.run_env()
        current = current_of(config, script)
        if current != after:
            sys.exit("the database is at %s, and should be at %s" % (told(current), told(after)))
    answer(current)

run(act)
`;
