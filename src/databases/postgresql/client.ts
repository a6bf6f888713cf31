/** Everything that the other texts of this engine stand on. */
import type { DatabaseSource } from '../../commands/environment.ts';
import { postgresPrelude } from '../../commands/postgresql.ts';
import { reading } from './reading.ts';

/** See `Engine.client`. */
export function client(source: DatabaseSource): string {
  return postgresPrelude(source) + reading;
}
