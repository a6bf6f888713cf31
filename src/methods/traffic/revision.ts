/** Whether the database is at the revision that a colour's code needs. Read only. */
import { isSha, repository } from '../../commands/git.ts';
import { askingDatabase } from '../../databases/look.ts';
import { environmentFor } from '../../databases/source.ts';
import { RollbackError, type Failure } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import { migrationTools } from '../../migrations/registry.ts';
import type { Surroundings } from '../method.ts';
import { placeOf } from './asked.ts';

/** Why traffic must not go to this server: its code needs another revision than the database has. Nothing is asked without `migrations`. */
export async function otherRevision(inputs: Inputs, server: string, { hosts }: Surroundings): Promise<readonly Failure[]> {
  if (inputs.migrations === 'none' || inputs.schema === 'keep') return [];
  const { address } = placeOf(server);
  const name = inputs.hosts.find((host) => host.address.toLowerCase() === address.toLowerCase())?.name;
  const host = name === undefined ? undefined : hosts.get(name);
  if (name === undefined || host === undefined) {
    return [{
      code: 'invalid-input', what: `Input "hosts" names no host ${address}, on which the revision that ${server} needs could be looked up`,
      fix: 'Name the servers of the block in "hosts" as the block does, or take "migrations" out.',
    }];
  }
  const ask = askingDatabase(inputs, host);
  const { facts, output } = await host.ask(`${repository(inputs.appDir)}fact head "$(repo rev-parse HEAD)"\n`);
  const head = facts.get('head')?.find(isSha);
  if (head === undefined) {
    return [{ code: 'invalid-input', host: name, what: `${inputs.appDir} is no checkout from which the revision that ${server} needs could be told`, why: output.trim().split('\n').at(-1) ?? '', fix: 'Correct the input "app-dir", or take "migrations" out.' }];
  }
  const failure = (why: string): Failure => ({
    code: 'diverged', host: name, what: `the database is not at the revision that ${server} needs`, why,
    fix: 'Take the database there first (method: git or database), or set "schema: keep" if that server works with the schema as it is.',
  });
  try {
    const { migrations } = await migrationTools[inputs.migrations]({ inputs, host: name, from: head, to: head, environment: environmentFor(inputs), ask: (script) => ask(repository(inputs.appDir) + script) });
    return migrations.length === 0 ? [] : [failure(`it would have to go down by ${migrations.map(({ revision }) => revision).join(', ')}`)];
  } catch (thrown) {
    if (!(thrown instanceof RollbackError) || !thrown.failures.every(({ code }) => code === 'diverged' || code === 'migration-irreversible')) throw thrown;
    return [failure(thrown.failures.map(({ why }) => why).join('; '))];
  }
}
