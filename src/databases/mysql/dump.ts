/** A dump that is proved before it counts as a backup. Follows `databasePrelude()` of commands/mysql.ts. */
import { backupFolder, finishBackup, type BackupPlace } from '../../commands/backup.ts';
import { quote } from '../../commands/quote.ts';
import { missingPrivileges } from './facts.ts';
import { ours } from './fingerprint.ts';

/**
 * Prints `<rows> <table>` for each table that a dump makes, from the dump itself: what it holds is what comes back, whoever writes meanwhile.
 * The dump program writes each string on one line, with its quotes and backslashes escaped; without strings, each `(` begins a row. Bodies of
 * triggers, between two DELIMITER lines, may hold anything.
 */
export const rowsInDump = String.raw`
/^-- Dumping (routines|events) for database / { exit }
/^DELIMITER ;;/ { body = 1 }
/^DELIMITER ;$/ { body = 0; next }
body { next }
/^CREATE TABLE / { match($0, /§([^§]|§§)*§/); name = substr($0, RSTART + 1, RLENGTH - 2); gsub(/§§/, "§", name); names[++count] = name; rows[count] = 0; next }
/^INSERT / { sub(/^INSERT (IGNORE )?INTO §([^§]|§§)*§ (\((§([^§]|§§)*§(, ?)?)+\) )?VALUES/, ""); inside = 1 }
inside { if (index($0, "\\")) gsub(/\\./, ""); gsub(/'[^']*'/, ""); rows[count] += gsub(/\(/, ""); if ($0 ~ /;$/) inside = 0 }
END { for (i = 1; i <= count; i++) print rows[i] " " names[i] }`.replaceAll('§', '`');

/** Makes one JSON object of them. */
const asJson = String.raw`
{ value = $1; name = substr($0, length($1) + 2); gsub(/["\\]/, "\\\\&", name); gsub(/[\001-\037]/, " ", name); printf "%s\"%s\":%s", parted, name, value; parted = "," }`;

/**
 * One consistent snapshot with routines, events and triggers. It counts only when the dump program ended well, its last line says so, and it
 * makes every table that the database has; a pipe to gzip would hide the first two, so it is compressed afterwards. Facts as of every
 * backup, and those of manifest.ts. The schema is left out where the dump lacks events or routines that the database has. The place in the log is
 * told where the server knows it for a snapshot (MariaDB with a binary log); elsewhere it would cost a lock on every table.
 */
export function dumpDatabase(place: BackupPlace): string {
  return `${backupFolder(place, 'database', 'sql.gz')}[ -n "$dumper" ] || { echo 'neither mariadb-dump nor mysqldump is installed' >&2; exit 1; }
refuse() { rm -f "$file.part" "$file.sql.part"; echo "$*" >&2; exit 1; }
if [ ! -f "$file" ]; then
  began=$(date +%s)
  schema=$(fingerprint_in "$database" '')
  whole=1
  options='--single-transaction --quick --triggers --hex-blob --default-character-set=utf8mb4'
  ${missingPrivileges.trim()}
  case $(missing_privileges) in
    *EVENT*) whole=; fact note 'the dump holds no events: the user of the database may not see them' ;;
    *) options="$options --events" ;;
  esac
  known=$("$dumper" --no-defaults --help 2>/dev/null) || known=
  for option in --no-tablespaces --set-gtid-purged=OFF --column-statistics=0; do
    case $known in *"\${option%%=*}"*) options="$options $option";; esac
  done
  if [ -n "$(db -e "SHOW STATUS LIKE 'binlog_snapshot_file'" | cut -f 2)" ]; then case $known in *--master-data*) options="$options --master-data=2";; esac; fi
  for table in $(db -e "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE ${ours}"); do options="$options --ignore-table=$database.$table"; done
  if ! said=$(db_dump --routines $options 2>&1 > "$file.sql.part"); then
    printf '%s\\n' "$said" >&2
    case $said in *'insufficient privileges to SHOW CREATE'*) ;; *) refuse 'the dump program failed' ;; esac
    whole=
    fact note 'the dump holds no routines: some belong to another user of the database'
    db_dump $options > "$file.sql.part" || refuse 'the dump program failed'
  fi
  [ "$(tail -n 1 "$file.sql.part" | cut -c 1-17)" = '-- Dump completed' ] || refuse 'the dump is not complete: its last line is missing'
  tables=$(db -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE ${ours}")
  rows=$(LC_ALL=C awk ${quote(rowsInDump)} "$file.sql.part") || refuse 'the dump could not be read'
  made=$(printf '%s' "$rows" | grep -c '' || :)
  [ "$made" = "$tables" ] || refuse "the dump makes $made tables, the database has $tables"
  [ "$(fingerprint_in "$database" '')" = "$schema" ] || refuse 'the schema changed while the dump was made'
  rows=$(printf '%s' "$rows" | awk ${quote(asJson)})
  if [ -n "$whole" ]; then schema=",\\"schema\\":\\"$schema\\""; else schema=; fi
  position=$(head -n 60 "$file.sql.part" | sed -n "s/^-- CHANGE MASTER TO MASTER_LOG_FILE='\\([^']*\\)', MASTER_LOG_POS=\\([0-9]*\\);.*/\\1:\\2/p" | tr -cd 'A-Za-z0-9._:-')
  revision=$(revisions_in "$database" '')
  server=$(db -e 'SELECT VERSION()' | tr -cd 'A-Za-z0-9.+_-')
  details="\\"engine\\":\\"mysql\\",\\"sql-bytes\\":$(stat -c %s "$file.sql.part"),\\"sql-sha256\\":\\"$(sha256sum < "$file.sql.part" | cut -c 1-64)\\",\\"server\\":\\"$server\\",\\"revision\\":\\"$(printf '%s' "$revision" | tr -cd 'A-Za-z0-9_. -')\\",\\"tables\\":$tables,\\"rows\\":{$rows},\\"position\\":\\"$position\\"$schema"
  gzip -c "$file.sql.part" > "$file.part" || refuse 'the dump could not be compressed'
  gzip -dc "$file.part" | cmp -s - "$file.sql.part" || refuse 'the compressed dump is not the dump'
  rm -f "$file.sql.part"
  details="$details,\\"seconds\\":$(($(date +%s) - began))"
fi
${finishBackup(place, 'database')}`;
}
