/** Whether a restored database is what its backup was. */
import { quote, words } from '../commands/quote.ts';
import type { Manifest } from './manifest.ts';

/** Fails where the restored database is not what its manifest says. Without a manifest there must be a table at least. Follows `beside.admin()`. */
export function compare(restored: string, manifest: Manifest | undefined): string {
  const at = `${quote(restored)} ''`;
  const rows = manifest?.rows;
  const expected = rows === undefined ? [] : Object.entries(rows).map(([table, count]) => `${count} ${table}`);
  return `as_admin
rows_in ${at} | sort > rows-restored
tables=$(wc -l < rows-restored)
fact restored-tables "$tables"
[ "$tables" -gt 0 ] || { echo 'the restored database has no tables' >&2; exit 1; }
${manifest?.tables === undefined ? '' : `[ "$tables" = ${manifest.tables} ] || { echo "$tables tables were restored, the backup had ${manifest.tables}" >&2; exit 1; }
`}${rows === undefined ? '' : `printf '%s\\n' ${words(...expected)} | sort > rows-expected
cmp -s rows-expected rows-restored || { echo "other rows than in the backup: $(diff rows-expected rows-restored | grep '^[<>]' | head -n 5 | tr '\\n' ';')" >&2; exit 1; }
`}${manifest?.revision === undefined ? '' : `revisions=$(revisions_in ${at})
[ "$revisions" = ${quote(manifest.revision)} ] || { echo "the restored database is at revision $revisions, the backup was at ${manifest.revision.replaceAll(/[^\w .-]/g, '')}" >&2; exit 1; }
`}${manifest?.schema === undefined ? '' : `[ "$(fingerprint_in ${at})" = ${quote(manifest.schema)} ] || { echo 'the schema of the restored database is not that of the backup' >&2; exit 1; }
`}`;
}
