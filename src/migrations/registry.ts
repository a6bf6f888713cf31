import { alembic } from './alembic.ts';
import { command } from './command.ts';
import type { MigrationTool } from './tool.ts';

/** The values of the input `migrations`. */
export const migrationTools = {
  alembic,
  command,
  none: async () => ({ movements: [], migrations: [], sql: '', asFound: '' }),
} satisfies Readonly<Record<string, MigrationTool>>;
