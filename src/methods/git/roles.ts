import type { Role } from '../../assess/host.ts';
import type { Inputs } from '../../inputs.ts';

/** Every host of the rollback by name, with what it does. The database host need not serve the application. */
export function rolesOf(inputs: Inputs): ReadonlyMap<string, Role> {
  const usesDatabase = inputs.method === 'database' || inputs.migrations !== 'none' || inputs.backup.includes('database');
  const roles = new Map<string, Role>(inputs.hosts.map(({ name }) => [name, { app: true, database: false }]));
  if (usesDatabase) roles.set(inputs.databaseHost.name, { app: roles.has(inputs.databaseHost.name), database: true });
  return roles;
}
