/**
 * From how tables are to how they were: compares `SHOW CREATE TABLE` texts and prints the ALTER TABLE that leads back, in place, so that
 * foreign keys that point to a table, its triggers and other sessions are not disturbed.
 *
 * awk; reads the texts to reach, a line with only `\001`, and the texts as they are, each text after a line `\002<n>`.
 * Prints `<phase><TAB><n><TAB><statement>`:
 * - `0` (no statement) the table is gone
 * - `1` takes off foreign keys and checks that are others
 * - `2` columns and indexes; without `-v final=1` nothing that restricts rows (primary key, unique indexes, foreign keys, checks) is added
 *   yet, since rows that are not back can break it
 * - `9` what cannot be changed back (partitions), as a sentence
 *
 * Nothing is printed when both say the same; AUTO_INCREMENT counters and the order of indexes do not count.
 */
export const alterations = String.raw`
function first_name(line) { match(line, /` + '`([^`]|``)*`' + String.raw`/); return substr(line, RSTART, RLENGTH) }
function add(phase, clause) { clauses[phase] = clauses[phase] (clauses[phase] == "" ? "" : ", ") clause }
function same(id) { return ((n, 0, id) in part) && ((n, 1, id) in part) && part[n, 0, id] == part[n, 1, id] }
function restricts(id) { return id == "PRIMARY KEY" || part[n, 0, id] ~ /^(UNIQUE|CONSTRAINT)/ || part[n, 1, id] ~ /^UNIQUE/ }
# A counter needs its index: without the index, the column goes without the counter for a while.
function uncounted(line) { if (bare) sub(/ AUTO_INCREMENT/, "", line); return line }
BEGIN { side = 0 }
/^\001$/ { side = 1; next }
/^\002/ { n = substr($0, 2); if (!side) tables[++count] = n; next }
/^$/ { next }
/^CREATE / { table[n, side] = first_name($0); next }
{ line = $0; sub(/,$/, "", line) }
/^  ` + '`' + String.raw`/ { id = first_name(line); sub(/^  /, "", line); column[n, side, id] = line; order[n, side, ++columns[n, side]] = id; next }
/^  PRIMARY KEY/ { id = "PRIMARY KEY" }
/^  (UNIQUE |FULLTEXT |SPATIAL )?KEY/ { id = "INDEX " first_name(line) }
/^  CONSTRAINT .* FOREIGN KEY / { id = "FOREIGN KEY " first_name(line) }
/^  CONSTRAINT .* CHECK / { id = "CONSTRAINT " first_name(line) }
/^  [A-Z]/ { sub(/^  /, "", line); parts[n, side, ++part_count[n, side]] = id; part[n, side, id] = line; next }
/^[)]/ { line = $0; sub(/^[)] /, "", line); sub(/ AUTO_INCREMENT=[0-9]+/, "", line); options[n, side] = line; next }
{ rest[n, side] = rest[n, side] "\n" $0 }
END {
  for (t = 1; t <= count; t++) {
    n = tables[t]; clauses[1] = clauses[2] = wanted = found = ""; bare = 0
    if (!((n, 1) in table)) { print "0\t" n; continue }
    for (side = 0; side <= 1; side++) for (i = 1; i <= part_count[n, side]; i++) { id = parts[n, side, i]; if (!final && !same(id) && restricts(id)) bare = 1 }
    # Columns that both have, in the order of each side: when they differ, every one is put in its place.
    for (i = 1; i <= columns[n, 0]; i++) if ((n, 1, order[n, 0, i]) in column) wanted = wanted order[n, 0, i]
    for (i = 1; i <= columns[n, 1]; i++) if ((n, 0, order[n, 1, i]) in column) found = found order[n, 1, i]
    place = "FIRST"
    for (i = 1; i <= columns[n, 0]; i++) {
      id = order[n, 0, i]; line = uncounted(column[n, 0, id])
      if (!((n, 1, id) in column)) add(2, "ADD COLUMN " line " " place)
      else if (line != column[n, 1, id] || wanted != found) add(2, "MODIFY COLUMN " line " " place)
      place = "AFTER " id
    }
    for (i = 1; i <= columns[n, 1]; i++) { id = order[n, 1, i]; if (!((n, 0, id) in column)) add(2, "DROP COLUMN " id) }
    for (i = 1; i <= part_count[n, 1]; i++) { id = parts[n, 1, i]; if (!same(id)) add(id ~ /^(FOREIGN|CONSTRAINT)/ ? 1 : 2, "DROP " id) }
    for (i = 1; i <= part_count[n, 0]; i++) { id = parts[n, 0, i]; if (!same(id) && (final || !restricts(id))) add(2, "ADD " part[n, 0, id]) }
    if (options[n, 0] != options[n, 1]) add(2, options[n, 0] (options[n, 0] ~ / COMMENT=/ ? "" : " COMMENT=''"))
    for (phase = 1; phase <= 2; phase++) if (clauses[phase] != "") print phase "\t" n "\tALTER TABLE " table[n, 1] " " clauses[phase] ";"
    if (rest[n, 0] != rest[n, 1]) print "9\t" n "\tthe partitions of " table[n, 1] " are others"
  }
}`;
