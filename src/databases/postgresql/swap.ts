/** Taking the place of the live data: two databases change names in one transaction. Follows `admin()`. */
import { quote } from '../../commands/quote.ts';
import type { Names } from '../engine.ts';
import { identifier, literal } from './catalog.ts';
import { states } from './state.ts';

/** See `Beside.obstacles`. */
export function obstacles({ live, kept }: Names): string {
  return `db_server -e ${quote(`SELECT 'a replication slot holds it: ' || slot_name FROM pg_replication_slots WHERE database = ${literal(live)}
UNION ALL SELECT 'it is subscribed to a publication: ' || subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = ${literal(live)}
UNION ALL SELECT 'a prepared transaction waits in it: ' || gid FROM pg_prepared_xacts WHERE database = ${literal(live)}
UNION ALL SELECT 'pg_cron runs its jobs in it by its name' FROM pg_settings WHERE name = 'cron.database_name' AND setting = ${literal(live)} AND current_setting('shared_preload_libraries') LIKE '%pg_cron%'
UNION ALL SELECT 'it is the database that everybody connects to who names none' WHERE ${literal(live)} IN ('postgres', 'template1', 'template0')
UNION ALL SELECT 'there is a database ' || datname || ' already' FROM pg_database WHERE datname = ${literal(kept)}`)} | facts cannot-swap
`;
}

/** The databases `live` and `next` become `away` and `live`; done when `next` is not there any more but `away` is. */
function exchange(live: string, next: string, away: string): string {
  const renames = `BEGIN; ALTER DATABASE ${identifier(live)} RENAME TO ${identifier(away)}; ALTER DATABASE ${identifier(next)} RENAME TO ${identifier(live)}; COMMIT;`;
  const is = (name: string) => `count(*) FILTER (WHERE datname = ${literal(name)})`;
  return `there=$(db_server -e ${quote(`SELECT ${is(live)} || ' ' || ${is(next)} || ' ' || ${is(away)} FROM pg_database`)})
case $there in
  '1 1 0')
    # A database is renamed only while nobody is in it, and whoever is sent away comes back at once.
    reopen() { open ${quote(live)} 2>/dev/null || :; open ${quote(next)} 2>/dev/null || :; }
    if shut ${quote(live)} && shut ${quote(next)}; then :; else reopen; exit 1; fi
    tries=0
    until end_sessions ${quote(live)} && end_sessions ${quote(next)} && said=$(db_server -e ${quote(renames)} 2>&1); do
      tries=$((tries + 1))
      if [ "$tries" -ge 5 ]; then reopen; printf '%s\\n' "\${said-}" >&2; exit 1; fi
    done ;;
  '1 0 1') ;;
  *) echo ${quote(`the databases ${live}, ${next} and ${away} are not as they have to be (1 1 0): `)}"$there" >&2; exit 1 ;;
esac
open ${quote(live)}
open ${quote(away)}
`;
}

/** See `Beside.swap`. Only a database that was restored to its end takes the place of the live one. */
export function swap({ live, restored, kept }: Names): string {
  return `${states}case $(state_of ${quote(restored)}) in
  ''|whole*) ;;
  *) echo ${quote(`${restored} was not restored to its end`)} >&2; exit 1 ;;
esac
${exchange(live, restored, kept)}`;
}

/** See `Beside.swapBack`. Does nothing where nothing was swapped; what a swap that was cut short shut is opened. */
export function swapBack({ live, restored, kept }: Names): string {
  return `${states}if [ "$(db_server -e ${quote(`SELECT count(*) FROM pg_database WHERE datname = ${literal(kept)}`)})" = 0 ]; then
  open ${quote(live)}
  if [ -n "$(state_of ${quote(restored)})" ]; then open ${quote(restored)}; fi
else
${exchange(live, kept, restored)}fi
`;
}
