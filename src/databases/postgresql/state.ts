/** What the databases of a restore are at: told by their comments, which go with them when they are renamed. Follows `admin()`. */
import { quote } from '../../commands/quote.ts';

const changes = 'SELECT COALESCE(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables';

/**
 * Defines
 * - `state_of NAME`, nothing where there is no such database, `half`, `whole <seconds> <changes>`, or `other`
 * - `changes_in NAME`, how many rows were ever written in it, as the server counts them. It begins anew after a crash: then it is another
 *   number, which counts as written
 * - `shut NAME`, `open NAME`: nobody, an administrator neither, can connect; everybody who might before
 * - `end_sessions NAME`, until there are none
 */
export const states = `state_of() {
  db_server -e "SELECT CASE WHEN d LIKE 'rollback-action: %' THEN substr(d, 18) ELSE 'other' END FROM (SELECT COALESCE(shobj_description(oid, 'pg_database'), '') AS d FROM pg_database WHERE datname = $(sql_text "$1")) x"
}
mark() { db_server -e "COMMENT ON DATABASE $(sql_name "$1") IS $(sql_text "rollback-action: $2")"; }
sql_name() { printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')"; }
changes_in() {
  # Before version 15 a session tells what it wrote some time after it ended.
  if [ "$(db_server -e "SELECT current_setting('server_version_num')::int < 150000")" = t ]; then sleep 2; fi
  db_admin "$1" -e ${quote(changes)}
}
shut() { db_server -e "ALTER DATABASE $(sql_name "$1") ALLOW_CONNECTIONS false"; }
open() { db_server -e "ALTER DATABASE $(sql_name "$1") ALLOW_CONNECTIONS true"; }
sessions_in() { db_server -e "SELECT count(*) FROM pg_stat_activity WHERE datname = $(sql_text "$1") AND pid <> pg_backend_pid() AND backend_type NOT LIKE 'autovacuum%'"; }
end_sessions() {
  end_tries=0
  while [ "$(sessions_in "$1")" != 0 ]; do
    end_tries=$((end_tries + 1))
    [ "$end_tries" -le 100 ] || { echo "sessions hold $1 and do not end" >&2; return 1; }
    db_server -e "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $(sql_text "$1") AND pid <> pg_backend_pid() AND backend_type NOT LIKE 'autovacuum%'" > /dev/null || return 1
    db_server -e 'SELECT pg_sleep(0.05)' > /dev/null
  done
}
`;
