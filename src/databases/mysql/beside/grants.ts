/** Who may do what in one database, at every level, as `SHOW GRANTS` tells it. Follows `admin()`. */
import { quote } from '../../../commands/quote.ts';

/**
 * awk; reads `SHOW GRANTS` of every account. Of several grants on the whole database, the server uses the one whose name has the latest wildcard
 * only, which is `best`. `-v mode=`
 * - `carry` prints what gives everybody in `to` what they have in `from`
 * - `strip` prints what takes away everything that names `from` itself
 * - `fence` prints, after `> `, what leaves only reading in `from`, and, after `< `, what brings back what there is now; after `! `, accounts whose
 *   rights on everything cannot be taken away here; administrators are left alone, and told after `@ `
 * - `rename` prints statements of such a kind for `to` in place of `from`
 */
const program = String.raw`
function parse(line) {
  if (!match(line, / ON (PROCEDURE |FUNCTION |PACKAGE BODY |PACKAGE )?(\*|§([^§]|§§)*§)\.(\*|§([^§]|§§)*§) (TO|FROM) /)) return 0
  privileges = substr(line, 1, RSTART - 1); verb = privileges; sub(/ .*/, "", verb); sub(/^(GRANT|REVOKE) /, "", privileges)
  scope = substr(line, RSTART + 4, RLENGTH - 4); account = substr(line, RSTART + RLENGTH); sub(/ (TO|FROM) $/, "", scope)
  kind = ""; if (match(scope, /^[A-Z ]+ /)) { kind = substr(scope, 1, RLENGTH); scope = substr(scope, RLENGTH + 1) }
  match(scope, /^(\*|§([^§]|§§)*§)/); schema = substr(scope, 1, RLENGTH); object = substr(scope, RLENGTH + 2)
  option = account ~ / WITH GRANT OPTION/ ? " WITH GRANT OPTION" : ""
  match(account, /^[§'][^§']*[§'](@[§'][^§']*[§'])?/); account = substr(account, 1, RLENGTH)
  if (schema != "*") { schema = substr(schema, 2, length(schema) - 2); gsub(/§§/, "§", schema) }
  return 1
}
function plain(pattern) { gsub(/\\_/, "_", pattern); gsub(/\\%/, "%", pattern); return pattern }
function escaped(name) { gsub(/_/, "\\_", name); gsub(/%/, "\\%", name); return name }
function matches(pattern, name) {
  gsub(/[.^$*+?()\[\]{}|]/, "[&]", pattern); gsub(/\\_/, "\001", pattern); gsub(/\\%/, "\002", pattern)
  gsub(/_/, ".", pattern); gsub(/%/, ".*", pattern); gsub(/\001/, "_", pattern); gsub(/\002/, "%", pattern)
  return name ~ ("^" pattern "$")
}
function rank(pattern) { if (plain(pattern) == from) return 1000; gsub(/\\./, "x", pattern); match(pattern, /[_%]/); return RSTART ? RSTART : 999 }
function writes(all,   i, c, depth, part, result) {
  if (all == "ALL PRIVILEGES") return kind != "" ? "EXECUTE, ALTER ROUTINE" : object == "*" ? "INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER" history : "INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE VIEW, TRIGGER" history
  all = all ","
  for (i = 1; i <= length(all); i++) {
    c = substr(all, i, 1); if (c == "(") depth++; if (c == ")") depth--
    if (c != "," || depth) { part = part c; continue }
    sub(/^ */, "", part); if (part !~ /^(SELECT|SHOW VIEW|SHOW CREATE ROUTINE|USAGE|GRANT OPTION)/) result = result (result == "" ? "" : ", ") part
    part = ""
  }
  return result
}
BEGIN { history = mariadb ? ", DELETE HISTORY" : "" }
mode == "rename" {
  if (!parse($0) || plain(schema) != from) next
  print verb " " privileges " ON " kind "§" (object == "*" ? escaped(to) : to) "§." object (verb == "GRANT" ? " TO " : " FROM ") account (verb == "GRANT" ? option : "") ";"; next
}
!parse($0) { next }
schema == "*" {
  if (privileges ~ /ALL PRIVILEGES|SUPER|CREATE USER/) { admins[account] = 1; if (mode == "fence") print "@ " account }
  else if (mode == "fence" && privileges ~ /INSERT|UPDATE|DELETE|DROP|ALTER|CREATE($|,)|EXECUTE|TRIGGER|EVENT/) print "! " account
  next
}
object == "*" && matches(schema, from) {
  if (!(account in best)) { accounts[++count] = account; best[account] = 0 }
  if (rank(schema) >= best[account]) { best[account] = rank(schema); best_schema[account] = schema; best_privileges[account] = privileges; best_option[account] = option }
  next
}
object != "*" && schema == from { lines[++line_count] = $0 }
END {
  for (i = 1; i <= count; i++) {
    account = accounts[i]; schema = best_schema[account]; own = plain(schema) == from; kind = ""; object = "*"; write = writes(best_privileges[account])
    grant = "GRANT " best_privileges[account] " ON §" schema "§.* TO " account best_option[account] ";"
    if (mode == "carry" && (own || !matches(schema, to))) print "GRANT " best_privileges[account] " ON §" escaped(to) "§.* TO " account best_option[account] ";"
    if (mode == "strip" && own) { print "REVOKE " best_privileges[account] " ON §" schema "§.* FROM " account ";"; if (best_option[account] != "") print "REVOKE GRANT OPTION ON §" schema "§.* FROM " account ";" }
    if (mode != "fence" || (account in admins) || write == "") continue
    if (own) { print "< " grant; print "> REVOKE " write " ON §" schema "§.* FROM " account ";" }
    else {
      print "< GRANT SELECT ON §" escaped(from) "§.* TO " account ";"; print "< REVOKE ALL PRIVILEGES ON §" escaped(from) "§.* FROM " account ";"
      print "> GRANT SELECT, SHOW VIEW ON §" escaped(from) "§.* TO " account ";"
    }
  }
  for (i = 1; i <= line_count; i++) {
    parse(lines[i]); target = kind "§" (mode == "carry" ? to : from) "§." object; write = writes(privileges)
    if (mode == "carry") print "GRANT " privileges " ON " target " TO " account option ";"
    if (mode == "strip") { print "REVOKE " privileges " ON " target " FROM " account ";"; if (option != "") print "REVOKE GRANT OPTION ON " target " FROM " account ";" }
    if (mode == "fence" && !(account in admins) && write != "") { print "< GRANT " privileges " ON " target " TO " account option ";"; print "> REVOKE " write " ON " target " FROM " account ";" }
  }
}`.replaceAll('§', '`');

/**
 * Defines `grants_for MODE FROM [TO]`, which prints lines as above, from the rights there are now (`rename`: from standard input), and
 * `run_grants`, which runs statements on standard input one by one: a table of which one speaks may not be there. Notes tell those that failed.
 */
export const grantsPrelude = `grants_for() {
  if [ "$1" = rename ]; then awk -v mode=rename -v from="$2" -v to="$3" ${quote(program)}; return; fi
  show_grants=$(db_admin information_schema -e "SELECT CONCAT('SHOW GRANTS FOR ', QUOTE(user), IF(host = '', '', CONCAT('@', QUOTE(host))), ';') FROM mysql.user WHERE NOT (user = 'PUBLIC' AND host = '')") || return 1
  # An account without any right has no such lines, which is an error to the server.
  all_grants=$(printf '%s\\n' "$show_grants" | db_admin information_schema --force 2>/dev/null) || :
  [ -n "$all_grants" ] || { echo 'the rights of users cannot be read' >&2; return 1; }
  server_version=$(db_admin information_schema -e 'SELECT VERSION()') || return 1
  case $server_version in *MariaDB*) on_mariadb=1;; *) on_mariadb=;; esac
  printf '%s\\n' "$all_grants" | awk -v mode="$1" -v from="$2" -v to="\${3-}" -v mariadb="$on_mariadb" ${quote(program)}
}
run_grants() {
  grant_trouble=$(db_admin information_schema --force 2>&1 >/dev/null) || :
  printf '%s' "$grant_trouble" | grep '^ERROR' | sed 's/^/a right was not carried: /' | facts note
}
`;
