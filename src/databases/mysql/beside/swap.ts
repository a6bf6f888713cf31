/**
 * Two databases change places, by one `RENAME TABLE` for all their tables. Follows `admin()`.
 *
 * A table with triggers cannot be renamed into another database, and views, routines and events cannot be renamed at all: both sides' are written
 * to files beside `$fence`, taken off, and made again from there. As long as a file is there its work is not done; where the marker is tells
 * whether the tables have changed places.
 */
import { quote } from '../../../commands/quote.ts';
import type { Names } from '../../engine.ts';
import { name } from '../fingerprint.ts';
import { fencePrelude } from './fence.ts';
import { eventsOff, eventsOn, withoutName, withoutSandbox } from './load.ts';
import { markerPrelude } from './marker.ts';

const drops = ['TRIGGER trigger_name triggers trigger_schema', 'VIEW table_name views table_schema', 'EVENT event_name events event_schema'].map((each) => {
  const [kind = '', column = '', table = '', schema = ''] = each.split(' ');
  return `SELECT CONCAT('DROP ${kind} IF EXISTS ', ${name(column)}, ';') FROM information_schema.${table} WHERE ${schema} = DATABASE()`;
});
const dropObjects = [...drops, `SELECT CONCAT('DROP ', routine_type, ' IF EXISTS ', ${name('routine_name')}, ';') FROM information_schema.routines WHERE routine_schema = DATABASE()`].join('; ');

const foreign = (live: string) => `SELECT COUNT(*) FROM information_schema.key_column_usage WHERE table_schema = '${live}' AND referenced_table_schema <> '${live}'`;

/** Defines `save_objects DATABASE FILE`, `drop_objects DATABASE`, `make_objects DATABASE FILE AWK`, `move_tables FROM TO` (prints pairs of a RENAME). */
const objects = `save_objects() {
  if [ -f "$2" ]; then return 0; fi
  dump_admin --no-data --no-create-info --triggers --routines --events --skip-lock-tables --default-character-set=utf8mb4 -- "$1" > "$2.part" || exit 1
  views=$(db_admin "$1" -e "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()")
  if [ -n "$views" ]; then
    database_of=$1 file_of=$2
    set --
    while IFS= read -r view; do set -- "$@" "$view"; done <<END_OF_VIEWS
$views
END_OF_VIEWS
    dump_admin --no-data --skip-triggers --skip-lock-tables --default-character-set=utf8mb4 -- "$database_of" "$@" > "$file_of.views" || exit 1
    awk ${quote(`${withoutSandbox}\n{ print }`)} "$file_of.views" >> "$file_of.part"
    rm -f "$file_of.views"
    set -- "$database_of" "$file_of"
  fi
  sync "$2.part" 2>/dev/null || :
  mv "$2.part" "$2"
}
drop_objects() {
  drop_statements=$(db_admin "$1" -e ${quote(dropObjects)}) || exit 1
  printf '%s\\n' "$drop_statements" | db_admin "$1" || exit 1
}
make_objects() {
  [ -f "$2" ] || return 0
  drop_objects "$1"
  awk "$3"${quote(`\n${withoutSandbox}\n${withoutName}\n{ print }`)} "$2" | db_admin "$1" > /dev/null || exit 1
}
move_tables() {
  db_admin "$1" -e "SELECT CONCAT(${name("'$1'").replaceAll('`', '\\`')}, '.', ${name('table_name').replaceAll('`', '\\`')}, ' TO ', ${name("'$2'").replaceAll('`', '\\`')}, '.', ${name('table_name').replaceAll('`', '\\`')}) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type <> 'VIEW'"
}
`;

type Exchange = { readonly live: string; /** Where what is live goes. */ readonly out: string; /** What becomes live. */ readonly into: string; readonly suffix: string; readonly outEvents: string; readonly inEvents: string };

function exchange({ live, out, into, suffix, outEvents, inEvents }: Exchange): string {
  return `live=${quote(live)} out=${quote(out)} into=${quote(into)}
out_objects=$fence.${suffix}-out.sql in_objects=$fence.${suffix}-in.sql
moved() { ${suffix === 'swap' ? '[ "$(is_marked "$live")" = 1 ]' : '[ "$(is_marked "$out")" = 1 ]'}; }
if ! moved; then
  charset=$(db_admin information_schema -e "SELECT CONCAT('CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name) FROM information_schema.schemata WHERE schema_name = '$live'")
  db_admin information_schema -e "CREATE DATABASE IF NOT EXISTS \\\`$out\\\` $charset"
  [ "$(exists_database "$into")" = 1 ] || { echo "the database $into is not there" >&2; exit 1; }
  in_the_way=$(move_tables "$out" "$out" | wc -l)
  [ "$in_the_way" = 0 ] || { echo "the database $out has tables already" >&2; exit 1; }
  end_sessions "$live"
  end_sessions "$into"
  save_objects "$live" "$out_objects"
  save_objects "$into" "$in_objects"
  drop_objects "$live"
  drop_objects "$into"
  pairs=$(move_tables "$live" "$out"; move_tables "$into" "$live")
  printf 'RENAME TABLE %s;\\n' "$(printf '%s\\n' "$pairs" | sed '$!s/$/,/')" | db_admin information_schema
fi
[ "$(db_admin information_schema -e ${quote(foreign(live))})" = 0 ] || { echo "a foreign key of $live points elsewhere" >&2; exit 1; }
make_objects "$out" "$out_objects" ${quote(outEvents)}
make_objects "$live" "$in_objects" ${quote(inEvents)}
rm -f "$out_objects"* "$in_objects"*
if [ "$(exists_database "$into")" = 1 ] && [ "$(move_tables "$into" "$into" | wc -l)" = 0 ]; then
  rights=$(grants_for strip "$into")
  printf '%s\\n' "$rights" | run_grants
  db_admin information_schema -e "DROP DATABASE \\\`$into\\\`"
fi
`;
}

/** Whoever was kept out of the live data may then write to the restored one, under its name; nobody to what was replaced. */
export function swap(names: Names): string {
  const { live, restored, kept } = names;
  return `${markerPrelude(names)}${fencePrelude}${objects}${exchange({ live, out: kept, into: restored, suffix: 'swap', outEvents: '', inEvents: eventsOn })}keep_out "$out"
if [ -f "$fence" ]; then
  rights=$(grep -E '^(GRANT|REVOKE) ' "$fence" || :)
  printf '%s\\n' "$rights" | run_grants
fi
`;
}

/** What a swap took off before it was cut short is made again, where its tables are now. */
function finishSwap({ live, restored, kept }: Names): string {
  const [out, into] = ['"$fence.swap-out.sql"', '"$fence.swap-in.sql"'];
  return `if [ -f ${out} ] || [ -f ${into} ]; then
  if [ "$(is_marked ${quote(live)})" = 1 ]; then make_objects ${quote(kept)} ${out} ''; make_objects ${quote(live)} ${into} ${quote(eventsOn)}
  else make_objects ${quote(live)} ${out} ''; make_objects ${quote(restored)} ${into} ''; fi
  rm -f ${out}* ${into}*
fi
`;
}

/** The fence stays as it was before the swap. */
export function swapBack(names: Names): string {
  const { live, restored, kept } = names;
  return `${markerPrelude(names)}${fencePrelude}${objects}${finishSwap(names)}if [ "$(exists_database ${quote(kept)})" = 1 ]; then
keep_out ${quote(live)}
${exchange({ live, out: restored, into: kept, suffix: 'back', outEvents: eventsOff, inEvents: '' })}fi
# Once more after an interruption: the rights of those that were fenced are in the file, those of readers are still on the live data.
if [ -f "$fence" ] && [ "$(exists_database ${quote(restored)})" = 1 ]; then
  rights=$(grants_for carry ${quote(live)} ${quote(restored)}; grants_for rename ${quote(live)} ${quote(restored)} < "$fence")
  printf '%s\\n' "$rights" | run_grants
fi
`;
}

/** Fact `cannot-swap` for each reason why the live data cannot change places. */
export function obstacles({ live }: Names): string {
  const reasons = [
    `SELECT CONCAT('the foreign key ', constraint_name, ' of ', table_schema, '.', table_name, ' points into it from another database') FROM information_schema.key_column_usage WHERE referenced_table_schema = '${live}' AND table_schema <> '${live}'`,
    `SELECT CONCAT('the foreign key ', constraint_name, ' of ', table_name, ' points into the database ', referenced_table_schema) FROM information_schema.key_column_usage WHERE table_schema = '${live}' AND referenced_table_schema <> '${live}'`,
    `SELECT CONCAT('the default of ', table_name, '.', column_name, ' is taken from a sequence, by the name of its database') FROM information_schema.columns WHERE table_schema = '${live}' AND column_default LIKE '%nextval(%'`,
    `SELECT CONCAT('the view ', table_name, ' cannot be read') FROM information_schema.tables WHERE table_schema = '${live}' AND table_type = 'VIEW' AND table_comment LIKE '%references invalid%'`,
  ];
  return `obstacles=$(db_admin information_schema -e ${quote(reasons.join('; '))})
printf '%s' "$obstacles" | sed 's/$/; use cutover: repoint/' | facts cannot-swap
[ -n "$dumper" ] || fact cannot-swap 'neither mariadb-dump nor mysqldump is installed, which its triggers and views are kept with; use cutover: repoint'
`;
}
