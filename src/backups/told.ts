/** What a step that saved something told. Pure. */
import type { Backup } from '../outcome.ts';
import type { Facts } from '../ports.ts';

/** The backup that a step's facts tell of; none where it saved nothing. */
export function backupIn(host: string, facts: Facts): readonly Backup[] {
  const one = (name: string): string => facts.get(name)?.[0] ?? '';
  const kind = one('backup');
  if (kind !== 'database' && kind !== 'app' && kind !== 'rds' && kind !== 'lost-rows') return [];
  return [{ kind, host, location: one('location'), bytes: Number(one('bytes')), sha256: one('sha256') }];
}
