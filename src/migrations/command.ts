/** Migrations by commands of the user: any other tool than those that are known here. */
import { quote } from '../commands/quote.ts';
import type { MigrationTool, Place } from './tool.ts';

export const command: MigrationTool = async (place) => {
  const { inputs: { migrationsDownCommand: down, migrationsUpCommand: up }, from, to } = place;
  if (down === undefined || up === undefined || from === to) return { movements: [], migrations: [], sql: '', asFound: '' };
  return {
    movements: [{ id: 'migrate-down', title: `Database down: ${down.split('\n')[0] ?? ''}`, down: once(run(down, place)), up: back(run(up, place)) }],
    migrations: [], sql: '', asFound: '',
  };
};

/**
 * A command cannot be asked whether it has done its work, and a second time it may take the database one further down: a run that takes up an
 * interrupted one knows from `$found` that it had ended.
 */
function once(script: string): string {
  return `: > "$found/migrating"
if [ ! -e "$found/migrated" ]; then
${script}: > "$found/migrated"
fi
`;
}

function back(script: string): string {
  return `if [ -e "$found/migrating" ]; then
${script.trimEnd()} || exit 1
fi
rm -f "$found/migrated" "$found/migrating"
`;
}

/** Both commands are told the same two releases: the one that is left, and the one to go to. */
function run(text: string, { inputs: { appDir, migrationsDir, virtualenv }, environment, from, to }: Place): string {
  return `(
cd ${quote(migrationsDir ?? appDir)} || exit 1
${virtualenv === undefined ? '' : `PATH=${quote(`${virtualenv}/bin`)}:$PATH; export PATH\n`}${environment}ROLLBACK_FROM=${quote(from)} ROLLBACK_TO=${quote(to)}
export ROLLBACK_FROM ROLLBACK_TO
exec sh -c ${quote(text)} 3>&-
)
`;
}
