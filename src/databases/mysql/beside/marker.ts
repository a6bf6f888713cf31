/** What makes a restored database known as ours, and whole, whatever it is called. */
import { createHash } from 'node:crypto';
import type { Names } from '../../engine.ts';

/** A table in the restored data, moved with it: one row when everything was loaded. */
export function markerOf({ restored }: Names): string {
  return `_rollback_restored_${createHash('sha256').update(restored).digest('hex').slice(0, 16)}`;
}

/** Defines `is_marked DATABASE` and `exists_database DATABASE`, which print 1 or 0; `$marker`. */
export function markerPrelude(names: Names): string {
  return `marker=${markerOf(names)}
is_marked() { db_admin information_schema -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$1' AND table_name = '$marker'"; }
exists_database() { db_admin information_schema -e "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '$1'"; }
`;
}
