import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationPlace } from '../../src/migrations/place.ts';

/** One revision of a made-up history; its operations are Python lines. */
export type Written = {
  readonly down?: readonly string[];
  readonly depends?: readonly string[];
  readonly labels?: readonly string[];
  readonly title?: string;
  readonly up?: readonly string[];
  /** Undefined: the revision has no downgrade() at all. */
  readonly back?: readonly string[] | undefined;
};

export type History = {
  readonly appDir: string;
  readonly place: MigrationPlace;
  write(id: string, revision: Written): void;
  alembic(...args: readonly string[]): string;
  /** Commits everything; its SHA. */
  commit(): string;
  remove(): void;
};

/** A checkout with alembic in `apps/backend`, on the database of `url` (an empty one in a file when there is none). */
export function newHistory(url?: string): History {
  const appDir = mkdtempSync(join(tmpdir(), 'rollback-alembic-'));
  const folder = join(appDir, 'apps', 'backend');
  const versions = join(folder, 'alembic', 'versions');
  mkdirSync(versions, { recursive: true });
  const database = url ?? `sqlite:///${join(appDir, 'database.sqlite')}`;
  writeFileSync(join(folder, 'alembic.ini'), '[alembic]\nscript_location = alembic\n');
  writeFileSync(join(appDir, '.gitignore'), 'database.sqlite\n__pycache__\n');
  // A folder of the application that hides the package of the same name from a careless interpreter.
  writeFileSync(join(folder, 'alembic', '__init__.py'), '');
  writeFileSync(join(folder, 'alembic', 'env.py'), `
import os
from alembic import context
from sqlalchemy import create_engine
print("noise of env.py")

url = os.environ.get("DATABASE_URL", ${JSON.stringify(database)})
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
`);
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', appDir, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet');
  const list = (values: readonly string[] | undefined) => values === undefined || values.length === 0 ? 'None' : `(${values.map((value) => `${JSON.stringify(value)},`).join('')})`;
  return {
    appDir,
    place: { appDir, migrationsDir: folder, environment: '' },
    write(id, revision) {
      const body = (lines: readonly string[]) => (lines.length === 0 ? ['pass'] : lines).map((line) => `    ${line}\n`).join('');
      const { up = ['op.execute("select 1")'], title = `adds ${id}` } = revision;
      const back = 'back' in revision ? revision.back : ['op.execute("select 2")'];
      const parents = revision.down ?? [];
      writeFileSync(join(versions, `${id}.py`), `"""${title}

More of it.
"""
from alembic import op
import sqlalchemy as sa
revision = ${JSON.stringify(id)}
down_revision = ${parents.length === 1 ? JSON.stringify(parents[0]) : list(parents)}
depends_on = ${list(revision.depends)}
branch_labels = ${list(revision.labels)}
def upgrade():
${body(up)}${back === undefined ? '' : `def downgrade():\n${body(back)}`}`);
    },
    alembic: (...args) => execFileSync('sh', ['-c', 'cd "$1" && shift && exec alembic "$@"', 'sh', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...(url === undefined ? {} : { DATABASE_URL: url }), PYTHONDONTWRITEBYTECODE: '1' } }),
    commit() { git('add', '-A'); git('commit', '--quiet', '--allow-empty', '-m', 'release'); return git('rev-parse', 'HEAD'); },
    remove() { rmSync(appDir, { recursive: true, force: true }); },
  };
}
