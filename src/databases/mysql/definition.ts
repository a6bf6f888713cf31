/**
 * From how a table is to how it was: compares two `SHOW CREATE TABLE` texts and prints the ALTER TABLE that leads back, in place, so that
 * foreign keys that point to the table, its triggers and other sessions are not disturbed.
 *
 * awk; reads the text to reach, a line with only `\001`, and the text as it is. Prints `<phase><TAB><statement>`:
 * - `1` takes off foreign keys and checks that are others
 * - `2` columns, primary key and indexes that do not restrict
 * - `3` what restricts (unique indexes, foreign keys, checks): only after the rows have their values again
 * - `9` what cannot be changed back (partitions), as a sentence
 * Nothing is printed when both say the same; AUTO_INCREMENT counters and the order of indexes do not count.
 */
export const alterations = String.raw`
function first_name(line) { match(line, /` + '`([^`]|``)*`' + String.raw`/); return substr(line, RSTART, RLENGTH) }
function add(phase, clause) { clauses[phase] = clauses[phase] (clauses[phase] == "" ? "" : ", ") clause }
/^\001$/ { side = 1; next }
/^CREATE / { table = first_name($0); next }
/^$/ { next }
{ line = $0; sub(/,$/, "", line) }
/^  ` + '`' + String.raw`/ { id = first_name(line); sub(/^  /, "", line); column[side, id] = line; order[side, ++columns[side]] = id; next }
/^  PRIMARY KEY/ { id = "PRIMARY KEY" }
/^  (UNIQUE |FULLTEXT |SPATIAL )?KEY/ { id = "INDEX " first_name(line) }
/^  CONSTRAINT .* FOREIGN KEY / { id = "FOREIGN KEY " first_name(line) }
/^  CONSTRAINT .* CHECK / { id = "CONSTRAINT " first_name(line) }
/^  [A-Z]/ { sub(/^  /, "", line); if (!((side, id) in part)) { parts[side, ++count[side]] = id }; part[side, id] = line; next }
/^[)]/ { line = $0; sub(/^[)] /, "", line); sub(/ AUTO_INCREMENT=[0-9]+/, "", line); options[side] = line; next }
{ rest[side] = rest[side] "\n" $0 }
END {
  side = ""
  # Columns that both have, in the order of each side: when they differ, every one is put in its place.
  for (i = 1; i <= columns[""]; i++) if ((1, order["", i]) in column) wanted = wanted order["", i]
  for (i = 1; i <= columns[1]; i++) if (("", order[1, i]) in column) found = found order[1, i]
  place = "FIRST"
  for (i = 1; i <= columns[""]; i++) {
    id = order["", i]
    if (!((1, id) in column)) add(2, "ADD COLUMN " column["", id] " " place)
    else if (column["", id] != column[1, id] || wanted != found) add(2, "MODIFY COLUMN " column["", id] " " place)
    place = "AFTER " id
  }
  for (i = 1; i <= columns[1]; i++) { id = order[1, i]; if (!(("", id) in column)) add(2, "DROP COLUMN " id) }
  for (i = 1; i <= count[1]; i++) {
    id = parts[1, i]
    if (("", id) in part && part["", id] == part[1, id]) continue
    add(id ~ /^(FOREIGN|CONSTRAINT)/ ? 1 : 2, "DROP " id)
  }
  for (i = 1; i <= count[""]; i++) {
    id = parts["", i]
    if ((1, id) in part && part["", id] == part[1, id]) continue
    add(part["", id] ~ /^(UNIQUE|CONSTRAINT)/ ? 3 : 2, "ADD " part["", id])
  }
  if (options[""] != options[1]) add(3, options[""] (options[""] ~ / COMMENT=/ ? "" : " COMMENT=''"))
  for (phase = 1; phase <= 3; phase++) if (clauses[phase] != "") print phase "\tALTER TABLE " table " " clauses[phase] ";"
  if (rest[""] != rest[1]) print "9\tthe partitions of " table " are others"
}`;
