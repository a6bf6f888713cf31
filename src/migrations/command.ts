/** Migrations by commands of the user: any other tool than those that are known here. */
import { quote } from '../commands/quote.ts';
import type { MigrationTool, Place } from './tool.ts';

export const command: MigrationTool = async (place) => {
  const { inputs: { migrationsDownCommand: down, migrationsUpCommand: up }, from, to } = place;
  if (down === undefined || up === undefined || from === to) return { movements: [], migrations: [], sql: '', asFound: '' };
  return {
    movements: [{ id: 'migrate-down', title: `Database down: ${down.split('\n')[0] ?? ''}`, down: run(down, place), up: run(up, place) }],
    migrations: [], sql: '', asFound: '',
  };
};

/** Both commands are told the same two releases: the one that is left, and the one to go to. */
function run(text: string, { inputs: { appDir, migrationsDir, virtualenv }, environment, from, to }: Place): string {
  return `(
cd ${quote(migrationsDir ?? appDir)}
${virtualenv === undefined ? '' : `PATH=${quote(`${virtualenv}/bin`)}:$PATH; export PATH\n`}${environment}ROLLBACK_FROM=${quote(from)} ROLLBACK_TO=${quote(to)}
export ROLLBACK_FROM ROLLBACK_TO
exec sh -c ${quote(text)} 3>&-
)
`;
}
