/** One alembic revision: its operations are Python lines with `op` and `sa` at hand. */
export type Migration = {
  revision: string;
  /** The revision below it; `null` for the first; several for a merge. */
  below: string | string[] | null;
  up: string[];
  down: string[];
};

/** The guide's production has these; what `down` drops holds values there. */
export const migrations = {
  jobs: {
    revision: "a1",
    below: null,
    up: [
      'op.create_table("jobs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(120), nullable=False),',
      '    sa.Column("company", sa.String(120)), sa.Column("salary", sa.Numeric(10, 2)), sa.Column("posted_at", sa.DateTime),',
      '    sa.Column("remote", sa.Boolean, nullable=False, server_default=sa.false()))',
    ],
    down: ['op.drop_table("jobs")'],
  },
  careers: {
    revision: "b2",
    below: "a1",
    up: [
      'op.create_table("careers", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(120), nullable=False, unique=True),',
      '    sa.Column("description", sa.Text))',
      'op.create_table("analytics", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(80), nullable=False),',
      '    sa.Column("value", sa.Double), sa.Column("recorded_at", sa.DateTime))',
      'op.add_column("jobs", sa.Column("location", sa.String(200)))',
      'op.create_index("ix_jobs_location", "jobs", ["location"])',
    ],
    down: [
      'op.drop_index("ix_jobs_location", "jobs")',
      'op.drop_column("jobs", "location")',
      'op.drop_table("analytics")',
      'op.drop_table("careers")',
    ],
  },
  matchScore: {
    revision: "c3",
    below: "b2",
    up: [
      'op.add_column("jobs", sa.Column("match_score", sa.Float))',
      'op.alter_column("jobs", "title", existing_type=sa.String(120), type_=sa.String(255), existing_nullable=False)',
    ],
    down: [
      'op.alter_column("jobs", "title", existing_type=sa.String(255), type_=sa.String(120), existing_nullable=False)',
      'op.drop_column("jobs", "match_score")',
    ],
  },
  matches: {
    revision: "d4",
    below: "c3",
    up: [
      'op.create_table("matches", sa.Column("id", sa.Integer, primary_key=True),',
      '    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id", name="fk_matches_job"), nullable=False),',
      '    sa.Column("career_id", sa.Integer, sa.ForeignKey("careers.id", name="fk_matches_career")),',
      '    sa.Column("score", sa.Double), sa.Column("note", sa.Text), sa.Column("fingerprint", sa.LargeBinary))',
    ],
    down: ['op.drop_table("matches")'],
  },
} satisfies Record<string, Migration>;

/** Its downgrade drops a column, and then fails: MariaDB keeps the drop, PostgreSQL takes it back. */
export const failsHalfWayDown: Migration = {
  revision: "e5",
  below: "d4",
  up: ['op.add_column("jobs", sa.Column("salary_note", sa.String(80), server_default="as agreed"))'],
  down: ['op.drop_column("jobs", "salary_note")', 'op.execute("ALTER TABLE jobs DROP COLUMN no_such_column")'],
};

/** Cannot be taken back at all, as the authors of many migrations leave it. */
export const irreversible: Migration = {
  revision: "e6",
  below: "d4",
  up: ['op.add_column("careers", sa.Column("slug", sa.String(80)))'],
  down: ['raise NotImplementedError("there is no way back")'],
};

/** Two revisions above one: alembic then has two heads. */
export const twoHeads: Migration[] = ["f7", "f8"].map((revision) => ({
  revision,
  below: "d4",
  up: [`op.add_column("careers", sa.Column("branch_${revision}", sa.Integer))`],
  down: [`op.drop_column("careers", "branch_${revision}")`],
}));

/** The file of a revision, as alembic writes it. */
export function migrationSource({ revision, below, up, down }: Migration): string {
  const indent = (lines: string[]) => lines.map((line) => `    ${line}\n`).join("");
  return `import sqlalchemy as sa
from alembic import op

revision = ${JSON.stringify(revision)}
down_revision = ${below === null ? "None" : JSON.stringify(below)}
branch_labels = None
depends_on = None


def upgrade():
${indent(up)}

def downgrade():
${indent(down)}`;
}

/** `alembic.ini` and `migrations/env.py`, by their path in the backend. */
export const alembicFiles = {
  "alembic.ini": `[alembic]
script_location = migrations
prepend_sys_path = .

[loggers]
keys = root,alembic
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = WARNING
handlers = console
qualname =
[logger_alembic]
level = INFO
handlers =
qualname = alembic
[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic
[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
`,
  "migrations/script.py.mako": "",
  "migrations/env.py": `import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine

fileConfig(context.config.config_file_name)
url = os.environ["DATABASE_URL"]

if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"})
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
`,
};
