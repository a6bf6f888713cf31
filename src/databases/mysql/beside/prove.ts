/** Whether a dump that has no manifest can be used: read whole, line by line. Follows `client()`. */
import { quote } from '../../../commands/quote.ts';

/**
 * The dump program writes strings on one line, so a line begins a statement, or goes on with one that began with `INSERT`, or lies in a body
 * between DELIMITER lines.
 */
const look = String.raw`
function tell(what) { if (!(what in told)) { told[what] = 1; print what } }
{ last = $0; if ($0 != "") end = $0 }
NR <= 5 && /^-- PostgreSQL|^PGDMP/ { tell("backup-damaged it is a dump of PostgreSQL") }
NR <= 5 && /^-- (MySQL|MariaDB) dump / { known = 1 }
NR <= 30 && /^-- Host: .* Database: / { name = $0; sub(/^.* Database: */, "", name); if (name != "") print "backup-database " name }
NR <= 30 && /^-- Server version/ { version = $0; sub(/^-- Server version[ \t]*/, "", version); print "backup-server " version }
/^DELIMITER ;;/ { body = 1; next }
/^DELIMITER ;$/ { body = 0; next }
body { next }
/^(INSERT|\()/ { next }
/^CREATE TABLE / { tables++ }
/^-- Current Database: / { if (++databases > 1) tell("backup-damaged it holds several databases") }
/^[ \t]*(USE|use)[ \t]/ { tell("backup-damaged it chooses a database by itself (USE): dump it without --databases") }
/^[ \t]*(\/\*![0-9]* *)?(CREATE|DROP|ALTER) (DATABASE|SCHEMA|USER|ROLE)|^[ \t]*(GRANT|REVOKE|SET PASSWORD|INSTALL|LOAD DATA) / { tell("backup-damaged it changes more than the tables of one database: " substr($0, 1, 60)) }
/^[ \t]*(\\[^-]|system[ \t]|source[ \t]|pager[ \t]|tee[ \t])/ { tell("backup-damaged it holds a command of the client: " substr($0, 1, 60)) }
END {
  if (!known) tell("backup-damaged it is not a dump by mariadb-dump or mysqldump")
  if (end !~ /^-- Dump completed( on [0-9]+-[0-9]+-[0-9]+ +[0-9]+:[0-9]+:[0-9]+)?$/) tell("backup-damaged it breaks off: its last line is not that of a whole dump")
  if (!tables) tell("backup-damaged it makes no table")
}`;

/** Reads `<version of the dump>` and `<version of the server>`: prints whether the dump's is newer, of the same kind. */
const newer = String.raw`
{ kind[NR] = /MariaDB/ ? "MariaDB" : "MySQL"; split($0, part, /[.-]/); number[NR] = part[1] * 1000 + part[2]; text[NR] = $0 }
END {
  if (kind[1] != kind[2]) print "backup-note it was made by " kind[1] " " text[1] ", this server is " kind[2] " " text[2]
  else if (number[1] > number[2]) print "backup-damaged it was made by a newer server, " text[1] ", than this one, " text[2]
}`;

export const proveForeign = `tell_all() { while read -r found_fact found_text; do [ -z "$found_fact" ] || fact "$found_fact" "$found_text"; done; }
if [ "$(tail -c 1 "$file" | od -An -tx1 | tr -d ' \\n')" = '' ]; then fact backup-damaged 'it is empty'
else
  case $(head -c 2 "$file" | od -An -tx1 | tr -d ' \\n') in
    1f8b) is_packed=1 ;;
    *) is_packed= ;;
  esac
  if [ -n "$is_packed" ] && ! gzip -t "$file" 2>/dev/null; then fact backup-damaged 'it is not a whole gzip file'
  else
    unpacked() { if [ -n "$is_packed" ]; then gzip -dc "$file"; else cat "$file"; fi; }
    [ "$(unpacked | tail -c 1 | od -An -tx1 | tr -d ' \\n')" = 0a ] || fact backup-damaged 'it breaks off in the middle of a line'
    seen=$(unpacked | LC_ALL=C awk ${quote(look)})
    printf '%s\\n' "$seen" | tell_all
    made_by=$(printf '%s\\n' "$seen" | sed -n 's/^backup-server //p')
    [ -z "$made_by" ] || { printf '%s\\n' "$made_by"; db -e 'SELECT VERSION()'; } | awk ${quote(newer)} | tell_all
  fi
fi
`;
