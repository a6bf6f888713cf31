/** Putting a database back as it was found, whatever the migrations did to it, half or whole. Follows `databasePrelude()`. */
import { quote } from '../../commands/quote.ts';
import { asideOf, asidePrelude, exists, viewsAsTheyAre } from './aside.ts';
import { alterations } from './definition.ts';
import { name } from './fingerprint.ts';
import { missingPrivileges } from './facts.ts';
import { valuesPrelude } from './values.ts';
import { writtenPrelude } from './written.ts';

/**
 * Before the schema goes up again: keeps what the application wrote since the downgrade. Runs first in the undo of every step that takes the
 * database down; it does its work once.
 */
export function keepWritten(run: string): string {
  return `${asidePrelude(run)}${writtenPrelude(run)}keep_written
`;
}

/**
 * The undo of `keepAside`: schema, rows, triggers and views exactly as they were found, except for what the application wrote since. It does
 * not matter how far the migrations came, or whether they could be taken up again: what is different from what was recorded is changed.
 * Safe to run again after an interruption. Fails, having kept everything, when something could not be brought back.
 */
export function restoreAside(run: string): string {
  const index = asideOf(run);
  return `${asidePrelude(run)}${writtenPrelude(run)}${valuesPrelude(run)}${missingPrivileges}
recorded() { db -e ${quote(`SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ${quote(index)}`)}; }
if [ "$(recorded)" = 0 ] || [ "$(db -e "SELECT COUNT(*) FROM $aside WHERE n = 0")" = 0 ]; then exit 0; fi
differences() {
  found_definitions=$(db -e ${quote(`SELECT CONCAT(CHAR(2), n, '\n', definition) FROM ${index} WHERE definition IS NOT NULL ORDER BY n`)})
  present_definitions=$(definitions_now)
  printf '%s\\n\\001\\n%s\\n' "$found_definitions" "$present_definitions" | awk -v final="$1" ${quote(alterations)}
}
of_phase() { printf '%s\\n' "$all" | sed -n "s/^$1$tab[0-9]*$tab//p"; }
keep_written

numbers=$(of_tables ${quote(`created = 1 AND ${exists('name')}`)})
for n in $numbers; do
  if [ "$(db -e "SELECT written FROM $aside WHERE n = $n")" = 1 ]; then copy_table "$n" left > /dev/null; fi
  statement=$(for_table "$n" "SELECT CONCAT('DROP TABLE ', @live, ';');"); printf '%s\\n' "$statement" | db
done
all=$(differences 0)
for n in $(printf '%s\\n' "$all" | sed -n "s/^0$tab//p"); do definition=$(db -e "SELECT definition FROM $aside WHERE n = $n"); printf '%s;\\n' "$definition" | db; done
for phase in 1 2; do of_phase "$phase" | db; done

of_other=$(db -e "SELECT COUNT(*) FROM information_schema.triggers t JOIN $aside i ON i.name = t.event_object_table WHERE i.kept AND t.trigger_schema = DATABASE() AND t.definer <> CURRENT_USER()")
if [ "$of_other" -gt 0 ]; then
  case $(missing_privileges) in *DEFINER*) echo "triggers of another user are on the tables: this user may not put them back, so rows were not touched; they are in $aside""_*_before" >&2; exit 1;; esac
fi
bad=0
for n in $(of_tables 'kept = 1'); do (values_back "$n") || bad=1; done
triggers_back || { echo 'not every trigger could be made again; their definitions are in '"$aside"_objects >&2; bad=1; }
[ "$bad" = 0 ] || exit 1

all=$(differences 1)
for phase in 1 2; do of_phase "$phase" | db; done
${viewsBack(index)}
statements=$(db -e ${quote(`SELECT CONCAT('ALTER TABLE ', ${name('i.name')}, ' AUTO_INCREMENT = ', i.counter, ';') FROM ${index} i JOIN information_schema.tables t ON t.table_schema = DATABASE() AND t.table_name = i.name WHERE i.n > 0 AND t.auto_increment < i.counter`)})
printf '%s\\n' "$statements" | db
all=$(differences 1)
[ -z "$all" ] || { printf 'not as it was found: %s\\n' "$all" >&2; exit 1; }
`;
}

/** Views that are others than they were, or gone, are made again; several times, as one may need another. */
function viewsBack(index: string): string {
  return `db -e "DELETE FROM \${aside}_objects WHERE kind = 'now'"
${viewsAsTheyAre(`INSERT INTO ${index}_objects (kind, statement, name) VALUES ('now', CONVERT(0x%s USING utf8mb4), CONVERT(0x%s USING utf8mb4));`)}
other_views=$(db -e ${quote(`SELECT HEX(v.name) FROM ${index}_objects v LEFT JOIN ${index}_objects w ON w.kind = 'now' AND w.name = v.name AND w.statement = v.statement WHERE v.kind = 'view' AND w.name IS NULL`)})
while [ -n "$other_views" ]; do
  still= view_trouble=
  for view in $other_views; do
    statement=$(db -e "SELECT CONCAT('CREATE OR REPLACE ', SUBSTRING(statement, 8)) FROM \${aside}_objects WHERE kind = 'view' AND name = CONVERT(0x$view USING utf8mb4)")
    trouble=$(printf '%s;\\n' "$statement" | db 2>&1) || { still="$still $view"; view_trouble=$trouble; }
  done
  [ -z "$still" ] || [ "$still" != "\${before_round-}" ] || { printf 'a view could not be made again: %s\\n' "$view_trouble" >&2; exit 1; }
  before_round=$still other_views=$still
done
db -e "DELETE FROM \${aside}_objects WHERE kind = 'now'"
`;
}
