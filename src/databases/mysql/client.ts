/** The client with what is read through it, in any database of any server that the URL's user may ask. */
import type { DatabaseSource } from '../../commands/environment.ts';
import { databasePrelude } from '../../commands/mysql.ts';
import { quote } from '../../commands/quote.ts';
import { fingerprintIn, name, ours } from './fingerprint.ts';

const counts = `SELECT CONCAT('SELECT CONCAT(COUNT(*), '' '', ', QUOTE(table_name), ') FROM ', ${name('table_name')}, ';') FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE ${ours} ORDER BY CAST(table_name AS BINARY)`;

/** Rows are counted in one snapshot. */
const reading = `rows_in() {
  row_statements=$(db_on "$1" "$2" -e ${quote(counts)}) || return 1
  printf 'START TRANSACTION WITH CONSISTENT SNAPSHOT;\\n%s\\n' "$row_statements" | db_on "$1" "$2"
}
revisions_in() {
  has_revisions=$(db_on "$1" "$2" -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'alembic_version'") || return 1
  [ "$has_revisions" != 0 ] || return 0
  all_revisions=$(db_on "$1" "$2" -e 'SELECT version_num FROM alembic_version ORDER BY version_num') || return 1
  printf '%s\\n' "$all_revisions" | sort | awk '{ printf "%s%s", parted, $0; parted = " " }'
}
`;

/** As `Engine.client` says. */
export function client(source: DatabaseSource): string {
  return databasePrelude(source) + reading + fingerprintIn;
}
